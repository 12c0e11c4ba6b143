"""After five failures a name is locked for an address; another administrator may unlock it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.urls import reverse

from controlpanel.accounts import services
from controlpanel.accounts.actions import Action
from controlpanel.accounts.models import Tally
from controlpanel.audit.actor import Actor
from controlpanel.audit.models import AuditEvent
from tests.conftest import PASSWORD
from tests.pages import Page

if TYPE_CHECKING:
    from django.test import Client
    from pytest_django import Settings

    from controlpanel.accounts.models import Administrator

pytestmark = [pytest.mark.django_db, pytest.mark.sql]
LOGIN = "/account/sign-in/"
LOCKED = "Too many attempts."


@pytest.fixture(autouse=True)
def people(alice: Administrator) -> None:
    """Alice has an account."""


def pass_minutes(minutes: int) -> None:
    """Let what was counted be so many minutes older."""
    for row in Tally.objects.all():
        times = [each - minutes * 60 for each in row.times]
        Tally.objects.filter(pk=row.pk).update(times=times, touched=row.touched - timedelta(minutes=minutes))


def attempt(client: Client, username: str = "alice", password: str = "wrong", **extra: Any) -> Any:
    """Try to sign in."""
    return client.post(LOGIN, {"username": username, "password": password}, **extra)


def fail(client: Client, times: int, **extra: Any) -> list[int]:
    """The statuses of some failures."""
    return [attempt(client, **extra).status_code for _ in range(times)]


def test_the_fifth_failure_locks(client: Client) -> None:
    assert fail(client, 5) == [200, 200, 200, 200, 429]
    answer = attempt(client, password=PASSWORD)
    assert answer.status_code == 429, "the right password comes too late"
    page = Page(answer)
    assert LOCKED in page.alerts[0]
    assert "unlock the account" in page.alerts[0]
    assert client.get(reverse("accounts:password")).status_code == 302


def test_the_page_of_a_locked_account_speaks_french(client: Client) -> None:
    fail(client, 5)
    page = Page(attempt(client, headers={"accept-language": "fr"}))
    assert page.status == 429
    assert LOCKED not in page.text
    assert page.all("html", lang="fr")


def test_four_failures_do_not_lock_and_success_forgets_them(client: Client) -> None:
    for _round in range(2):
        fail(client, 4)
        assert attempt(client, password=PASSWORD).status_code == 302
        client.logout()


@pytest.mark.parametrize(
    "changing",
    [
        [{"username": name} for name in ("alice", "Alice", "ALICE", "aLice", " alice")],
        [{"headers": {"user-agent": f"robot {number}"}} for number in range(5)],
        [{"username": name} for name in ("alice", "ａlice", "al\u00adice", "Alice", "ALICE")],
    ],
    ids=["case", "browser", "unicode"],
)
def test_another_spelling_or_browser_does_not_start_again(
    client: Client, changing: list[dict[str, Any]]
) -> None:
    assert [attempt(client, **values).status_code for values in changing][-1] == 429
    assert attempt(client, password=PASSWORD).status_code == 429


def test_another_address_is_not_locked(client: Client) -> None:
    """Or anybody could keep Alice out."""
    fail(client, 5, REMOTE_ADDR="192.0.2.66")
    assert attempt(client, password=PASSWORD, REMOTE_ADDR="192.0.2.9").status_code == 302


def test_another_name_is_not_locked(client: Client, bob: Administrator) -> None:
    fail(client, 5)
    assert attempt(client, "bob", PASSWORD).status_code == 302


def test_behind_a_proxy_the_clients_address_counts(client: Client, settings: Settings) -> None:
    settings.TRUSTED_PROXIES = 1
    fail(client, 5, headers={"x-forwarded-for": "203.0.113.66"})
    assert attempt(client, password=PASSWORD, headers={"x-forwarded-for": "203.0.113.5"}).status_code == 302


def test_a_quarter_of_an_hour_later_it_may_be_tried_again(client: Client) -> None:
    fail(client, 5)
    pass_minutes(14)
    assert attempt(client, password=PASSWORD).status_code == 429
    pass_minutes(2)
    assert attempt(client, password=PASSWORD).status_code == 302


def test_it_is_recorded_once(client: Client) -> None:
    fail(client, 9, REMOTE_ADDR="192.0.2.66")
    events = AuditEvent.objects.filter(action=Action.LOCK_OUT)
    assert [(event.object_name, event.address, event.actor_name) for event in events] == [
        ("alice", "192.0.2.66", "")
    ]
    fail(client, 6, REMOTE_ADDR="192.0.2.67")
    assert events.all().count() == 2


def test_a_name_that_nobody_has_is_locked_and_recorded_too(client: Client) -> None:
    assert fail(client, 6, username="mallory") == [200, 200, 200, 200, 429, 429]
    event = AuditEvent.objects.get(action=Action.LOCK_OUT_UNKNOWN)
    assert (event.object_name, event.object_pk, event.address) == ("", None, "127.0.0.1")


@pytest.mark.parametrize("username", ["x" * 400, "mal\u202elory", "mal\nlory", "=cmd|x"])
def test_a_hostile_name_does_not_lie_in_the_log(client: Client, username: str) -> None:
    fail(client, 6, username=username)
    assert not AuditEvent.objects.filter(object_name__contains=username[:3]).exists()


def test_the_support_desks_sign_in_locks_too(client: Client) -> None:
    admin = "/admin/login/"
    for _number in range(5):
        client.post(admin, {"username": "alice", "password": "wrong"})
    assert client.post(admin, {"username": "alice", "password": PASSWORD}).status_code == 429


@pytest.mark.parametrize("name", ["alice", "ALICE"])
def test_unlocking_lets_in_and_is_recorded(client: Client, alice: Administrator, name: str) -> None:
    fail(client, 6, username=name)
    services.unlock(alice, actor=Actor("bob"))
    assert attempt(client, password=PASSWORD).status_code == 302
    event = AuditEvent.objects.get(action=Action.UNLOCK)
    assert (event.object_name, event.actor_name) == ("alice", "bob")


def test_the_support_desk_unlocks(client: Client, alice_client: Client, bob: Administrator) -> None:
    fail(client, 6, username="bob")
    page = Page(
        alice_client.post(
            reverse("admin:accounts_administrator_changelist"),
            {"action": "unlock", "_selected_action": [bob.pk]},
            follow=True,
        )
    )
    assert "They may try to sign in again at once." in page.text
    assert attempt(client, "bob", PASSWORD).status_code == 302
