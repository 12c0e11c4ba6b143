"""The imports room."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ImportsConfig(AppConfig):
    """An upload waits here until it is confirmed."""

    name = "federation.imports"
    verbose_name = _("Import of users")
