"""The topology room."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TopologyConfig(AppConfig):
    """Sites; pools, domains and gateways come with their tabs."""

    name = "federation.topology"
    verbose_name = _("Topology")
