"""Sites on the support desk's pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin

from controlpanel.audit.actor import Actor
from controlpanel.shell.admin import RecordedAdmin
from federation.topology import services
from federation.topology.models import Site

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest


@admin.register(Site)
class SiteAdmin(RecordedAdmin):
    """Sites are made here until the Topology tab comes."""

    list_display = ("name", "description", "changed_at", "changed_by")
    search_fields = ("name", "description")
    fields = ("name", "description", "seen_version")

    def write(
        self,
        request: HttpRequest,
        row: Site,
        values: dict[str, Any],
        version: int | None,
    ) -> Site:
        """Make or change a site."""
        if version is None:
            return services.create_site(actor=Actor.of(request), **values)
        return services.change_site(row, actor=Actor.of(request), version=version, **values)

    def remove(self, request: HttpRequest, rows: QuerySet[Site]) -> None:
        """Delete sites that nothing hangs on."""
        services.delete_sites(rows, actor=Actor.of(request))
