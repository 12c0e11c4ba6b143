"""The overview room."""

from __future__ import annotations

from django.apps import AppConfig


class OverviewConfig(AppConfig):
    """Home; it has no tables of its own."""

    name = "federation.overview"
