"""The gateway room."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from controlpanel.accounts.rights import Right


class GatewayConfig(AppConfig):
    """The XMPP servers that enforce what the panel says, and what they report."""

    name = "federation.gateway"
    verbose_name = _("Gateways")
    change_right = Right.SECRETS

    def ready(self) -> None:
        """Let a new master key reach what is sealed here, and say which domains are services of rooms."""
        from federation.certificates.services import keys
        from federation.decisions import rooms
        from federation.gateway.services import SEALING_KEYS, is_rooms

        keys.kinds.append(SEALING_KEYS)
        rooms.register(is_rooms)
