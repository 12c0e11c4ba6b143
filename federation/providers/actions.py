"""What the change log says of SIP federated providers."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Action(TextChoices):
    """Audit actions of this room."""

    CREATE = "providers:provider:create", _("Federated provider made")
    CHANGE = "providers:provider:change", _("Federated provider changed")
    DELETE = "providers:provider:delete", _("Federated provider deleted")
