"""What the change log says of the edge."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Action(TextChoices):
    """Audit actions of this room."""

    ACCESS_CHANGE = "edge:access:change", _("Access Edge configuration changed")
    XMPP_CHANGE = "edge:xmpp:change", _("XMPP gateway configuration changed")
    XMPP_REPLACE_SECRET = "edge:xmpp:replace-secret", _("Dialback secret replaced")  # an action
