"""One address with many names, one name from many addresses, and guesses at one's own password."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from controlpanel.accounts import alarms, hashing, services
from controlpanel.accounts.actions import Action
from controlpanel.accounts.alarms import MANY
from controlpanel.accounts.models import Tally
from controlpanel.accounts.services.counters import NAME_LIMIT, NETWORK_LIMIT
from controlpanel.audit.actor import Actor
from controlpanel.audit.models import AuditEvent
from tests.accounts.test_lock_out import attempt, fail, pass_minutes
from tests.conftest import PASSWORD, person, signed_in
from tests.pages import Page
from tests.together import together

if TYPE_CHECKING:
    from pytest_django import Settings

    from controlpanel.accounts.models import Administrator

pytestmark = [pytest.mark.django_db, pytest.mark.sql]
OWN = "/account/password/"
NEW = "another horse on battery"


@pytest.fixture(autouse=True)
def people(alice: Administrator) -> None:
    """Alice has an account."""


def spray(client: Client, names: int, **extra: Any) -> list[int]:
    """The statuses of one wrong password for each of many names."""
    return [attempt(client, f"name{number}", **extra).status_code for number in range(names)]


# One network with many names.


def test_one_address_with_many_names_is_shut_out_for_all(client: Client) -> None:
    person("name35")
    assert spray(client, 40) == [200] * NETWORK_LIMIT + [429] * 10
    answer = attempt(client, password=PASSWORD)
    assert answer.status_code == 429, "the right password of another name, too"
    assert "from your network" in Page(answer).alerts[0]
    assert 0 < int(answer["Retry-After"]) <= 900
    assert attempt(client, password=PASSWORD, REMOTE_ADDR="192.0.2.9").status_code == 302
    event = AuditEvent.objects.get(action=Action.SHUT)
    assert (event.object_name, event.address) == ("127.0.0.1", "127.0.0.1")
    pass_minutes(16)
    assert attempt(client, password=PASSWORD).status_code == 302


def test_one_try_for_each_of_many_names_from_as_many_addresses_is_an_alarm(
    client: Client, alice_client: Client
) -> None:
    for number in range(MANY - 1):
        attempt(client, f"name{number}", REMOTE_ADDR=f"192.0.2.{number}")
    assert alarms.sentences(timezone.now()) == []
    attempt(client, "name", REMOTE_ADDR="198.51.100.1")
    said = Page(alice_client.get("/", follow=True)).alerts
    assert "100 sign-ins failed in the last quarter of an hour, from all networks together." in said[0]


def test_an_office_behind_one_address_goes_on_working(client: Client) -> None:
    for number in range(NETWORK_LIMIT - 1):
        assert attempt(client, f"name{number}").status_code == 200
        assert attempt(Client(), password=PASSWORD).status_code == 302
    assert attempt(Client(), password=PASSWORD).status_code == 302


def test_failures_count_for_a_quarter_of_an_hour(client: Client) -> None:
    """Thirty in any quarter of an hour, not thirty since the first."""
    for _turn in range(3):
        assert spray(client, 14) == [200] * 14
        pass_minutes(8)


@pytest.mark.parametrize(
    "addresses, other",
    [
        ([f"2001:db8::{n:x}" for n in range(1, 13)], "2001:db8:0:1::1"),
        ([f"2001:db8:0:0:{n:x}::" for n in range(1, 13)], "2001:db8:0:1::1"),
        (["2001:DB8::1", "2001:db8:0:0:0:0:0:2", *(f"2001:0db8::{n}" for n in range(3, 13))], "2001:db9::1"),
        (["192.0.2.1", "::ffff:192.0.2.1", "::FFFF:c000:201"] * 4, "::ffff:192.0.2.2"),
    ],
)
@pytest.mark.parametrize("proxies", [0, 1])
def test_addresses_of_one_network_count_as_one(
    client: Client, settings: Settings, addresses: list[str], other: str, proxies: int
) -> None:
    settings.TRUSTED_PROXIES = proxies
    statuses = [attempt(client, **come_from(each, proxies)).status_code for each in addresses]
    assert statuses == [200] * 4 + [429] * 8
    assert attempt(client, password=PASSWORD, **come_from(addresses[0], proxies)).status_code == 429
    assert attempt(client, password=PASSWORD, **come_from(other, proxies)).status_code == 302


def come_from(address: str, proxies: int) -> dict[str, Any]:
    return {"headers": {"x-forwarded-for": address}} if proxies else {"REMOTE_ADDR": address}


# One name from everywhere.


def test_a_name_tried_from_many_addresses_raises_an_alarm_and_is_not_locked(
    client: Client, alice: Administrator, bob: Administrator
) -> None:
    for number in range(25):
        assert attempt(client, REMOTE_ADDR=f"192.0.2.{number}").status_code == 200
    event = AuditEvent.objects.get(action=Action.ATTACKED)
    assert event.object_name == "alice"
    assert attempt(client, password=PASSWORD, REMOTE_ADDR="198.51.100.1").status_code == 302
    said = "Somebody tries passwords for “alice” from many places."
    assert said in Page(signed_in(alice).get(reverse("overview:list"))).text
    assert said not in Page(signed_in(bob).get(reverse("overview:list"))).text


def test_the_numbers_are_in_metrics(client: Client, settings: Settings) -> None:
    settings.METRICS_TOKEN = "token-of-the-tests"

    def number(name: str) -> float:
        answer = client.get("/metrics", headers={"authorization": "Bearer token-of-the-tests"})
        lines = answer.content.decode().splitlines()
        return float(next(line.split()[1] for line in lines if line.startswith(f"panel_sign_in_{name} ")))

    assert [number(each) for each in ("failures", "networks_shut_out", "names_attacked")] == [0, 0, 0]
    for each in range(NAME_LIMIT):
        attempt(client, REMOTE_ADDR=f"192.0.2.{each}")
    spray(client, NETWORK_LIMIT)
    assert [number(each) for each in ("failures", "networks_shut_out", "names_attacked")] == [50, 1, 1]
    pass_minutes(16)
    assert [number(each) for each in ("failures", "networks_shut_out", "names_attacked")] == [0, 0, 0]


# One's own password.


def guess(client: Client, old: str) -> Any:
    """Try to set a new password."""
    return client.post(OWN, {"old_password": old, "new_password1": NEW, "new_password2": NEW})


def test_guessing_ones_own_password_ends_the_session(alice: Administrator) -> None:
    client = signed_in(alice)
    assert [guess(client, "wrong").status_code for _ in range(5)] == [422] * 4 + [429]
    assert client.get(OWN).status_code == 302, "the session has ended"
    assert guess(client, PASSWORD).status_code == 302
    assert attempt(Client(), password=PASSWORD).status_code == 429, "the right one, too"
    alice.refresh_from_db()
    assert alice.check_password(PASSWORD)
    assert AuditEvent.objects.get(action=Action.ENDED).object_name == "alice"
    assert AuditEvent.objects.filter(action=Action.LOCK_OUT).count() == 1
    pass_minutes(16)
    assert attempt(Client(), password=PASSWORD).status_code == 302


def test_failures_at_the_sign_in_count_there_too(alice: Administrator) -> None:
    client = signed_in(alice)
    fail(Client(), 5)
    answer = guess(client, PASSWORD)
    assert answer.status_code == 429
    assert "Too many attempts." in Page(answer).text
    assert int(answer["Retry-After"]) > 0
    assert client.get(OWN).status_code == 200, "somebody else's guesses end no session"
    alice.refresh_from_db()
    assert alice.check_password(PASSWORD)
    pass_minutes(16)
    assert guess(client, PASSWORD).status_code == 302


def test_the_right_one_forgets_the_wrong_ones(alice: Administrator) -> None:
    client = signed_in(alice)
    for old, new in ((PASSWORD, NEW), (NEW, PASSWORD)):
        assert [guess(client, "wrong").status_code for _ in range(4)] == [422] * 4
        answer = client.post(OWN, {"old_password": old, "new_password1": new, "new_password2": new})
        assert answer.status_code == 302


# Many at once.


@pytest.fixture
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    """As many processes have it: nobody waits for a turn."""
    monkeypatch.setattr(hashing, "GATE", hashing.Gate(at_once=32, waiting=0))


@pytest.mark.usefixtures("wide")
@pytest.mark.django_db(transaction=True)
def test_many_guesses_at_once_get_no_more_tries() -> None:
    """The right one among them, late: whoever comes after the fifth is not even asked."""

    def guess_once(password: str) -> int:
        status: int = attempt(Client(), password=password).status_code
        return status

    statuses = together([partial(guess_once, "wrong") for _ in range(16)])
    assert sorted(statuses, key=str) == [200] * 4 + [429] * 12
    assert attempt(Client(), password=PASSWORD).status_code == 429


@pytest.mark.usefixtures("wide")
@pytest.mark.django_db(transaction=True)
def test_many_names_at_once_get_no_more_tries() -> None:
    def guess_once(number: int) -> int:
        status: int = attempt(Client(), f"name{number}").status_code
        return status

    spray(Client(), NETWORK_LIMIT - 4)
    statuses = together([partial(guess_once, 100 + number) for number in range(12)])
    assert sorted(statuses, key=str) == [200] * 4 + [429] * 8


# What is kept, and unlocking.


def test_the_counters_hold_no_name_and_are_swept(client: Client) -> None:
    attempt(client, "my secret password")
    assert not [row for row in Tally.objects.all() if "secret" in f"{row.name}{row.network}{row.times}"]
    spray(client, 20)
    kept = Tally.objects.count()
    pass_minutes(16)
    attempt(client, REMOTE_ADDR="192.0.2.9")
    assert Tally.objects.count() == 3 < kept


def test_an_attempt_that_is_not_checked_writes_nothing(client: Client) -> None:
    fail(client, 6)
    rows, events = list(Tally.objects.values()), AuditEvent.objects.count()
    fail(client, 20)
    assert list(Tally.objects.values()) == rows
    assert AuditEvent.objects.count() == events


@pytest.mark.parametrize("how", [["--address", "2001:db8::ffff"], ["--all"], ["--address", "2001:db8::1"]])
def test_a_network_is_let_in_again_and_that_is_recorded(client: Client, how: list[str]) -> None:
    spray(client, NETWORK_LIMIT, REMOTE_ADDR="2001:db8::1")
    assert attempt(client, password=PASSWORD, REMOTE_ADDR="2001:db8::2").status_code == 429
    call_command("unlock", *how, "--reason", "our office")
    assert attempt(client, password=PASSWORD, REMOTE_ADDR="2001:db8::2").status_code == 302
    event = AuditEvent.objects.filter(action__startswith="accounts:administrator:unlock").get()
    assert event.object_name == ("" if how == ["--all"] else "2001:db8::/64")
    assert (event.reason, event.actor_name.startswith("manage.py")) == ("our office", True)


def test_a_name_is_let_in_again_by_command(client: Client) -> None:
    fail(client, 5)
    call_command("unlock", "ALICE")
    assert attempt(client, password=PASSWORD).status_code == 302
    assert AuditEvent.objects.get(action=Action.UNLOCK).object_name == "alice"
    with pytest.raises(CommandError, match="No administrator is called nobody"):
        call_command("unlock", "nobody")
    with pytest.raises(CommandError, match="is no address"):
        call_command("unlock", "--address", "office")
    services.unlock_network("198.51.100.7", actor=Actor("dave"))
