"""The edge room."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EdgeConfig(AppConfig):
    """Access Edge configuration and XMPP gateway configuration."""

    name = "federation.edge"
    verbose_name = _("Edge")

    def ready(self) -> None:
        """Say, when the room of providers asks, whether default routing is in force."""
        from federation.edge.services import default_route_in_force
        from federation.topology.routing import register_default_route

        register_default_route(default_route_in_force)
