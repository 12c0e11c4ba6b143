"""What the change log says of users."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Action(TextChoices):
    """Audit actions of this room. An action on many users is one event with its members."""

    CREATE = "directory:user:create", _("User enabled")
    CHANGE = "directory:user:change", _("User changed")
    ASSIGN = "directory:users:assign", _("Policy assigned to users")
    DISABLE = "directory:users:disable", _("Users temporarily disabled")
    ENABLE = "directory:users:enable", _("Users re-enabled")
    REMOVE = "directory:users:remove", _("Users removed")
    CLEAR = "directory:user:clear", _("User’s address is no longer taken for another")
    MISREAD = "directory:users:misread", _("Users shut out: XMPP servers read the address as another")
    RELEASE = "directory:users:release", _("Users fell back from a deleted policy")
    IMPORT = "directory:users:import", _("Users imported")
    SYNC = "directory:users:sync", _("Users synchronised from the directory server")
