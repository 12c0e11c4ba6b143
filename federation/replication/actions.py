"""What the change log says of revisions."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Action(TextChoices):
    """Audit actions of this room."""

    SUPERSEDE = "replication:history:supersede", _("Gateways told to follow the restored panel")
