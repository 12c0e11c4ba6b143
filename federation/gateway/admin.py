"""Gateways on the support desk's pages. Their secrets are made in the panel, which shows each once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin

from controlpanel.audit.actor import Actor
from controlpanel.shell.admin import RecordedAdmin
from federation.gateway import services
from federation.gateway.models import Gateway

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest


@admin.register(Gateway)
class GatewayAdmin(RecordedAdmin):
    """XMPP servers that ask the panel for its rules."""

    list_display = ("name", "site", "enabled", "description", "secret_made_at", "changed_at", "changed_by")
    list_filter = ("enabled", "site")
    list_select_related = ("site",)
    search_fields = ("name", "description", "site__name")
    readonly_fields = ("secret_made_at",)
    fields = ("name", "site", "domains", "description", "enabled", "secret_made_at", "seen_version")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Not here: the page after it shows the secret."""
        return False

    def write(
        self, request: HttpRequest, row: Gateway, values: dict[str, Any], version: int | None
    ) -> Gateway:
        """Change it."""
        return services.change_gateway(row, actor=Actor.of(request), version=version, **values)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Nothing: the service has set the domains already, and recorded them."""

    def remove(self, request: HttpRequest, rows: QuerySet[Gateway]) -> None:
        """Remove gateways with what they reported."""
        services.delete_gateways(rows, actor=Actor.of(request))
