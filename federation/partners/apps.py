"""The partners room."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PartnersConfig(AppConfig):
    """XMPP federated partners."""

    name = "federation.partners"
    verbose_name = _("XMPP federated partners")

    def ready(self) -> None:
        """Say whose a domain is before it becomes one of ours, or is blocked."""
        from federation.partners.services import claim, partners_of
        from federation.topology import opposites, ours

        ours.register(claim)
        opposites.register(opposites.PARTNERS, partners_of)
