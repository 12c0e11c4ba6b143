"""Certificates on the support desk's pages: to look at, to rename, to delete."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin

from controlpanel.audit.actor import Actor
from controlpanel.shell.admin import RecordedAdmin
from federation.certificates.models import Certificate, Request, TrustedAuthority
from federation.certificates.services import authorities, certificates, requests

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest


class _Made(RecordedAdmin):
    """Rows that are made in the panel only."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Not here: a key or a file belongs to it."""
        return False


@admin.register(Certificate)
class CertificateAdmin(_Made):
    """Certificates of the gateway."""

    list_display = ("name", "subject", "issuer_name", "not_before", "not_after", "changed_at", "changed_by")
    search_fields = ("name", "names", "issuer", "sha1", "sha256")
    date_hierarchy = "not_after"
    readonly_fields = ("subject", "names", "issuer", "serial", "sha1", "sha256", "not_before", "not_after")
    fields = ("name", *readonly_fields, "seen_version")

    def write(self, request: HttpRequest, row: Any, values: dict[str, Any], version: int | None) -> Any:
        """Rename."""
        return certificates.change_certificate(row, actor=Actor.of(request), version=version, **values)

    def remove(self, request: HttpRequest, rows: QuerySet[Any]) -> None:
        """Delete, with keys that nothing else needs."""
        certificates.delete_certificates(rows, actor=Actor.of(request))


@admin.register(Request)
class RequestAdmin(_Made):
    """Requests that wait for their answer."""

    list_display = ("name", "gateway", "key_kind", "changed_at", "changed_by")
    search_fields = ("name", "names")
    readonly_fields = ("name", "gateway", "names", "key_kind", "renews")
    fields = (*readonly_fields, "seen_version")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A request stays as it was signed."""
        return False

    def remove(self, request: HttpRequest, rows: QuerySet[Any]) -> None:
        """Cancel, with the key."""
        requests.cancel_requests(rows, actor=Actor.of(request))


@admin.register(TrustedAuthority)
class AuthorityAdmin(_Made):
    """Trusted authorities."""

    list_display = ("name", "subject", "is_root", "not_after", "changed_at", "changed_by")
    list_filter = ("is_root",)
    search_fields = ("name", "subject", "sha256")
    readonly_fields = ("subject", "sha256", "is_root", "not_before", "not_after")
    fields = ("name", *readonly_fields, "seen_version")

    def write(self, request: HttpRequest, row: Any, values: dict[str, Any], version: int | None) -> Any:
        """Rename."""
        return authorities.change_authority(row, actor=Actor.of(request), version=version, **values)

    def remove(self, request: HttpRequest, rows: QuerySet[Any]) -> None:
        """Trust them no longer."""
        authorities.distrust(rows, actor=Actor.of(request))
