"""Doors of the account pages."""

from __future__ import annotations

from tests.doors import Door
from tests.people import NOBODY, SIGNED_IN, SIGNED_OUT

STRANGERS = frozenset({SIGNED_OUT})

DOORS = (
    # Who is signed in already is sent Home.
    Door("accounts:login", get=STRANGERS, post=STRANGERS, post_is=200, others=302),
    Door("accounts:logout", get=NOBODY, get_is=405, post=SIGNED_IN, post_is=302),
    Door("accounts:password", get=SIGNED_IN, post=SIGNED_IN, post_is=422),
)
