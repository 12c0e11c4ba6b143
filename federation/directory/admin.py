"""Users on the support desk's pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from controlpanel.audit.actor import Actor
from controlpanel.audit.tallies import tally
from controlpanel.shell.admin import RecordedAdmin
from federation.directory import services
from federation.directory.models import User

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest


@admin.register(User)
class UserAdmin(RecordedAdmin):
    """Users; policies are assigned in the panel, where the effect is shown."""

    list_display = ("address", "display_name", "enabled", "pool", "assigned", "changed_at", "changed_by")
    list_filter = ("enabled",)
    list_select_related = ("pool", "assignment__policy")
    search_fields = ("address__startswith", "name_sort__startswith", "email__startswith")
    raw_id_fields = ("pool",)
    show_full_result_count = False
    fields = (
        "address",
        "display_name",
        "first_name",
        "last_name",
        "email",
        "department",
        "pool",
        "enabled",
        "seen_version",
    )

    @admin.display(description=_("External access policy"))
    def assigned(self, user: User) -> str:
        """The assigned policy."""
        return user.assigned_identity

    def write(self, request: HttpRequest, row: User, values: dict[str, Any], version: int | None) -> User:
        """Make or change a user."""
        if version is None:
            return services.create_user(actor=Actor.of(request), **values)
        return services.change_user(row, actor=Actor.of(request), version=version, **values)

    def remove(self, request: HttpRequest, rows: QuerySet[Any]) -> None:
        """Remove users."""
        users = User.objects.filter(pk__in=rows.values("pk"))
        services.remove_users(users, seen=tally(users), actor=Actor.of(request))
