"""The change log on the support desk's pages: to read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from controlpanel.audit.models import AuditEvent
from controlpanel.audit.words import summary

if TYPE_CHECKING:
    from django.http import HttpRequest


@admin.register(AuditEvent)
class EventAdmin(admin.ModelAdmin[AuditEvent]):
    """Nobody adds, changes or deletes an event."""

    list_display = (
        "at",
        "actor_name",
        "what",
        "object_name",
        "changes",
        "reason",
        "address",
    )
    list_filter = ("action", "object_type", "at")
    search_fields = ("actor_name", "object_name", "reason")
    date_hierarchy = "at"
    show_full_result_count = False

    @admin.display(description=_("action"), ordering="action")
    def what(self, event: AuditEvent) -> str:
        """What the action is called."""
        return event.label

    @admin.display(description=_("What changed"))
    def changes(self, event: AuditEvent) -> str:
        """What changed, on one line."""
        return summary(event)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Never."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never."""
        return False
