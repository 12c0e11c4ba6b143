"""Who stands at a door: nobody signed in, Charlie without a role, and one person for each role."""

from __future__ import annotations

from django.test import Client

from controlpanel.accounts.rights import GRANTS, Right, Role
from tests.conftest import person, signed_in

SIGNED_OUT, NO_ROLE = "signed out", "no role"
PEOPLE = (SIGNED_OUT, NO_ROLE, *Role.values)

#: Who gets in, by the names in PEOPLE.
EVERYBODY = frozenset(PEOPLE)
SIGNED_IN = EVERYBODY - {SIGNED_OUT}
NOBODY: frozenset[str] = frozenset()


def with_right(right: Right) -> frozenset[str]:
    """The roles that grant ``right``."""
    return frozenset(str(role) for role in Role if right in GRANTS[role])


def client_of(who: str) -> Client:
    """A client of one of PEOPLE."""
    if who == SIGNED_OUT:
        return Client()
    return signed_in(person("visitor", *([] if who == NO_ROLE else [Role(who)])))
