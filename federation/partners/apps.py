"""The partners room."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PartnersConfig(AppConfig):
    """XMPP federated partners."""

    name = "federation.partners"
    verbose_name = _("XMPP federated partners")
