"""Policies on the support desk's pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from controlpanel.audit.actor import Actor
from controlpanel.shell.admin import RecordedAdmin
from federation.policies import services
from federation.policies.consequences import consequences
from federation.policies.models import ExternalAccessPolicy, Scope
from federation.policies.rules import SWITCHES

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse


@admin.register(ExternalAccessPolicy)
class PolicyAdmin(RecordedAdmin):
    """All policies; new ones are user policies, a site's is made in the panel."""

    list_display = ("shown_identity", "scope", *SWITCHES, "changed_at", "changed_by")
    list_filter = ("scope", *SWITCHES)
    list_select_related = ("site",)
    search_fields = ("name", "site__name", "description")
    actions = ("reset_global",)

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
        """Delete site and user policies."""
        services.delete_policies(rows, actor=Actor.of(request))

    def consequences(self, rows: QuerySet[Any]) -> list[str]:
        """Who falls back where."""
        said: list[str] = consequences(list(rows.select_related("site")))["said"]
        return said

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Not of the Global one: "deleted successfully" would be a lie. It has an action that says reset."""
        is_global = obj is not None and obj.scope == Scope.GLOBAL
        return not is_global and super().has_delete_permission(request, obj)

    @admin.action(description=_("Reset the Global policy to its defaults"), permissions=["change"])
    def reset_global(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
        """If the Global policy is among the selected ones: the panel's question before it is reset."""
        if policy := queryset.filter(scope=Scope.GLOBAL).first():
            return redirect(f"{reverse('policies:delete')}?row={policy.pk}")
        messages.warning(request, _("Select the Global policy first."))
        return None
