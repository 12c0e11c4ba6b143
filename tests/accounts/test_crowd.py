"""Passwords are hashed by few at once: a crowd of strangers takes neither the memory nor the panel."""

from __future__ import annotations

import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.urls import reverse

from controlpanel.accounts import hashing
from controlpanel.accounts.hashing import Crowded, Gate
from controlpanel.accounts.models import Administrator
from controlpanel.audit.models import AuditEvent
from tests.conftest import PASSWORD
from tests.pages import Page
from tests.realpanel import RealPanel, Visitor
from tests.waiting import until

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from django.test import Client
    from pytest_django import Settings


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> Gate:
    """Passwords are hashed as in production, behind a gate of this test's own, with little patience."""
    settings.PASSWORD_HASHERS = ["controlpanel.accounts.hashing.GatedArgon2"]
    gate = Gate(at_once=1, waiting=0)
    monkeypatch.setattr(hashing, "GATE", gate)
    return gate


class Taken:
    """The gate is taken by somebody else, in another thread, until the test lets go."""

    def __init__(self, gate: Gate) -> None:
        self._gate, self._inside, self._over = gate, threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._hold)

    def _hold(self) -> None:
        with self._gate.turn():
            self._inside.set()
            self._over.wait(60)

    def __enter__(self) -> None:
        self._thread.start()
        assert self._inside.wait(60)

    def __exit__(self, *_exception: object) -> None:
        self._over.set()
        self._thread.join(60)


def sign_in(client: Client, alice: Administrator) -> Any:
    return client.post(reverse("accounts:login"), {"username": "alice", "password": PASSWORD})


def sign_in_as_nobody(client: Client, alice: Administrator) -> Any:
    return client.post(reverse("accounts:login"), {"username": "nobody", "password": PASSWORD})


def sign_in_to_the_desk(client: Client, alice: Administrator) -> Any:
    return client.post("/admin/login/", {"username": "alice", "password": PASSWORD})


def change_own_password(client: Client, alice: Administrator) -> Any:
    client.force_login(alice, "django.contrib.auth.backends.ModelBackend")
    return client.post(
        reverse("accounts:password"),
        {
            "old_password": PASSWORD,
            "new_password1": "new battery horse",
            "new_password2": "new battery horse",
        },
    )


def make_an_account(client: Client, alice: Administrator) -> Any:
    client.force_login(alice, "django.contrib.auth.backends.ModelBackend")
    values = {"username": "erin", "new_password": "new battery horse", "is_active": "on"}
    return client.post(reverse("admin:accounts_administrator_add"), values)


def set_anothers_password(client: Client, alice: Administrator) -> Any:
    client.force_login(alice, "django.contrib.auth.backends.ModelBackend")
    values = {
        "username": "alice",
        "new_password": "new battery horse",
        "is_active": "on",
        "seen_version": "1",
    }
    return client.post(
        reverse("admin:accounts_administrator_change", args=[alice.pk]),
        values | {"roles": ["CsAdministrator"]},
    )


PLACES = [
    sign_in,
    sign_in_as_nobody,
    sign_in_to_the_desk,
    change_own_password,
    make_an_account,
    set_anothers_password,
]


@pytest.mark.django_db
@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize(
    "language, said", [("en", "Too many people are signing in"), ("fr", "Trop de personnes")]
)
def test_who_gets_no_turn_is_told_so_and_nothing_changes(
    client: Client, alice: Administrator, gate: Gate, place: Any, language: str, said: str
) -> None:
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = language
    kept = Administrator.objects.get(pk=alice.pk).password
    with Taken(gate):
        events = AuditEvent.objects.exclude(action__startswith="accounts:session:")
        before = events.count()
        answer = place(client, alice)
        assert answer.status_code == 503
        assert int(answer["Retry-After"]) == hashing.PATIENCE
        assert said in Page(answer).text
        assert events.count() == before
    assert Administrator.objects.get().password == kept
    assert place(client, alice).status_code != 503, "the gate is free again"


def stand(gate: Gate, waiting: str, order: list[str]) -> bool:
    """Whether as many wait, and whoever left said so."""
    return len(gate._waiting) == len(waiting) and (len(order) == 1) == (waiting == "bc")


def test_the_latest_comes_first_and_the_oldest_leaves() -> None:
    gate, order = Gate(at_once=1, waiting=2), list[str]()

    def wait(name: str) -> None:
        try:
            with gate.turn(60):
                order.append(name)
        except Crowded:
            order.append(f"not {name}")

    threads = []
    with Taken(gate):
        for number, name in enumerate("abc"):
            threads.append(threading.Thread(target=wait, args=(name,)))
            threads[-1].start()
            until(partial(stand, gate, "abc"[max(0, number - 1) : number + 1], order))
        assert order == ["not a"]
    for thread in threads:
        thread.join(60)
    assert order == ["not a", "c", "b"]


def test_who_waits_in_vain_leaves_no_trace() -> None:
    gate = Gate(at_once=1, waiting=2)
    with Taken(gate), pytest.raises(Crowded), gate.turn(0.01):
        pass
    with pytest.raises(ZeroDivisionError), gate.turn(0), gate.turn(0):
        raise ZeroDivisionError
    with gate.turn(0):
        pass


def memory_mib(panel: RealPanel) -> float:
    """Resident memory of all processes that serve."""
    pages = (Path(f"/proc/{each}/statm").read_text().split()[1] for each in panel.workers())
    return sum(map(int, pages)) * os.sysconf("SC_PAGE_SIZE") / 2**20


@pytest.fixture(scope="module")
def panel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealPanel]:
    """As ``make run`` serves it, with Argon2 as passwords are kept."""
    made = RealPanel(tmp_path_factory.mktemp("crowd") / "state").start()
    yield made
    made.stop()


def seconds(work: Callable[[], object]) -> float:
    """How long it takes."""
    began = time.monotonic()
    work()
    return time.monotonic() - began


@pytest.mark.parametrize("strangers", [16, 64])
def test_a_crowd_of_strangers(panel: RealPanel, strangers: int) -> None:
    """Memory has a limit, and others are served; a machine on which one sign-in is slow gets more time."""
    alone = seconds(Visitor(panel.port).sign_in)
    visitor = Visitor(panel.port)
    form = visitor.page("/account/sign-in/").form("Sign in").fill(username="nobody", password="x")
    before, answers = memory_mib(panel), list[int]()

    def stand_in_line(number: int) -> None:
        one = Visitor(panel.port)
        one.cookies = dict(visitor.cookies)
        answers.append(one.post(form.address, form.data | {"username": [f"nobody{number}"]}).status_code)

    with ThreadPoolExecutor(strangers + 1) as pool:
        crowd = [pool.submit(stand_in_line, number) for number in range(strangers)]
        arrived = pool.submit(seconds, Visitor(panel.port).sign_in)
        most, slowest = before, 0.0
        while not (arrived.done() and all(each.done() for each in crowd)):
            slowest = max(slowest, seconds(lambda: Visitor(panel.port).get("/healthz")))
            most = max(most, memory_mib(panel))
    assert [each.result() for each in crowd] == [None] * strangers
    assert set(answers) <= {200, 429, 503}
    assert most - before < 400
    assert slowest < max(2, 3 * alone)
    assert arrived.result() < max(10, 10 * alone)
