"""The room of SIP federated domains."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DomainsConfig(AppConfig):
    """SIP federated domains."""

    name = "federation.domains"
    verbose_name = _("SIP federated domains")

    def ready(self) -> None:
        """Tell the room of the partners what is blocked."""
        from federation.domains.services import blocked
        from federation.topology import opposites

        opposites.register(opposites.BLOCKED, blocked)
