"""The topology room."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TopologyConfig(AppConfig):
    """Sites; pools, domains and gateways come with their tabs."""

    name = "federation.topology"
    verbose_name = _("Topology")

    def ready(self) -> None:
        """Passwords must not be made of our domains and sites."""
        from controlpanel.accounts import validators
        from federation.topology.models import LocalDomain, Site

        validators.register(lambda: LocalDomain.objects.values_list("shown", flat=True))
        validators.register(lambda: Site.objects.values_list("name", flat=True))
