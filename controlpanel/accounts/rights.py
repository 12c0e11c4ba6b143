"""Lync's roles and what each may do (lync-reference.md, section 8)."""

from __future__ import annotations

from enum import StrEnum

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Right(StrEnum):
    """What a door asks for."""

    VIEW = "view"
    CHANGE = "change"  # settings with global impact: policies, domains, partners, topology
    USERS = "users"  # users of the directory, and assigning existing policies to them
    SECRETS = "secrets"  # certificates, keys, gateway secrets
    ADMINISTRATORS = "administrators"  # who may sign in here


class Role(TextChoices):
    """The predefined roles, with Lync's names; a person's roles add up."""

    ADMINISTRATOR = "CsAdministrator", _("CsAdministrator: everything")
    USER_ADMINISTRATOR = (
        "CsUserAdministrator",
        _("CsUserAdministrator: users, and assigning existing policies"),
    )
    VIEW_ONLY = (
        "CsViewOnlyAdministrator",
        _("CsViewOnlyAdministrator: sees everything, changes nothing"),
    )
    HELP_DESK = (
        "CsHelpDesk",
        _("CsHelpDesk: sees everything for troubleshooting, changes nothing"),
    )


GRANTS: dict[str, frozenset[Right]] = {
    Role.ADMINISTRATOR: frozenset(Right),
    Role.USER_ADMINISTRATOR: frozenset({Right.VIEW, Right.USERS}),
    Role.VIEW_ONLY: frozenset({Right.VIEW}),
    Role.HELP_DESK: frozenset({Right.VIEW}),
}
