"""The shell as a Django app: it has templates, tags and commands, and no tables."""

from __future__ import annotations

from django.apps import AppConfig

from controlpanel.shell import keys


class ShellConfig(AppConfig):
    """The frame of the panel."""

    name = "controlpanel.shell"

    def ready(self) -> None:
        """Let no number from a browser be too large for a query."""
        keys.register()
