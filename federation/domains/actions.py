"""What the change log says of SIP federated domains."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Action(TextChoices):
    """Audit actions of this room."""

    ALLOW = "domains:domain:allow", _("Domain allowed")
    BLOCK = "domains:domain:block", _("Domain blocked")
    CHANGE = "domains:domain:change", _("Federated domain changed")
    DELETE = "domains:domain:delete", _("Federated domain deleted")
    IMPORT = "domains:domain:import", _("Federated domains imported")
