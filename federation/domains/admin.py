"""SIP federated domains on the support desk's pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin

from controlpanel.audit.actor import Actor
from controlpanel.shell.admin import RecordedAdmin
from federation.domains import services, words
from federation.domains.models import FederatedDomain

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest


@admin.register(FederatedDomain)
class DomainAdmin(RecordedAdmin):
    """Allowed and blocked domains."""

    list_display = ("shown", "kind", "proxy_fqdn", "comment", "monitored", "changed_at", "changed_by")
    list_filter = ("kind", "monitored")
    search_fields = ("domain", "shown", "comment")
    fields = (
        "domain", "kind", "proxy_fqdn", "comment", "monitored", "verification_level", "seen_version",
    )  # fmt: skip

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        """What a domain is never changes."""
        return ["domain", "kind"] if obj else []

    def write(self, request: HttpRequest, row: Any, values: dict[str, Any], version: int | None) -> Any:
        """Allow, block or change one."""
        if version is None:
            return services.create_domain(actor=Actor.of(request), **values)
        return services.change_domain(row, actor=Actor.of(request), version=version, **values)

    def consequences(self, rows: QuerySet[Any]) -> list[str]:
        """What that changes for users."""
        return words.lost(rows)

    def remove(self, request: HttpRequest, rows: QuerySet[Any]) -> None:
        """Take them off their lists."""
        services.delete_domains(rows, actor=Actor.of(request))
