"""Policies on the support desk's pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from controlpanel.audit.actor import Actor
from controlpanel.shell.admin import RecordedAdmin
from federation.policies import services
from federation.policies.models import ExternalAccessPolicy
from federation.policies.rules import SWITCHES

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest


@admin.register(ExternalAccessPolicy)
class PolicyAdmin(RecordedAdmin):
    """All policies; new ones are user policies, a site's is made in the panel."""

    list_display = ("shown_identity", "scope", *SWITCHES, "changed_at", "changed_by")
    list_filter = ("scope", *SWITCHES)
    list_select_related = ("site",)
    search_fields = ("name", "site__name", "description")

    @admin.display(description=_("name"))
    def shown_identity(self, policy: ExternalAccessPolicy) -> str:
        """``Global``, ``Site:<name>`` or ``Tag:<name>``."""
        return policy.identity

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        """The name only for a new one: it is the identity."""
        return [
            *(["scope", "site", "name"] if obj else ["name"]),
            "description",
            *SWITCHES,
            "seen_version",
        ]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        """What an existing policy is called never changes."""
        return ["scope", "site", "name"] if obj else []

    def write(
        self,
        request: HttpRequest,
        row: Any,
        values: dict[str, Any],
        version: int | None,
    ) -> Any:
        """Make a user policy, or change one."""
        if version is None:
            return services.create_user_policy(actor=Actor.of(request), **({"name": ""} | values))
        return services.change_policy(row, actor=Actor.of(request), version=version, **values)

    def remove(self, request: HttpRequest, rows: QuerySet[Any]) -> None:
        """Delete, or reset the Global one."""
        services.delete_policies(rows, actor=Actor.of(request))
