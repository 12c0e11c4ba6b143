"""An answer given before the body of its request was read ends its connection: nothing of the body is run."""

from __future__ import annotations

import random
import re
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from itertools import cycle, islice
from typing import TYPE_CHECKING, NamedTuple

import pytest

from federation.gateway import services as gateways
from federation.replication import admission
from tests.makers import MAKER
from tests.processes import run
from tests.replication.conftest import Asker
from tests.replication.test_processes import panel
from tests.shell.nginx import streaming_proxy

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.sql, pytest.mark.django_db(transaction=True)]
#: A body that is itself a request.
LATE = b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nX: y\r\n\r\n"
LENGTH = f"Content-Length: {len(LATE)}\r\n"
CHUNKED = "Transfer-Encoding: chunked\r\n"
FORM = "Content-Type: application/x-www-form-urlencoded\r\n"
MULTIPART = "Content-Type: multipart/form-data; boundary=b\r\n"
TOKEN = "a" * 32
TRIES = 500


class Early(NamedTuple):
    """A request that is answered without its body: how it begins, the status, more of its head."""

    start: str
    status: int
    head: str = ""
    length: str = LENGTH
    host: str = "127.0.0.1"
    first: bytes = b""  # what comes of the body with the head

    @property
    def octets(self) -> bytes:
        head = f"{self.start} HTTP/1.1\r\nHost: {self.host}\r\n{self.head}{self.length}\r\n"
        return head.encode() + self.first


SIGN_IN = "POST /account/sign-in/"
LONG = "Content-Length: 6000000\r\n"
EARLY = [
    *(Early(f"POST /gateway/{end}", 401) for end in ("exchange", "certificate", "dialback")),
    Early("POST /gateway/exchange", 401, length=CHUNKED),
    Early("POST /gateway/exchange", 401, "Expect: 100-continue\r\n"),
    Early("POST /gateway/exchange", 413, "Authorization: Bearer x\r\n", LONG),
    Early("PUT /gateway/exchange", 405),
    Early(SIGN_IN, 403, FORM),
    Early(SIGN_IN, 403, FORM, CHUNKED),
    Early(SIGN_IN, 403, FORM + "Expect: 100-continue\r\n"),
    Early(SIGN_IN, 403, FORM, "Content-Length: 60\r\n", first=b"a=1&b=2&c=3;"),
    Early(SIGN_IN, 403, MULTIPART),
    Early(SIGN_IN, 400, FORM, host="elsewhere.test"),
    # The token of the form is right, so the form would be read, but nobody signed in sends so much.
    Early(SIGN_IN, 413, f"{FORM}Cookie: csrftoken={TOKEN}\r\nX-CSRFToken: {TOKEN}\r\n", LONG),
    Early("DELETE /account/sign-in/", 403),
    Early("POST /federation/policies/new/user/", 403, FORM),
    Early("PUT /federation/policies/", 302, f"Cookie: csrftoken={TOKEN}\r\nX-CSRFToken: {TOKEN}\r\n"),
    Early("POST /admin/login/", 403, FORM),
    Early("POST /language/", 403, FORM),
    Early("POST /nothing/here", 404),
    Early("GET /federation/policies/", 302),
    Early("GET /healthz", 200),
    Early("POST /healthz", 403),
    Early("GET /metrics", 404),
    Early("POST /metrics", 403),
    Early("GET /static/nothing.css", 404),
    Early("POST /static/nothing.css", 404),
    Early("POST /favicon.ico", 404),
    Early("BREW /healthz", 403),
]


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """Where a panel finds its styles: most answers are pages."""
    done = run(tmp_path / "panel", "manage.py", "collectstatic", "--no-input")
    assert done.returncode == 0, done.stderr
    return tmp_path / "panel"


def answered(port: int, early: Early, pause: float) -> tuple[list[int], bool, str]:
    """Send the body so late: the statuses that come, whether each ends the connection, and how it ended."""
    answer, end = b"", "open"
    with socket.create_connection(("127.0.0.1", port), 30) as wire:
        wire.sendall(early.octets)
        time.sleep(pause)
        try:
            wire.sendall(LATE)
            while more := wire.recv(65536):
                answer += more
            end = "ended"
        except OSError as fault:
            end = repr(fault)
    heads = [each.partition(b"\r\n\r\n")[0] for each in answer.split(b"HTTP/1.1 ")[1:]]
    closes = all(re.search(rb"(?im)^connection: close\r?$", head) for head in heads)
    return [int(head[:3]) for head in heads], closes, end


def test_what_comes_of_a_body_after_its_answer_is_never_run(state: Path) -> None:
    disabled, busy = Asker("xmpp1.contoso.test"), Asker("xmpp2.contoso.test")
    gateways.change_gateway(disabled.row, enabled=False, actor=MAKER)
    late = [Early("POST /gateway/exchange", 403, f"Authorization: Bearer {disabled.token}\r\n"), *EARLY]
    chance = random.Random(4)
    with panel(state) as port:
        tries = [(early, chance.random() * 0.008) for early in islice(cycle(late), TRIES)]
        with ThreadPoolExecutor(4) as clients:
            found = list(clients.map(lambda each: answered(port, *each), tries))
        for (early, _pause), seen in zip(tries, found, strict=True):
            assert seen == ([early.status], True, "ended"), early
        with ExitStack() as held:  # its turns are taken by bodies that do not go on
            refused = Early("POST /gateway/exchange", 429, f"Authorization: Bearer {busy.token}\r\n")
            for _turn in range(admission.MOST_AT_ONCE):
                wire = held.enter_context(socket.create_connection(("127.0.0.1", port), 30))
                wire.sendall(refused._replace(first=b"{").octets)
            deadline = time.monotonic() + 9  # they are heard for ten seconds
            while (seen := answered(port, refused, 0))[0] != [429]:
                assert time.monotonic() < deadline
            assert seen == ([429], True, "ended")


def test_nobody_behind_a_proxy_that_reuses_connections_gets_the_answer_of_another(
    state: Path, tmp_path: Path
) -> None:
    """The attacker's body goes where an innocent client's request goes next, if the connection goes on."""
    chance = random.Random(5)
    early = [each for each in EARLY if each.length == LENGTH and not each.first and "Expect" not in each.head]
    with panel(state) as port, streaming_proxy(tmp_path / "proxy", port) as front:

        def attack(each: Early) -> list[int]:
            return answered(front, each, chance.random() * 0.008)[0]

        def visit(_number: int) -> bytes:
            return whole_answer(front, b"GET /nothing/for/me HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n")[:12]

        with ThreadPoolExecutor(4) as clients:
            attacks = [clients.submit(attack, each) for each in islice(cycle(early), TRIES)]
            visits = [clients.submit(visit, number) for number in range(TRIES)]
        assert {each.result() for each in visits} == {b"HTTP/1.1 404"}
        assert all(len(each.result()) == 1 for each in attacks)


def whole_answer(port: int, request: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", port), 30) as wire:
        wire.sendall(request)
        answer = b""
        while more := wire.recv(65536):
            answer += more
    return answer


def test_a_body_that_was_read_whole_keeps_its_connection(tmp_path: Path) -> None:
    asker = Asker()
    with panel(tmp_path) as port, socket.create_connection(("127.0.0.1", port), 30) as wire:
        head = f"POST /gateway/exchange HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {asker.token}"
        for more in ("", "\r\nExpect: 100-continue"):
            wire.sendall(f"{head}{more}\r\nContent-Length: 2\r\n\r\n".encode())
            if more:
                assert heard(wire, b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
            wire.sendall(b"{}")
            answer = heard(wire, b"another protocol\n")
            assert answer.startswith(b"HTTP/1.1 400")
            assert b"Connection: keep-alive" in answer
        wire.sendall(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        assert heard(wire, b"ok\n").startswith(b"HTTP/1.1 200")


def heard(wire: socket.socket, end: bytes) -> bytes:
    octets = b""
    while not octets.endswith(end):
        more = wire.recv(65536)
        assert more, octets
        octets += more
    return octets


def test_who_does_not_hang_up_holds_up_nobody(tmp_path: Path) -> None:
    """Each of these is waited for, so that the answer arrives; not by the thread that lets others in."""
    garbage, refused = b"\x16\x03\x01\r\n\r\n", EARLY[0].octets
    closing = b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"
    with panel(tmp_path) as port, ExitStack() as held:
        for request in islice(cycle([garbage, refused, closing]), 90):
            wire = held.enter_context(socket.create_connection(("127.0.0.1", port), 30))
            wire.sendall(request)
            with suppress(ConnectionResetError):
                assert wire.recv(65536).startswith(b"HTTP/1.1 ")
        began = time.monotonic()
        answer = whole_answer(port, b"GET /healthz HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n")
        assert answer.startswith((b"HTTP/1.0 200", b"HTTP/1.1 200"))
        assert time.monotonic() - began < 10  # two seconds for each would be three minutes
