"""What the change log says of administrators."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Action(TextChoices):
    """Audit actions of this room."""

    CREATE = "accounts:administrator:create", _("Administrator made")
    CHANGE = "accounts:administrator:change", _("Administrator changed")
    ROLES = "accounts:administrator:roles", _("Roles of an administrator changed")
    PASSWORD = "accounts:administrator:password", _("Password changed")
    UNLOCK = "accounts:administrator:unlock", _("Administrator unlocked")
    SIGN_IN = "accounts:session:sign-in", _("Signed in")
    SIGN_OUT = "accounts:session:sign-out", _("Signed out")
    LOCK_OUT = "accounts:session:lock-out", _("Locked out after repeated failures")
