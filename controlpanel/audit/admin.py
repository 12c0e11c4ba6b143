"""The change log on the support desk's pages: to read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from controlpanel.audit.actions import known
from controlpanel.audit.models import AuditEvent
from controlpanel.audit.tables import kinds
from controlpanel.audit.words import summary
from controlpanel.shell.declared import DeclaredAdmin

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.db.models import QuerySet
    from django.http import HttpRequest


class InWords(admin.AllValuesFieldListFilter):
    """Offers the actions and kinds that occur, under the names that readers know."""

    def choices(self, changelist: Any) -> Iterator[Any]:
        """The choices with words for codes."""
        words = {**known(), **dict(kinds())}
        for choice in super().choices(changelist):
            yield {**choice, "display": words.get(str(choice["display"]), choice["display"])}


@admin.register(AuditEvent)
class EventAdmin(DeclaredAdmin):
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
    list_filter = (("action", InWords), ("object_type", InWords), "at")
    search_fields = ("actor_name", "object_name", "reason")
    fields = (
        "at",
        "actor_name",
        "address",
        "what",
        "kind",
        "object_name",
        "changes",
        "reason",
    )
    readonly_fields = ("what", "kind", "changes")
    date_hierarchy = "at"
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[AuditEvent]:
        """What the reader may read."""
        events: Any = super().get_queryset(request)
        return events.readable_by(request.user)  # type: ignore[no-any-return]

    @admin.display(description=_("action"), ordering="action")
    def what(self, event: AuditEvent) -> str:
        """What the action is called."""
        return event.label

    @admin.display(description=_("kind of object"))
    def kind(self, event: AuditEvent) -> str:
        """What kind of object it is about."""
        return str(dict(kinds()).get(event.object_type, event.object_type))

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
