"""Who has the token reads the numbers; who guesses is soon not listened to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client
from django.urls import reverse

from controlpanel.metrics import guesses as guessing
from controlpanel.metrics import views

if TYPE_CHECKING:
    from pytest_django import Settings

pytestmark = pytest.mark.django_db
TOKEN = "token-of-the-scraper"


@pytest.fixture(autouse=True)
def noon(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """A clock that stands at the start of a minute until it is set, and nothing guessed yet."""
    settings.METRICS_TOKEN = TOKEN
    clock = [6000.0]
    monkeypatch.setattr("controlpanel.metrics.views.monotonic", lambda: clock[0])
    monkeypatch.setattr(views, "guesses", guessing.Guesses())
    return clock


def ask(token: str, address: str = "192.0.2.1") -> Any:
    """The answer to somebody at ``address`` with this token."""
    headers = {"Authorization": f"Bearer {token}"}
    return Client(REMOTE_ADDR=address).get(reverse("metrics"), headers=headers)


def test_guesses_from_one_network_are_limited_to_some_a_minute(noon: list[float]) -> None:
    assert [ask(f"guess {n}").status_code for n in range(12)] == [401] * guessing.MOST_GUESSES + [429] * 2
    refused = ask(TOKEN)
    assert (refused.status_code, refused.content) == (429, b""), "or a guess would be told from the token"
    assert int(refused["Retry-After"]) == 60
    assert ask(TOKEN, "192.0.2.2").status_code == 200, "others are not kept out"
    noon[0] += 60
    assert ask(TOKEN).status_code == 200


def test_a_household_of_ipv6_is_one_network() -> None:
    assert [ask("guess", f"2001:db8::{n:x}").status_code for n in range(1, 12)][-1] == 429
    assert ask(TOKEN, "2001:db8:0:1::1").status_code == 200


def test_right_tokens_do_not_count() -> None:
    assert {ask(TOKEN).status_code for _each in range(20)} == {200}


@pytest.mark.parametrize("token", ["", "x", TOKEN[:-1], TOKEN + "x", "é" * 20, "\x00", "9" * 9000])
def test_another_token_is_none(token: str) -> None:
    assert ask(token).status_code == 401


def test_what_is_counted_is_bounded() -> None:
    counted = guessing.Guesses()
    for number in range(3 * guessing.MOST_NETWORKS):
        counted.note(f"network {number}", 0.0)
    assert len(counted._wrong) <= guessing.MOST_NETWORKS + 1
    assert counted.wait("another network", 0.0) > 0
    assert counted.wait("network 1", 0.0) == 0
    assert counted.wait("another network", 60.0) == 0
