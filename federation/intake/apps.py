"""The intake room."""

from __future__ import annotations

from django.apps import AppConfig


class IntakeConfig(AppConfig):
    """What imports share; it has no tables and no pages."""

    name = "federation.intake"
