"""The replication room."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReplicationConfig(AppConfig):
    """What is published to the gateways, and in which revision."""

    name = "federation.replication"
    verbose_name = _("Replication")

    def ready(self) -> None:
        """Hear of every change."""
        from controlpanel.audit import listeners
        from federation.replication.outbox import note

        listeners.register(note)
