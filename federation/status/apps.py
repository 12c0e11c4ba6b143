"""The status room."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class StatusConfig(AppConfig):
    """Topology > Status; it has no tables of its own."""

    name = "federation.status"
    verbose_name = _("Status")

    def ready(self) -> None:
        """Stand by with what the message bar and a partner's page have to say."""
        from federation.status import beside

        beside.stand_by()
