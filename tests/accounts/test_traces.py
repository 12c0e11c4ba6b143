"""What is kept of failures and refusals: who, from where, when and why; bounded, and never a password."""

from __future__ import annotations

import json
import logging
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.db.models import F
from django.test import Client
from django.urls import reverse

from controlpanel.accounts.actions import CONFIDENTIAL, Action
from controlpanel.accounts.models import Administrator, Note
from controlpanel.accounts.rights import Role
from controlpanel.accounts.services import traces
from controlpanel.audit.actions import confidential
from controlpanel.audit.models import AuditEvent
from controlpanel.shell import processlog
from tests.accounts.test_lock_out import attempt, fail, pass_minutes
from tests.conftest import PASSWORD, person, signed_in
from tests.pages import Page

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = [pytest.mark.django_db, pytest.mark.sql]
SECRET = "Tr0ub4dor-in-the-wrong-box"
LOG = reverse("audit:list")


@pytest.fixture(autouse=True)
def people(alice: Administrator) -> None:
    """Alice has an account."""


@pytest.fixture(autouse=True)
def brake(monkeypatch: pytest.MonkeyPatch) -> None:
    """No other test has written lines in this minute."""
    monkeypatch.setattr(processlog, "_brake", processlog._Brake())


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture) -> Callable[[str], list[dict[str, Any]]]:
    """The lines of the process log that programs read."""
    caplog.set_level(logging.INFO)

    def read(event: str = "") -> list[dict[str, Any]]:
        said = [json.loads(each.message) for each in caplog.records if each.name == processlog.LOGGER.name]
        return [each for each in said if event in ("", each["event"])]

    return read


def later(seconds: int) -> None:
    """Let what was noted be so much older."""
    Note.objects.update(written_at=F("written_at") - timedelta(seconds=seconds))


# The process log.


def test_each_failure_is_one_line(client: Client, lines: Any, caplog: pytest.LogCaptureFixture) -> None:
    person("off")
    Administrator.objects.filter(username="off").update(is_active=False)
    attempt(client, "ALICE", SECRET, REMOTE_ADDR="2001:db8::9")
    attempt(client, SECRET, "x")
    attempt(client, "off", PASSWORD)
    said = lines("sign-in-failed")
    assert [(each["name"], each["address"], each["reason"]) for each in said] == [
        ("ALICE", "2001:db8::9", "wrong-password"),
        ("unknown name", "127.0.0.1", "unknown-name"),
        ("off", "127.0.0.1", "inactive"),
    ]
    assert all(each["time"].endswith("+00:00") for each in said)
    assert SECRET not in caplog.text


def test_a_lock_out_and_an_attempt_during_it_are_lines(client: Client, lines: Any) -> None:
    fail(client, 6)
    assert [each["event"] for each in lines()] == ["sign-in-failed"] * 5 + ["locked-out", "sign-in-refused"]
    assert lines("sign-in-refused")[0]["name"] == "alice"


@pytest.mark.parametrize("name", ["al\u00adice\u200b" + "\u200b" * 5000, "\u202ealice", "ａlice\n"])
def test_a_hostile_spelling_of_a_name_is_one_short_line(client: Client, lines: Any, name: str) -> None:
    attempt(client, name)
    assert len(lines()) == 1
    assert len(lines()[0]["name"]) <= 150
    record = json.dumps(lines()[0])
    assert record.isascii()
    assert record.isprintable()


def test_a_refused_page_is_one_line_without_a_traceback(
    bob_client: Client, lines: Any, caplog: pytest.LogCaptureFixture
) -> None:
    address = reverse("topology:sites-new")
    assert bob_client.post(address, REMOTE_ADDR="192.0.2.7").status_code == 403
    (said,) = lines()
    facts = {name: said[name] for name in ("event", "name", "address", "reason", "path", "method")}
    assert facts == {
        "event": "page-refused",
        "name": "bob",
        "address": "192.0.2.7",
        "reason": "rights",
        "path": address,
        "method": "POST",
    }
    kept = [each for each in caplog.records if processlog.NotRefused().filter(each)]
    assert [each for each in kept if each.name != processlog.LOGGER.name] == []


def test_a_forged_form_is_one_line(lines: Any) -> None:
    answer = Client(enforce_csrf_checks=True).post(reverse("accounts:login"), {"username": SECRET})
    assert answer.status_code == 403
    (said,) = lines()
    assert (said["event"], said["name"], said["reason"]) == ("page-refused", "signed out", "forged")
    assert not AuditEvent.objects.filter(action=Action.REFUSED).exists()


def test_a_flood_does_not_fill_the_process_log(lines: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    strict, clock = Client(enforce_csrf_checks=True), [60.0]
    monkeypatch.setattr("controlpanel.shell.processlog.time.monotonic", lambda: clock[0])
    for _number in range(processlog.FROM_ONE + 20):
        strict.post(reverse("accounts:login"), {})
    assert len(lines()) == processlog.FROM_ONE
    for number in range(processlog.FROM_ALL):
        strict.post(reverse("accounts:login"), {}, REMOTE_ADDR=f"10.1.{number // 250}.{number % 250}")
    assert len(lines()) == processlog.FROM_ALL
    clock[0] = 120.0
    strict.post(reverse("accounts:login"), {})
    kept_back = 20 + processlog.FROM_ONE
    assert [each.get("count") for each in lines()[-2:]] == [kept_back, None]


# The change log.


def failures() -> list[tuple[str, str, int]]:
    """Action, object and number of each event of a failure, the oldest first."""
    events = AuditEvent.objects.filter(action__in=(Action.FAILED, Action.FAILED_UNKNOWN)).order_by("pk")
    return [(each.action, each.object_name, each.after.get("failures", 1)) for each in events]


def test_a_failure_is_an_event_then_one_a_minute_with_a_count(client: Client) -> None:
    fail(client, 3)
    assert failures() == [(Action.FAILED, "alice", 1)]
    later(61)
    fail(client, 1)
    assert failures() == [(Action.FAILED, "alice", 1), (Action.FAILED, "alice", 3)]
    event = AuditEvent.objects.filter(action=Action.FAILED)[0]
    assert (event.address, event.actor_name, event.after["cause"]) == ("127.0.0.1", "", "wrong-password")


def test_what_was_counted_is_told_when_somebody_else_fails_later(client: Client, bob: Administrator) -> None:
    fail(client, 3)
    later(61)
    attempt(client, "bob")
    assert (Action.FAILED, "alice", 2) in failures()


def test_a_name_that_nobody_has_is_not_kept(client: Client) -> None:
    attempt(client, SECRET, "x")
    fail(client, 6, username=SECRET)
    assert {each[:2] for each in failures()} == {(Action.FAILED_UNKNOWN, "")}
    assert not [each for each in AuditEvent.objects.values() if SECRET.casefold() in str(each).casefold()]
    assert not [each for each in Note.objects.values() if SECRET.casefold() in str(each).casefold()]


def test_strangers_make_a_bounded_number_of_events_and_rows(client: Client) -> None:
    """Invented names from many addresses; then each account from many."""
    for number in range(40):
        attempt(client, f"name{number}", REMOTE_ADDR=f"192.0.2.{number}")
    assert len(failures()) == traces.OF_STRANGERS + 1
    before = AuditEvent.objects.count()
    for number in range(60):
        attempt(client, REMOTE_ADDR=f"198.51.100.{number}")
    written = AuditEvent.objects.count() - before
    assert written <= traces.OF_ACCOUNTS + 2, "those of one minute, one for all others, and the alarm"
    assert Note.objects.count() <= traces.OF_STRANGERS + traces.OF_ACCOUNTS + 3
    later(61)
    attempt(client, "nobody")
    total = sum(count for _action, _name, count in failures())
    assert total == 40 + 60 + 1, "none is lost"
    later(3700)
    attempt(client, "nobody")
    later(3700)
    attempt(client, "nobody")
    assert Note.objects.count() <= 2


def test_who_is_refused_a_page_is_in_the_change_log_once_a_minute(bob_client: Client) -> None:
    for _number in range(5):
        bob_client.post(reverse("topology:sites-new"))
    event = AuditEvent.objects.get(action=Action.REFUSED)
    assert (event.actor_name, event.object_name, event.after) == ("bob", "bob", {"cause": "rights"})
    later(61)
    bob_client.post(reverse("topology:sites-new"))
    assert AuditEvent.objects.filter(action=Action.REFUSED)[0].after["failures"] == 5


def test_an_administrator_reads_and_filters_them(client: Client, alice_client: Client) -> None:
    attempt(client, REMOTE_ADDR="192.0.2.66")
    attempt(client, "nobody", REMOTE_ADDR="2001:db8::5")
    rows = Page(alice_client.get(LOG, {"action": Action.FAILED, "q": "alice", "from": "192.0.2.66"})).text
    assert "Sign-in failed" in rows
    assert "192.0.2.66" in rows
    assert "wrong password" in rows
    assert "2001:db8::5" not in rows
    rows = Page(alice_client.get(LOG, {"from": "2001:db8::5"})).text
    assert "Sign-in failed: unknown name" in rows
    assert "192.0.2.66" not in rows
    french = Page(alice_client.get(LOG, {"from": "2001:db8::5"}, headers={"accept-language": "fr"})).text
    assert "Échec de connexion : nom inconnu" in french
    assert "aucun compte ne porte ce nom" in french


def readers() -> list[Client]:
    return [signed_in(person(f"r-{role}", role)) for role in Role if role != Role.ADMINISTRATOR]


def test_others_do_not_read_what_strangers_tried(client: Client, alice_client: Client) -> None:
    fail(client, 5, REMOTE_ADDR="192.0.2.66")
    assert confidential() == CONFIDENTIAL
    event = AuditEvent.objects.filter(action=Action.FAILED)[0]
    desk = reverse("admin:audit_auditevent_changelist")
    change = reverse("admin:audit_auditevent_change", args=[event.pk])
    pages = [LOG, f"{LOG}?format=csv", f"{LOG}?action={Action.FAILED}", desk, f"{desk}?q=alice"]
    for address in pages:
        assert "192.0.2.66" in read(alice_client, address), address
    for each in readers():
        for address in pages:
            assert "192.0.2.66" not in read(each, address), address
        assert each.get(reverse("audit:details", args=[event.pk])).status_code == 404
        assert each.get(reverse("audit:members", args=[event.pk])).status_code == 404
        assert each.get(change).status_code == 302, "as for what does not exist"
    assert alice_client.get(change).status_code == 200
    assert "Sign-in failed" not in read(alice_client, reverse("overview:list")), "Home shows changes"


def read(client: Client, address: str) -> str:
    """The body, without the parts that only repeat what was asked."""
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.getvalue().decode()


# Who gets in is told.


@pytest.mark.parametrize(
    "language, once, more",
    [
        ("en", "failed 1 time: on", "failed 3 times, the last time on"),
        ("fr", "1 tentative de connexion", "3 tentatives de connexion"),
    ],
)
def test_whoever_gets_in_is_told_of_failures(client: Client, language: str, once: str, more: str) -> None:
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = language
    for number, said in ((1, once), (3, more)):
        fail(client, number, REMOTE_ADDR="192.0.2.66")
        page = Page(client.post(reverse("accounts:login"), right(), follow=True))
        assert len(page.said) == 1
        assert said in page.said[0]
        assert "192.0.2.66" in page.said[0]
        client.logout()
        pass_minutes(16)
    assert Page(client.post(reverse("accounts:login"), right(), follow=True)).said == []


def right() -> dict[str, str]:
    return {"username": "alice", "password": PASSWORD}
