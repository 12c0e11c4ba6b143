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
    FAILED = "accounts:session:failed", _("Sign-in failed")
    FAILED_UNKNOWN = "accounts:session:failed-unknown", _("Sign-in failed: unknown name")
    LOCK_OUT_UNKNOWN = (
        "accounts:session:lock-out-unknown",
        _("Locked out after repeated failures: unknown name"),
    )
    SHUT = "accounts:session:shut", _("Network shut out after many failures")
    ATTACKED = "accounts:session:attacked", _("Many failures from many places for one name")
    ENDED = "accounts:session:ended", _("Session ended after wrong passwords")
    END_ALL = "accounts:session:end-all", _("All sessions ended")
    REFUSED = "accounts:session:refused", _("Page refused")
    UNLOCK_NETWORK = "accounts:administrator:unlock-network", _("Network let in again")
    UNLOCK_ALL = "accounts:administrator:unlock-all", _("All names and networks let in again")


#: What only those may read who look after the accounts: it tells what strangers tried.
CONFIDENTIAL = frozenset(
    {
        Action.LOCK_OUT,
        Action.FAILED,
        Action.FAILED_UNKNOWN,
        Action.LOCK_OUT_UNKNOWN,
        Action.SHUT,
        Action.ATTACKED,
        Action.ENDED,
        Action.REFUSED,
    }
)
