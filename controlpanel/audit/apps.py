"""The audit app: gathers every room's actions at start."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class AuditConfig(AppConfig):
    """The change log."""

    name = "controlpanel.audit"
    verbose_name = _("Change log")

    def ready(self) -> None:
        """Import ``actions`` of every room, so that the list of actions is whole."""
        autodiscover_modules("actions")
