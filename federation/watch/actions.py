"""What the change log says of watching."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Action(TextChoices):
    """Audit actions of this room."""

    SEEN = "watch:look:seen", _("Server showed something new")
    DELETE = "watch:look:delete", _("Look at a server deleted")
    SRV = "watch:srv:seen", _("SRV record of a domain of ours is another")
    FEED = "watch:feed:renew", _("New address of the calendar")
