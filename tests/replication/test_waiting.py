"""Waiting gateways get a commit at once, whoever made it, and do not keep pages from being served."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

import pytest
from django.db import connections

from federation.gateway import services as gateways
from federation.policies import services as policies
from federation.replication.models import Unpublished
from federation.replication.waiting import watch
from tests.makers import MAKER, global_policy
from tests.replication.conftest import Asker

if TYPE_CHECKING:
    from pytest_django import Settings

pytestmark = [pytest.mark.sql, pytest.mark.django_db(transaction=True)]


def commit(on: bool) -> None:
    policies.change_policy(global_policy(), federated=on, actor=MAKER)
    connections.close_all()


def test_a_waiting_gateway_gets_a_commit_at_once() -> None:
    asker = Asker()
    assert asker.ask() == 200
    began = time.monotonic()
    timer = threading.Timer(0.5, commit, [True])
    timer.start()
    assert asker.ask(wait=50) == 200
    took = time.monotonic() - began
    timer.join()
    assert 0.5 <= took < 40
    assert [v["federation"] for k, v in asker.objects.items() if k.startswith("policy:")] == [True]


def asking(asker: Asker, told: list[int]) -> threading.Thread:
    """Waits at the panel in a thread of its own, and puts down what it is told at the end."""

    def wait() -> None:
        told.append(asker.ask(wait=50))
        connections.close_all()

    thread = threading.Thread(target=wait)
    thread.start()
    while watch.waiting < 1:
        time.sleep(0.02)
    return thread


@pytest.mark.parametrize("status", [401, 403])
def test_who_is_not_known_any_more_when_the_wait_ends_gets_nothing(status: int) -> None:
    asker, told = Asker(), list[int]()
    assert asker.ask() == 200
    thread = asking(asker, told)
    if status == 401:
        gateways.replace_secret(asker.row, actor=MAKER)
    else:
        gateways.change_gateway(asker.row, enabled=False, actor=MAKER)
    commit(True)
    thread.join(40)
    assert told == [status]


def test_without_a_commit_it_waits_as_long_as_it_asked() -> None:
    asker = Asker()
    assert asker.ask() == 200
    began = time.monotonic()
    assert asker.ask(wait=1) == 204
    assert 1 <= time.monotonic() - began < 40


def test_what_a_dead_process_left_in_the_outbox_is_published_while_somebody_waits(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asker = Asker()
    assert asker.ask() == 200

    def died_before_publishing() -> None:
        time.sleep(0.3)
        with monkeypatch.context() as patch:
            patch.setattr("federation.replication.outbox.publish", lambda: None)
            commit(True)

    thread = threading.Thread(target=died_before_publishing)
    thread.start()
    assert asker.ask(wait=50) == 200
    thread.join()
    assert Unpublished.objects.count() == 0


def test_one_who_waits_briefly_does_not_end_the_wait_of_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("federation.replication.waiting.LINGER", 0.0)
    patient, brief = Asker(), Asker("xmpp2.contoso.test")
    assert [patient.ask(), brief.ask()] == [200, 200]
    thread = threading.Thread(target=wait_for_a_commit, args=[patient])
    thread.start()
    while watch.waiting < 1:
        time.sleep(0.02)
    assert brief.ask(wait=0.2) == 204
    time.sleep(0.5)

    commit(True)
    thread.join(40)
    assert patient.have
    assert patient.have["revision"] == 2


def test_a_gateway_that_asks_again_ends_its_wait_of_before() -> None:
    asker, told = Asker(), list[int]()
    assert asker.ask() == 200
    thread = asking(asker, told)
    assert asker.ask(wait=0.3) == 204
    thread.join(40)
    assert told == [204]
    assert not watch.waiting


def test_when_as_many_wait_as_may_the_next_is_sent_away_at_once(settings: Settings) -> None:
    settings.GATEWAYS_WAITING = 2
    askers = [Asker(f"xmpp{n}.contoso.test") for n in range(3)]
    for asker in askers:
        assert asker.ask() == 200
    patient = [threading.Thread(target=wait_for_a_commit, args=[asker]) for asker in askers[:2]]
    for each in patient:
        each.start()
    while watch.waiting < 2:
        time.sleep(0.02)

    began = time.monotonic()
    assert askers[2].ask(wait=50) == 204
    assert time.monotonic() - began < 40

    commit(True)
    for each in patient:
        each.join(40)
    assert all(asker.have and asker.have["revision"] == 2 for asker in askers[:2])


def wait_for_a_commit(asker: Asker) -> None:
    assert asker.ask(wait=50) == 200
    connections.close_all()
