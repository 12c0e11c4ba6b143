"""Every write has its event, in one transaction, with only what differs; no event is ever changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.db import transaction
from django.urls import reverse

from controlpanel.accounts.models import Administrator
from controlpanel.audit import commits, records
from controlpanel.audit.actions import known
from controlpanel.audit.actor import Actor
from controlpanel.audit.models import AuditEvent
from federation.policies import services
from federation.policies.actions import Action
from federation.policies.models import ExternalAccessPolicy
from tests.makers import global_policy, make_policy, make_site
from tests.pages import Page

if TYPE_CHECKING:
    from django.test import Client
    from pytest_django import Settings

pytestmark = pytest.mark.django_db
ALICE = Actor("alice", 7, "192.0.2.1")


def last() -> AuditEvent:
    """The newest event."""
    return AuditEvent.objects.order_by("-pk")[0]


def test_an_event_says_who_what_why_and_from_where(alice_client: Client) -> None:
    policy = make_policy("Sales", federated=True, description="Before")
    form = Page(alice_client.get(reverse("policies:details", args=[policy.pk]))).form("Commit")
    form.fill(description="After", xmpp=True, reason="Ticket 7").send(alice_client, REMOTE_ADDR="192.0.2.9")
    event = last()
    assert (event.action, event.label) == ("policies:policy:change", "Policy changed")
    assert (event.actor_name, event.address, event.reason) == ("alice", "192.0.2.9", "Ticket 7")
    assert (event.object_type, event.object_pk, event.object_name) == (
        "policies.externalaccesspolicy",
        policy.pk,
        "Tag:Sales",
    )
    assert event.before == {"description": "Before", "xmpp": False}
    assert event.after == {"description": "After", "xmpp": True}
    assert event.at == ExternalAccessPolicy.objects.get(pk=policy.pk).changed_at


def test_making_and_deleting_say_all_there_was() -> None:
    policy = services.create_user_policy(name="Sales", federated=True, actor=ALICE, reason="New")
    made = last()
    assert (made.action, made.before, made.reason) == (Action.CREATE, {}, "New")
    assert made.after["name"] == "Sales"
    assert (made.after["federated"], made.after["xmpp"]) == (True, False)
    services.delete_policies([policy], actor=ALICE, reason="Gone")
    gone = last()
    assert (gone.action, gone.before, gone.after) == (Action.DELETE, made.after, {})
    assert (gone.object_pk, gone.object_name) == (made.object_pk, "Tag:Sales")


def test_a_call_that_changes_nothing_records_nothing() -> None:
    before = AuditEvent.objects.count()
    services.change_policy(global_policy(), actor=ALICE, federated=False, description="")
    services.delete_policies([global_policy()], actor=ALICE)
    assert AuditEvent.objects.count() == before
    assert global_policy().version == 1


def test_the_name_of_who_did_it_stays_when_the_account_is_renamed(alice_client: Client) -> None:
    alice_client.post(reverse("policies:new-user"), {"name": "Sales"})
    Administrator.objects.update(username="renamed")
    assert AuditEvent.objects.get(action=Action.CREATE).actor_name == "alice"


@pytest.mark.sql
@pytest.mark.django_db(transaction=True)
def test_no_event_no_change(monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(*_args: Any, **_kwargs: Any) -> None:
        raise RuntimeError("the log is full")

    monkeypatch.setattr(commits, "record", failing)
    for write in (
        lambda: services.change_policy(global_policy(), actor=ALICE, federated=True),
        lambda: services.create_user_policy(name="Sales", actor=ALICE),
        lambda: make_site("Paris"),
    ):
        with pytest.raises(RuntimeError):
            write()
    assert not global_policy().federated
    assert ExternalAccessPolicy.objects.count() == 1


@pytest.mark.sql
@pytest.mark.django_db(transaction=True)
def test_no_change_no_event() -> None:
    before = AuditEvent.objects.count()
    with transaction.atomic():
        services.change_policy(global_policy(), actor=ALICE, federated=True)
        transaction.set_rollback(True)
    assert AuditEvent.objects.count() == before
    assert not global_policy().federated


@pytest.mark.sql
@pytest.mark.django_db(transaction=True)
def test_nothing_is_recorded_outside_of_a_transaction() -> None:
    with pytest.raises(ValueError, match="transaction"):
        records.record(Action.CHANGE, global_policy(), actor=ALICE)
    assert not AuditEvent.objects.exists()


def test_an_action_that_no_room_declares_is_refused() -> None:
    with pytest.raises(ValueError, match="policies:policy:steal"):
        records.record("policies:policy:steal", global_policy(), actor=ALICE)


def test_every_action_is_area_noun_verb_and_has_a_label() -> None:
    assert len(known()) > 10
    for action, label in known().items():
        assert action.count(":") == 2
        assert str(label).strip()
        assert len(action) <= 60


def test_an_event_is_not_changed() -> None:
    make_policy()
    event = last()
    event.reason = "Another"
    for write in (
        event.save,
        event.delete,
        AuditEvent.objects.all().delete,
        lambda: AuditEvent.objects.update(reason="Another"),
        lambda: AuditEvent.objects.filter(pk=event.pk).update(reason="Another"),
        lambda: AuditEvent.objects.bulk_update([event], ["reason"]),
        lambda: AuditEvent.objects.update_or_create(pk=event.pk, defaults={"reason": "Another"}),
    ):
        with pytest.raises(TypeError, match="change log"), transaction.atomic():
            write()
    assert last().reason == ""


@pytest.mark.parametrize(
    "proxies, header, address",
    [
        (0, "203.0.113.5", "192.0.2.9"),
        (1, "203.0.113.5", "203.0.113.5"),
        (1, "198.51.100.66, 203.0.113.5", "203.0.113.5"),
        (2, "198.51.100.66, 203.0.113.5, 192.0.2.77", "203.0.113.5"),
        (2, "203.0.113.5", "192.0.2.9"),
        (1, "not an address", "192.0.2.9"),
        (1, "", "192.0.2.9"),
        (1, "2001:db8::1", "2001:db8::1"),
        (1, "fe80::1%" + "x" * 500, "192.0.2.9"),
    ],
)
def test_the_address_is_that_of_the_client_and_not_what_it_says(
    alice_client: Client, settings: Settings, proxies: int, header: str, address: str
) -> None:
    settings.TRUSTED_PROXIES = proxies
    alice_client.post(
        reverse("policies:new-user"),
        {"name": "Sales"},
        REMOTE_ADDR="192.0.2.9",
        headers={"x-forwarded-for": header},
    )
    assert last().address == address


def test_a_command_says_whose_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("getpass.getuser", lambda: "operator")
    assert Actor.command() == Actor("manage.py (operator)")

    def nobody() -> str:
        raise OSError("no such user")

    monkeypatch.setattr("getpass.getuser", nobody)
    assert Actor.command().name == "manage.py"
