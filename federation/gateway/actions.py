"""What the change log says of gateways."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Action(TextChoices):
    """Audit actions of this room."""

    CREATE = "gateway:gateway:create", _("Gateway added")
    CHANGE = "gateway:gateway:change", _("Gateway changed")
    DELETE = "gateway:gateway:delete", _("Gateway removed")
    REPLACE_SECRET = "gateway:gateway:replace-secret", _("Secret of a gateway replaced")  # an action
