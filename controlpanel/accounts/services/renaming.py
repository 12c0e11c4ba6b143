"""Rename an account, also in a database that was not upgraded yet: that may be what the upgrade waits for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.auth.validators import UnicodeUsernameValidator
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db import connection, transaction
from django.db.migrations.loader import MigrationLoader
from django.utils import timezone
from django.utils.translation import gettext as _

from controlpanel.accounts.actions import Action
from controlpanel.accounts.models import Administrator
from controlpanel.accounts.names import LONGEST_NAME, name_key, plain
from controlpanel.accounts.services import change_administrator

if TYPE_CHECKING:
    from controlpanel.audit.actor import Actor


def rename(old: str, new: str, *, actor: Actor) -> None:
    """Let the account ``old`` be called ``new`` from now on. Raises ObjectDoesNotExist, ValidationError."""
    loader = MigrationLoader(connection)
    if ("accounts", "0003_one_name_one_account") in loader.applied_migrations:
        change_administrator(Administrator.objects.get_by_natural_key(old), username=new, actor=actor)
    else:
        known = [node for node in loader.applied_migrations if node in loader.graph.nodes]
        _rename_before(loader.project_state(known).apps, old, new, actor)


@transaction.atomic
def _rename_before(apps: Any, old: str, new: str, actor: Actor) -> None:
    """The same with the tables as they are: names that are one are told apart by their letters."""
    accounts = apps.get_model("accounts", "Administrator").objects
    name, now = plain(new), timezone.now()
    UnicodeUsernameValidator()(name)
    if len(name) > LONGEST_NAME:
        raise ValidationError(_("A user name has at most 150 characters."))
    account = accounts.filter(username=old).first()
    if account is None:
        raise ObjectDoesNotExist
    others = accounts.exclude(pk=account.pk).values_list("username", flat=True)
    if name_key(name) in map(name_key, others):
        raise ValidationError(_("An administrator with this user name exists already."))
    changed = {"username": name, "changed_at": now, "changed_by": actor.name, "version": account.version + 1}
    accounts.filter(pk=account.pk).update(**changed)
    apps.get_model("audit", "AuditEvent").objects.create(
        at=now,
        action=Action.CHANGE,
        actor_name=actor.name,
        object_type="accounts.administrator",
        object_pk=account.pk,
        object_name=name,
        before={"username": old},
        after={"username": name},
    )
