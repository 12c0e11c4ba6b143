"""Administrators and the roles they hold."""

from __future__ import annotations

from typing import Any, ClassVar

from django.apps import apps
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.db import models
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from controlpanel.accounts.names import LONGEST_KEY, LONGEST_NAME, name_key
from controlpanel.accounts.rights import GRANTS, Right, Role
from controlpanel.audit.models import Recorded

#: Why somebody was turned away: what the log keeps, and how it reads.
CAUSES = {
    "wrong-password": _("wrong password"),
    "wrong-own-password": _("wrong present password on a page that asks for it"),
    "inactive": _("the account is not active"),
    "unknown-name": _("no account has this name"),
    "rights": _("no role of the account allows it"),
    "forged": _("the form did not come from a page of this session"),
}


class AdministratorManager(BaseUserManager["Administrator"]):
    """Finds an administrator by name, however it is spelled."""

    def called(self, username: str) -> Administrator | None:
        """The same, or None."""
        return self.filter(username_key=name_key(username)).exclude(username_key="").first()

    def get_by_natural_key(self, username: str | None) -> Administrator:
        """The administrator who signs in as ``username``, or DoesNotExist."""
        return self.get(username_key=name_key(username or ""))


class Administrator(AbstractBaseUser, Recorded):
    """Somebody who may sign in to the panel. Rights come from roles alone; nobody is a superuser."""

    username = models.CharField(
        _("user name"),
        max_length=LONGEST_NAME,
        unique=True,
        validators=[UnicodeUsernameValidator()],
    )
    username_key = models.CharField(max_length=LONGEST_KEY, editable=False)
    display_name = models.CharField(_("display name"), max_length=150, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    is_active = models.BooleanField(
        _("active"),
        default=True,
        help_text=_("Untick to keep somebody out. Accounts are never deleted."),
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    objects: ClassVar[AdministratorManager] = AdministratorManager()

    USERNAME_FIELD = "username"
    AUDITED = ("username", "display_name", "email", "is_active")
    # What the log names besides fields.
    AUDIT_LABELS = {"roles": _("roles"), "failures": _("failures"), "cause": _("cause")}
    AUDIT_WORDS = CAUSES
    SECRETS = ("password",)

    class Meta:
        verbose_name = _("administrator")
        verbose_name_plural = _("administrators")
        ordering = ("username",)
        constraints = (
            models.UniqueConstraint(
                fields=("username_key",),
                name="accounts_name_unique",
                violation_error_code="unique",
                violation_error_message=_("An administrator with this user name exists already."),
            ),
            models.CheckConstraint(condition=~models.Q(username_key=""), name="accounts_name_has_key"),
        )

    def __str__(self) -> str:
        return self.username

    @cached_property
    def roles(self) -> tuple[Role, ...]:
        """The roles held, in the order of the enum; one query, once a request."""
        held = set(self.role_grants.values_list("role", flat=True)) if self.pk else set()
        return tuple(role for role in Role if role in held)

    @property
    def display_roles(self) -> str:
        """The names of the roles, for the header."""
        return ", ".join(role.value for role in self.roles)

    def has_right(self, right: Right) -> bool:
        """Whether any role grants ``right``. An inactive account has no right."""
        return self.is_active and any(right in GRANTS[role] for role in self.roles)

    # What the Django admin asks (docs: "Custom users and django.contrib.admin").

    @property
    def is_staff(self) -> bool:
        """Everybody with a role may look at the support desk's pages."""
        return self.has_right(Right.VIEW)

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        """Whether ``app.action_model`` is permitted: view needs VIEW, the rest what the app asks for."""
        label, _dot, codename = perm.partition(".")
        if codename.startswith("view_"):
            return self.has_right(Right.VIEW)
        return self.has_right(getattr(apps.get_app_config(label), "change_right", Right.CHANGE))

    def has_module_perms(self, app_label: str) -> bool:
        """Whether the app shows in the admin's index."""
        return self.has_right(Right.VIEW)


class RoleGrant(models.Model):
    """One role held by one administrator."""

    administrator = models.ForeignKey(Administrator, models.CASCADE, related_name="role_grants")
    role = models.CharField(_("role"), max_length=40, choices=Role)

    class Meta:
        verbose_name = _("role")
        verbose_name_plural = _("roles")
        constraints = (
            models.UniqueConstraint(fields=("administrator", "role"), name="accounts_role_once"),
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="accounts_role_known"),
        )

    def __str__(self) -> str:
        return self.role


class Tally(models.Model):
    """Failures of the last quarter of an hour: of a name from a network, of either, or on the way to be one.

    The name is a keyed digest, for what is typed there may be a password.
    """

    name = models.CharField(max_length=64, blank=True)
    network = models.CharField(max_length=50, blank=True)
    times = models.JSONField(default=list)
    touched = models.DateTimeField(db_index=True)

    class Meta:
        default_permissions = ()
        constraints = (models.UniqueConstraint(fields=("name", "network"), name="accounts_tally_once"),)

    def __str__(self) -> str:
        return f"{self.name[:8]} {self.network}"


class Note(models.Model):
    """When the change log was told last of something that may happen very often, and how often since.

    ``who`` is the key of an account, 0 when it is nobody's.
    """

    action = models.CharField(max_length=60)
    who = models.BigIntegerField()
    network = models.CharField(max_length=50, blank=True)
    address = models.CharField(max_length=45, blank=True)
    cause = models.CharField(max_length=40, blank=True)
    last_at = models.DateTimeField()
    written_at = models.DateTimeField(null=True, db_index=True)
    pending = models.PositiveIntegerField(default=0)

    class Meta:
        default_permissions = ()
        constraints = (
            models.UniqueConstraint(fields=("action", "who", "network"), name="accounts_note_once"),
        )

    def __str__(self) -> str:
        return f"{self.action} {self.who} {self.network}"
