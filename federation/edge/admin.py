"""The edge on the support desk's pages: two rows, to look at and to change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin

from controlpanel.audit.actor import Actor
from controlpanel.shell.admin import RecordedAdmin
from federation.edge import services
from federation.edge.models import AccessEdgeConfiguration, XmppGatewayConfiguration
from federation.edge.rules import GATEWAY_NUMBERS, SWITCHES

if TYPE_CHECKING:
    from django.http import HttpRequest


class OneRowAdmin(RecordedAdmin):
    """Of a table whose one row is neither made nor deleted."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Never: it exists from installation."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never."""
        return False


@admin.register(AccessEdgeConfiguration)
class AccessAdmin(OneRowAdmin):
    """What may pass the edge."""

    list_display = ("__str__", *SWITCHES, "changed_at", "changed_by")
    fields = (*AccessEdgeConfiguration.AUDITED, "seen_version")

    def write(self, request: HttpRequest, row: Any, values: dict[str, Any], version: int | None) -> Any:
        """Change it."""
        return services.change_access(actor=Actor.of(request), version=version, **values)


@admin.register(XmppGatewayConfiguration)
class XmppAdmin(OneRowAdmin):
    """How the gateway holds its connections; the dialback secret is replaced in the panel."""

    list_display = ("__str__", *GATEWAY_NUMBERS, "log_bodies", "changed_at", "changed_by")
    fields = (*GATEWAY_NUMBERS, "log_bodies", "seen_version")

    def write(self, request: HttpRequest, row: Any, values: dict[str, Any], version: int | None) -> Any:
        """Change it."""
        return services.change_gateway(actor=Actor.of(request), version=version, **values)
