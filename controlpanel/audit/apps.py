"""The audit app: gathers every room's actions at start."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AuditConfig(AppConfig):
    """The change log."""

    name = "controlpanel.audit"
    verbose_name = _("Change log")

    def ready(self) -> None:
        """Gather them, so that a broken list is found at start and not at the first write."""
        from controlpanel.audit.actions import known

        known()
