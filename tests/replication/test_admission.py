"""Who may hold threads of the panel: a gateway a few, and those who know no secret next to none."""

from __future__ import annotations

import json
import socket
from contextlib import ExitStack
from typing import TYPE_CHECKING
from urllib.request import urlopen

import pytest

from federation.gateway import services as gateways
from federation.replication import admission
from federation.replication.exchange import Refused
from tests.makers import MAKER
from tests.replication.conftest import Asker
from tests.replication.test_processes import panel
from tests.waiting import PATIENCE

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_django import DjangoAssertNumQueries

pytestmark = [pytest.mark.sql, pytest.mark.django_db]


def refusal(secret: str) -> int:
    with pytest.raises(Refused) as refused:
        admission.admit(secret)
    return refused.value.status


def test_a_gateway_has_so_many_turns_at_once_and_another_has_its_own(asker: Asker) -> None:
    other = Asker("xmpp2.contoso.test")
    turns = [admission.admit(asker.token) for _ in range(admission.MOST_AT_ONCE)]
    assert refusal(asker.token) == 429
    assert asker.ask() == 429
    assert other.ask() == 200
    turns[0].end()
    turns[0].end()
    turns[0] = admission.admit(asker.token)
    assert refusal(asker.token) == 429
    for turn in turns:
        turn.end()
    assert not admission._inside


def test_a_document_holds_its_turn_until_it_is_taken(asker: Asker) -> None:
    response = asker.send(asker.request())
    assert sum(admission._inside.values()) == 1
    asker.apply(b"".join(response.streaming_content))
    assert not admission._inside
    turn = admission.admit(asker.token)
    admission.Held(iter([b"never", b"taken"]), turn).close()
    assert not admission._inside


def test_whatever_is_answered_ends_the_turn(asker: Asker) -> None:
    for body in (b"rubbish", asker.request(gateway="other"), asker.request(report_only=True)):
        asker.send(body)
        asker.send(body, "wrong")
        assert not admission._inside


def test_those_who_know_no_secret_share_few_turns_and_cost_no_query_more_with_many_gateways(
    asker: Asker, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for n in range(2, 20):
        Asker(f"xmpp{n}.contoso.test")
    with django_assert_max_num_queries(1):
        turns = [admission.admit("wrong")]
    turns += [admission.admit(f"wrong{n}") for n in range(1, admission.STRANGERS)]
    assert refusal("wrong") == 401
    assert asker.ask() == 200
    for turn in turns:
        turn.end()


def test_a_disabled_gateway_is_not_even_heard(asker: Asker) -> None:
    gateways.change_gateway(asker.row, enabled=False, actor=MAKER)
    assert refusal(asker.token) == 403


@pytest.mark.django_db(transaction=True)
def test_slow_bodies_do_not_stall_the_panel(tmp_path: Path) -> None:
    asker = Asker()
    with panel(tmp_path) as port, ExitStack() as slow:
        look(port, 60)  # it has started
        connections = [
            slow.enter_context(slow_body(port, secret)) for secret in ["wrong"] * 40 + [asker.token] * 40
        ]
        look(port, 40)  # eight threads, each held for ten seconds by ten bodies, would take longer
        assert connections[30].recv(100).startswith(b"HTTP/1.1 401")
        assert connections[70].recv(100).startswith(b"HTTP/1.1 429")


def look(port: int, patience: float) -> None:
    with urlopen(f"http://127.0.0.1:{port}/healthz", timeout=patience) as answer:
        assert answer.status == 200


def slow_body(port: int, secret: str) -> socket.socket:
    """A connection on which a body began that does not go on."""
    connection = socket.create_connection(("127.0.0.1", port), PATIENCE)
    head = f"POST /gateway/exchange HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {secret}\r\n"
    connection.sendall(f"{head}Content-Length: 1000\r\n\r\n{{".encode())
    return connection


def test_a_body_that_ends_early_is_no_request(asker: Asker) -> None:
    body = json.dumps(asker.request()).encode()
    assert asker.send(body[:-1]).status_code == 400
