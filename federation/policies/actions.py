"""What the change log says of policies."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Action(TextChoices):
    """Audit actions of this room."""

    CREATE = "policies:policy:create", _("Policy made")
    CHANGE = "policies:policy:change", _("Policy changed")
    RESET = "policies:policy:reset", _("Global policy reset")
    DELETE = "policies:policy:delete", _("Policy deleted")
