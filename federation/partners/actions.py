"""What the change log says of XMPP federated partners."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Action(TextChoices):
    """Audit actions of this room. An action on many partners is one event with its members."""

    CREATE = "partners:partner:create", _("XMPP partner made")
    CHANGE = "partners:partner:change", _("XMPP partner changed")
    DELETE = "partners:partner:delete", _("XMPP partner deleted")
    DELETE_MANY = "partners:partners:delete", _("XMPP partners deleted")
    IMPORT = "partners:partners:import", _("XMPP partners imported")
