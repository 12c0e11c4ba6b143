"""SIP federated providers on the support desk's pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin

from controlpanel.audit.actor import Actor
from controlpanel.shell.admin import RecordedAdmin
from federation.providers import services, words
from federation.providers.models import FederatedProvider
from federation.providers.rules import ADVANCED, Kind

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest


@admin.register(FederatedProvider)
class ProviderAdmin(RecordedAdmin):
    """Hosted and public providers."""

    list_display = ("name", "kind", "enabled", "proxy_fqdn", "verification_level", "changed_at", "changed_by")
    list_filter = ("kind", "enabled")
    search_fields = ("name", "proxy_fqdn")
    fields = (
        "kind", "name", "enabled", "proxy_fqdn", "verification_level",
        *ADVANCED[Kind.HOSTED], *ADVANCED[Kind.PUBLIC], "seen_version",
    )  # fmt: skip

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        """What a provider is never changes."""
        return ["kind", "name"] if obj else []

    def write(self, request: HttpRequest, row: Any, values: dict[str, Any], version: int | None) -> Any:
        """Make or change one."""
        if version is None:
            return services.create_provider(actor=Actor.of(request), **values)
        return services.change_provider(row, actor=Actor.of(request), version=version, **values)

    def consequences(self, rows: QuerySet[Any]) -> list[str]:
        """What that changes for users."""
        return words.lost(rows)

    def remove(self, request: HttpRequest, rows: QuerySet[Any]) -> None:
        """Delete them."""
        services.delete_providers(rows, actor=Actor.of(request))
