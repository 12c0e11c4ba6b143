"""Sites, pools and domains on the support desk's pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin

from controlpanel.audit.actor import Actor
from controlpanel.shell.admin import RecordedAdmin
from federation.topology import services
from federation.topology.models import LocalDomain, Pool, Site

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest


@admin.register(Site)
class SiteAdmin(RecordedAdmin):
    """Sites, central and branch."""

    list_display = ("name", "kind", "parent", "description", "changed_at", "changed_by")
    search_fields = ("name", "description")
    fields = ("name", "description", "kind", "parent", "seen_version")

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


@admin.register(Pool)
class PoolAdmin(RecordedAdmin):
    """Pools of the sites."""

    list_display = ("fqdn", "site", "kind", "description", "changed_at", "changed_by")
    list_filter = ("kind", "site")
    list_select_related = ("site",)
    search_fields = ("fqdn", "site__name", "description")
    fields = ("fqdn", "site", "kind", "description", "seen_version")

    def write(self, request: HttpRequest, row: Pool, values: dict[str, Any], version: int | None) -> Pool:
        """Make or change a pool."""
        if version is None:
            return services.create_pool(actor=Actor.of(request), **values)
        return services.change_pool(row, actor=Actor.of(request), version=version, **values)

    def remove(self, request: HttpRequest, rows: QuerySet[Pool]) -> None:
        """Delete pools that nobody is homed on."""
        services.delete_pools(rows, actor=Actor.of(request))


@admin.register(LocalDomain)
class LocalDomainAdmin(RecordedAdmin):
    """The organisation's own domains."""

    list_display = ("domain", "description", "changed_at", "changed_by")
    search_fields = ("domain", "shown", "description")
    fields = ("domain", "description", "seen_version")

    def write(
        self, request: HttpRequest, row: LocalDomain, values: dict[str, Any], version: int | None
    ) -> LocalDomain:
        """List or change a domain."""
        if version is None:
            return services.create_domain(actor=Actor.of(request), **values)
        return services.change_domain(row, actor=Actor.of(request), version=version, **values)

    def remove(self, request: HttpRequest, rows: QuerySet[LocalDomain]) -> None:
        """Take domains off the list."""
        services.delete_domains(rows, actor=Actor.of(request))
