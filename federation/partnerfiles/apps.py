"""The room of imports of partners."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PartnerFilesConfig(AppConfig):
    """Import of XMPP federated partners; it has no tables of its own."""

    name = "federation.partnerfiles"
    verbose_name = _("Import of XMPP federated partners")
