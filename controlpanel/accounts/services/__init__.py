"""Every write to administrators and their roles."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.password_validation import validate_password
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from controlpanel.accounts.actions import Action
from controlpanel.accounts.hashing import in_turn
from controlpanel.accounts.models import Administrator, RoleGrant
from controlpanel.accounts.names import name_key, plain
from controlpanel.accounts.rights import Role
from controlpanel.accounts.services.counters import forget
from controlpanel.audit import commits
from controlpanel.audit.actor import Actor
from controlpanel.audit.records import record
from controlpanel.shell.busy import is_busy
from controlpanel.shell.http import network as network_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.contrib.sessions.backends.base import SessionBase


@in_turn
@transaction.atomic
def create_administrator(
    *,
    username: str,
    password: str,
    roles: Iterable[Role],
    actor: Actor,
    reason: str = "",
    display_name: str = "",
    email: str = "",
    is_active: bool = True,
) -> Administrator:
    """Make an account with ``roles``. Raises ValidationError for a bad name or a weak password."""
    account = Administrator(**_named(username), display_name=display_name, email=email, is_active=is_active)
    validate_password(password, account)
    account.set_password(password)
    commits.create(account, action=Action.CREATE, actor=actor, reason=reason)
    set_roles(account, roles=roles, actor=actor)
    return account


@transaction.atomic
def change_administrator(
    account: Administrator, *, actor: Actor, version: int | None = None, reason: str = "", **values: object
) -> Administrator:
    """Set display name, e-mail, name or active. The last active CsAdministrator cannot be switched off.

    Raises ValidationError, commits.Conflict, commits.Gone.
    """
    if "username" in values:
        values |= _named(str(values["username"]))
    if values.get("is_active") is False:
        _lock(account)
        _keep_an_administrator(account, actor)
    return commits.change(account, values, action=Action.CHANGE, actor=actor, version=version, reason=reason)


@transaction.atomic
def set_roles(account: Administrator, *, roles: Iterable[Role], actor: Actor, reason: str = "") -> None:
    """Let ``account`` hold exactly ``roles``. The last active CsAdministrator keeps that role."""
    _lock(account)
    wanted = {Role(role) for role in roles}
    held = {Role(role) for role in account.role_grants.values_list("role", flat=True)}
    if wanted == held:
        return
    if Role.ADMINISTRATOR in held - wanted:
        _keep_an_administrator(account, actor)
    account.role_grants.filter(role__in=held - wanted).delete()
    RoleGrant.objects.bulk_create(RoleGrant(administrator=account, role=role) for role in wanted - held)
    account.__dict__.pop("roles", None)
    before, after = {"roles": sorted(held)}, {"roles": sorted(wanted)}
    commits.change(account, {}, action=Action.ROLES, actor=actor, reason=reason, before=before, after=after)


@in_turn
@transaction.atomic
def set_password(account: Administrator, password: str, *, actor: Actor, reason: str = "") -> None:
    """Set a new password; every session of the account but the one that asked ends with the next request."""
    validate_password(password, account)
    account.set_password(password)
    account.save(update_fields=["password"])
    record(Action.PASSWORD, account, actor=actor, reason=reason)


@transaction.atomic
def unlock(account: Administrator, *, actor: Actor, reason: str = "") -> None:
    """Forget the failed sign-ins of ``account``, so that it may try again at once."""
    forget(name_key=account.username_key)
    record(Action.UNLOCK, account, actor=actor, reason=reason)


@transaction.atomic
def unlock_network(address: str, *, actor: Actor, reason: str = "") -> str:
    """Forget the failed sign-ins from the network of ``address``; which that is, such as an IPv6 /64."""
    network = network_of(address)
    forget(network=network)
    record(Action.UNLOCK_NETWORK, None, actor=actor, reason=reason, name=network)
    return network


@transaction.atomic
def unlock_all(*, actor: Actor, reason: str = "") -> None:
    """Forget all failed sign-ins."""
    forget()
    record(Action.UNLOCK_ALL, None, actor=actor, reason=reason)


@transaction.atomic
def end_session(account: Administrator, *, address: str) -> None:
    """Record that a session ends in which the present password was guessed at. The caller ends it."""
    record(Action.ENDED, account, actor=Actor(account.username, account.pk, address))


@transaction.atomic
def end_all_sessions(*, actor: Actor, reason: str = "") -> int:
    """End every session, of everybody. Returns how many were kept."""
    count, _by_model = Session.objects.all().delete()
    record(Action.END_ALL, None, actor=actor, reason=reason)
    return count


def _named(username: str) -> dict[str, str]:
    """The two columns of a name."""
    name = plain(username)
    return {"username": name, "username_key": name_key(name)}


def _lock(account: Administrator) -> None:
    """Lock ``account`` and all active ones, in one order: who is the last one stays true until commit."""
    rows = Administrator.objects.filter(Q(pk=account.pk) | Q(is_active=True))
    list(rows.select_for_update().order_by("pk"))


def _keep_an_administrator(account: Administrator, actor: Actor) -> None:
    """Refuse what would lock everybody, or the one who asks, out of the panel."""
    if account.pk == actor.pk:
        raise ValidationError(_("You cannot take away your own access. Ask another CsAdministrator."))
    others = Administrator.objects.filter(is_active=True, role_grants__role=Role.ADMINISTRATOR)
    if not others.exclude(pk=account.pk).exists():
        raise ValidationError(
            _("This is the last active CsAdministrator. Give the role to another one first.")
        )


def note_use(session: SessionBase, *, since: int, seen: int) -> None:
    """Write when the session began and was last used, in seconds, now.

    A busy database turns nobody away who only reads: the next request notes it.
    """
    session["since"], session["seen"] = since, seen
    try:
        session.save()
    except UpdateError as error:  # busy, or signed out meanwhile
        session.modified = not is_busy(error.__context__)
    else:
        session.modified = False
