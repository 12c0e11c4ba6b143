"""The room of SIP federated providers."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ProvidersConfig(AppConfig):
    """SIP federated providers."""

    name = "federation.providers"
    verbose_name = _("SIP federated providers")

    def ready(self) -> None:
        """Say, when the edge asks, how many providers stand in the way of default routing."""
        from federation.providers.models import FederatedProvider
        from federation.topology.routing import register_providers

        register_providers(FederatedProvider.objects.count)
