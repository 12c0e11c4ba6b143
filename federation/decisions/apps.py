"""The decisions room."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DecisionsConfig(AppConfig):
    """May they talk? It has no tables of its own."""

    name = "federation.decisions"
    verbose_name = _("Test access")

    def ready(self) -> None:
        """Stand by with what a partner's and a user's page, and changes to partners, have to say."""
        from federation.decisions import beside

        beside.stand_by()
