"""Administrators and their roles on the support desk's pages."""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import Group
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from controlpanel.accounts import hashing, services
from controlpanel.accounts.forms import DeskSignInForm
from controlpanel.accounts.models import Administrator
from controlpanel.accounts.names import plain
from controlpanel.accounts.rights import Role
from controlpanel.audit.actor import Actor
from controlpanel.shell.admin import RecordedAdmin, RecordedForm

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse

admin.site.unregister(Group)  # roles are the panel's own, see rights.py
admin.site.login_form = DeskSignInForm
admin.site.site_header = admin.site.site_title = _("Control Panel: support desk")


class AdministratorForm(RecordedForm):
    """Roles as check boxes; a password that is typed is set, an empty one stays."""

    roles = forms.MultipleChoiceField(
        label=_("Roles"),
        choices=Role.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    new_password = forms.CharField(
        label=_("New password"),
        required=False,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("Leave it empty to keep the present one. Setting it ends the person’s sessions."),
    )

    class Meta:
        model = Administrator
        fields = ("username", "display_name", "email", "is_active")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["new_password"].required = self.instance.pk is None
        self.fields["roles"].initial = getattr(self.instance, "roles", ())

    def clean_username(self) -> str:
        """The name, in its one form and unless somebody has it."""
        name = plain(str(self.cleaned_data["username"]))
        other = Administrator.objects.called(name)
        if other is not None and other.pk != self.instance.pk:
            raise ValidationError(_("An administrator with this user name exists already."), code="unique")
        return name

    def clean_new_password(self) -> str:
        """The password, if it is strong enough for the account."""
        password = str(self.cleaned_data.get("new_password", ""))
        if password:
            validate_password(password, self.instance)  # type: ignore[arg-type]  # the form's model is Administrator
        return password


@admin.register(Administrator)
class AdministratorAdmin(RecordedAdmin):
    """Accounts are made, changed and switched off here; never deleted."""

    class Media:
        css = {"all": ("desk.css",)}

    form = AdministratorForm
    list_display = (
        "username",
        "display_name",
        "email",
        "held_roles",
        "is_active",
        "last_login",
    )
    list_filter = ("is_active", "role_grants__role")
    search_fields = ("username", "display_name", "email")
    actions = ("unlock",)
    fields = (
        "username",
        "display_name",
        "email",
        "is_active",
        "roles",
        "new_password",
        "seen_version",
    )

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The form. One that sets a password takes its turn before the transaction that Django begins."""
        hashes = request.method == "POST" and request.POST.get("new_password")
        with hashing.GATE.turn() if hashes else nullcontext():
            return super().changeform_view(request, *args, **kwargs)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Administrator]:
        """With the roles, in one query more."""
        return super().get_queryset(request).prefetch_related("role_grants")

    @admin.display(description=_("Roles"))
    def held_roles(self, account: Administrator) -> str:
        """The roles, from what was fetched."""
        return ", ".join(sorted(grant.role for grant in account.role_grants.all()))

    @admin.action(description=_("Unlock the selected administrators"), permissions=["change"])
    def unlock(self, request: HttpRequest, queryset: QuerySet[Administrator]) -> None:
        """Forget failed sign-ins."""
        for account in queryset:
            services.unlock(account, actor=Actor.of(request))
        messages.success(request, _("They may try to sign in again at once."))

    @transaction.atomic
    def write(
        self,
        request: HttpRequest,
        row: Any,
        values: dict[str, Any],
        version: int | None,
    ) -> Any:
        """Make an account, or change it, its roles and its password; one transaction."""
        actor = Actor.of(request)
        password, roles = values.pop("new_password", ""), values.pop("roles", None)
        if row.pk is None:
            return services.create_administrator(
                username=row.username,
                password=password,
                roles=[Role(role) for role in roles or ()],
                display_name=row.display_name,
                email=row.email,
                is_active=row.is_active,
                actor=actor,
            )
        account: Administrator = services.change_administrator(row, actor=actor, version=version, **values)
        if roles is not None:
            services.set_roles(account, roles=[Role(role) for role in roles], actor=actor)
        if password:
            services.set_password(account, password, actor=actor)
        return account

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never: switch the account off, so that history keeps its names."""
        return False
