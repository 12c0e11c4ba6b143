"""Accounts and roles: what is recorded, what is refused, and that somebody can always get in."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from controlpanel.accounts import services
from controlpanel.accounts.models import Administrator, RoleGrant
from controlpanel.accounts.rights import GRANTS, Right, Role
from controlpanel.audit.actor import Actor
from controlpanel.audit.models import AuditEvent
from tests.conftest import PASSWORD, person
from tests.together import together

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.django_db
DAVE = Actor("dave", 4711)
LAST = "This is the last active CsAdministrator. Give the role to another one first."
OWN = "You cannot take away your own access. Ask another CsAdministrator."


def active() -> set[str]:
    """The names of the active CsAdministrators."""
    found = Administrator.objects.filter(is_active=True, role_grants__role=Role.ADMINISTRATOR)
    return set(found.values_list("username", flat=True))


def test_making_an_account_is_recorded_without_its_password() -> None:
    account = services.create_administrator(
        username="erin", password=PASSWORD, roles=[Role.HELP_DESK], actor=DAVE, email="erin@example.com"
    )
    made, roles = AuditEvent.objects.about(account).order_by("pk")
    assert (made.action, made.actor_name) == ("accounts:administrator:create", "dave")
    assert made.after == {
        "username": "erin",
        "display_name": "",
        "email": "erin@example.com",
        "is_active": True,
    }
    assert (roles.before, roles.after) == ({"roles": []}, {"roles": ["CsHelpDesk"]})


@pytest.mark.sql
@pytest.mark.parametrize("name", ["alice", "ALICE", "Alice"])
def test_a_user_name_is_taken_in_every_case(alice: Administrator, name: str) -> None:
    with pytest.raises(ValidationError, match=r"exists already|already exists"):
        person(name)
    with pytest.raises(IntegrityError), transaction.atomic():
        Administrator.objects.bulk_create([Administrator(username="ALICE")])


@pytest.mark.parametrize("name", ["", " ", "a b", "a\nb", "<b>", "x" * 151, "a\u202eb"])
def test_a_bad_user_name_is_refused(name: str) -> None:
    with pytest.raises(ValidationError):
        person(name)
    assert not Administrator.objects.exists()
    assert not AuditEvent.objects.exists()


@pytest.mark.parametrize(
    "password", ["", "short", "passwordpassword"[:8], "12345678901234", "frederick.jones"]
)
def test_a_weak_password_is_refused(password: str) -> None:
    with pytest.raises(ValidationError):
        services.create_administrator(username="frederick.jones", password=password, roles=[], actor=DAVE)
    assert not Administrator.objects.exists()


def test_roles_add_up() -> None:
    account = person("both", Role.HELP_DESK, Role.USER_ADMINISTRATOR)
    assert {right for right in Right if account.has_right(right)} == {Right.VIEW, Right.USERS}


def test_each_role_grants_what_lync_says() -> None:
    assert set(Role.values) == {
        "CsAdministrator",
        "CsUserAdministrator",
        "CsViewOnlyAdministrator",
        "CsHelpDesk",
    }
    assert GRANTS[Role.ADMINISTRATOR] == set(Right)
    assert {role for role in Role if Right.CHANGE in GRANTS[role]} == {Role.ADMINISTRATOR}
    assert {role for role in Role if Right.USERS in GRANTS[role]} == {
        Role.ADMINISTRATOR,
        Role.USER_ADMINISTRATOR,
    }
    assert all(Right.VIEW in rights for rights in GRANTS.values())


def test_an_inactive_account_has_no_right(alice: Administrator) -> None:
    alice.is_active = False
    assert not any(alice.has_right(right) for right in Right)


def test_changing_roles_records_what_differs(bob: Administrator) -> None:
    services.set_roles(bob, roles=[Role.HELP_DESK, Role.VIEW_ONLY], actor=DAVE, reason="Helps out")
    event = AuditEvent.objects.about(bob)[0]
    assert event.before == {"roles": ["CsViewOnlyAdministrator"]}
    assert event.after == {"roles": ["CsHelpDesk", "CsViewOnlyAdministrator"]}
    assert event.reason == "Helps out"
    before = AuditEvent.objects.count()
    services.set_roles(bob, roles=[Role.VIEW_ONLY, Role.HELP_DESK], actor=DAVE)
    assert AuditEvent.objects.count() == before


@pytest.mark.sql
def test_the_database_knows_the_roles(bob: Administrator) -> None:
    for role in (Role.VIEW_ONLY, "CsEverything"):
        with pytest.raises(IntegrityError), transaction.atomic():
            RoleGrant.objects.bulk_create([RoleGrant(administrator=bob, role=role)])


def test_the_last_administrator_stays(alice: Administrator) -> None:
    with pytest.raises(ValidationError, match="last active"):
        services.set_roles(alice, roles=[Role.HELP_DESK], actor=DAVE)
    with pytest.raises(ValidationError, match="last active"):
        services.change_administrator(alice, actor=DAVE, is_active=False)
    assert active() == {"alice"}


def test_an_inactive_administrator_does_not_count(alice: Administrator) -> None:
    other = person("other", Role.ADMINISTRATOR)
    services.change_administrator(other, actor=DAVE, is_active=False)
    with pytest.raises(ValidationError, match="last active"):
        services.set_roles(alice, roles=[], actor=DAVE)
    # Who is switched off already may lose the role.
    services.set_roles(other, roles=[], actor=DAVE)
    assert active() == {"alice"}


def test_nobody_takes_away_their_own_access(alice: Administrator) -> None:
    person("other", Role.ADMINISTRATOR)
    me = Actor("alice", alice.pk)
    with pytest.raises(ValidationError, match="your own access"):
        services.set_roles(alice, roles=[Role.HELP_DESK], actor=me)
    with pytest.raises(ValidationError, match="your own access"):
        services.change_administrator(alice, actor=me, is_active=False)
    services.change_administrator(alice, actor=me, display_name="Alice A.")
    services.set_roles(alice, roles=[Role.ADMINISTRATOR, Role.HELP_DESK], actor=me)
    assert active() == {"alice", "other"}


def take_role(account: Administrator, actor: Actor) -> object:
    """One way to take the access of ``account`` away."""
    return services.set_roles(account, roles=[], actor=actor)


def switch_off(account: Administrator, actor: Actor) -> object:
    """Another way."""
    return services.change_administrator(account, actor=actor, is_active=False)


@pytest.mark.sql
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("first", [take_role, switch_off])
@pytest.mark.parametrize("second", [take_role, switch_off])
def test_two_who_lock_each_other_out_at_once(first: Any, second: Any) -> None:
    alice, dave = person("alice", Role.ADMINISTRATOR), person("dave", Role.ADMINISTRATOR)
    calls: list[Callable[[], object]] = [
        partial(first, dave, Actor("alice", alice.pk)),
        partial(second, alice, Actor("dave", dave.pk)),
    ]
    refused = [each for each in together(calls) if isinstance(each, BaseException)]
    assert [type(each) for each in refused] == [ValidationError], refused
    assert len(active()) == 1


@pytest.mark.sql
@pytest.mark.django_db(transaction=True)
def test_one_account_changed_by_two_at_once(bob: Administrator) -> None:
    calls: list[Callable[[], object]] = [
        partial(services.set_roles, bob, roles=[Role.HELP_DESK], actor=DAVE),
        partial(services.set_roles, bob, roles=[Role.HELP_DESK, Role.USER_ADMINISTRATOR], actor=DAVE),
        partial(services.set_roles, bob, roles=[Role.HELP_DESK], actor=DAVE),
    ]
    assert [each for each in together(calls) if isinstance(each, BaseException)] == []
    events = AuditEvent.objects.about(bob).filter(action="accounts:administrator:roles").order_by("pk")
    held = sorted(bob.role_grants.values_list("role", flat=True))
    assert events.reverse()[0].after == {"roles": held}
