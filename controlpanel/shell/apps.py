"""The shell as a Django app: it has templates, tags and commands, and no tables."""

from __future__ import annotations

from django.apps import AppConfig


class ShellConfig(AppConfig):
    """The frame of the panel."""

    name = "controlpanel.shell"
