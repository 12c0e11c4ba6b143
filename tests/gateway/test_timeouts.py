"""Streams not authenticated in time are given up, those that carry nothing are closed: both ways, live."""

from __future__ import annotations

import socket
import tempfile
import threading
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from federation.gateway import objects
from tests.gateway.conftest import (
    EVERY_METHOD,
    INSIDE,
    ORDINARY,
    OUTSIDE,
    gateway_options,
    organisation,
    settings,
)
from tests.gateway.servers import Prosody
from tests.gateway.standin import Panel
from tests.waiting import PATIENCE, until

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.gateway.clients import Person
    from tests.gateway.servers import Authority, Dns

HEADER = (
    "<?xml version='1.0'?><stream:stream xmlns='jabber:server' version='1.0' from='fabrikam.test' "
    "xmlns:stream='http://etherx.jabber.org/streams' xmlns:db='jabber:server:dialback' to='contoso.test'>"
)
#: Seconds: half of what Prosody waits by itself (s2s_timeout), and much more than what these tests set.
LONG_BEFORE_THE_USUAL = 45
#: Sends a blank on every stream twice a second, as keep-alive would.
BLANKS = """
local sessions = module:shared("/*/s2s/sessions");
module:add_timer(0.5, function ()
    for _, session in pairs(sessions) do
        if session.type == "s2sin" or session.type == "s2sout" then session.sends2s(" "); end
    end
    return 0.5;
end);
"""


@pytest.fixture
def panel() -> Iterator[Panel]:
    made = Panel()
    made.commit(*organisation())
    with made.serving():
        yield made


@pytest.fixture
def gateway(ground: Path, dns: Dns, ca: Authority, panel: Panel) -> Iterator[Prosody]:
    folder = Path(tempfile.mkdtemp(prefix="timeouts-", dir=ground))
    folder.chmod(0o755)
    server = Prosody(folder, dns, ca, INSIDE, gateway_options(panel.port))
    (folder / "blanks.lua").write_text(BLANKS)
    server.with_module("test_blanks", folder / "blanks.lua", on="contoso.test")
    try:
        server.start()
        panel.in_force()
        yield server
    finally:
        server.stop()


@pytest.fixture
def outside(ground: Path, dns: Dns, ca: Authority) -> Iterator[Prosody]:
    """The others, who send blanks too."""
    folder = Path(tempfile.mkdtemp(prefix="blanks-", dir=ground))
    folder.chmod(0o755)
    before = dict(dns.ports)
    server = Prosody(folder, dns, ca, OUTSIDE, ORDINARY)
    (folder / "blanks.lua").write_text(BLANKS)
    server.with_module("test_blanks", folder / "blanks.lua", on="fabrikam.test")
    try:
        yield server.start()
    finally:
        server.stop()
        dns.ports.update(before)


def limit(panel: Panel, **seconds: int) -> None:
    panel.commit(settings(**seconds))
    panel.in_force()


def heard_until_closed(connection: socket.socket) -> tuple[str, float]:
    """What the gateway says until it closes, and how long that took."""
    began, heard = time.monotonic(), b""
    connection.settimeout(PATIENCE)
    while data := connection.recv(4096):
        heard += data
    return heard.decode(), time.monotonic() - began


@pytest.mark.parametrize("said", ["", HEADER], ids=["nothing", "its header"])
def test_who_comes_in_and_does_not_authenticate_is_sent_away(
    gateway: Prosody, panel: Panel, said: str
) -> None:
    limit(panel, establishment_timeout=2)
    with socket.create_connection(("127.0.0.1", gateway.s2s)) as connection:
        connection.sendall(said.encode())
        heard, took = heard_until_closed(connection)
    assert "<connection-timeout" in heard
    assert heard.endswith("</stream:stream>")
    assert 1.5 < took < LONG_BEFORE_THE_USUAL


def test_a_change_holds_for_who_is_waiting_already(gateway: Prosody, panel: Panel) -> None:
    limit(panel, establishment_timeout=600)
    with socket.create_connection(("127.0.0.1", gateway.s2s)) as connection:
        connection.sendall(HEADER.encode())
        time.sleep(9)
        limit(panel, establishment_timeout=8)
        heard, took = heard_until_closed(connection)
    assert "<connection-timeout" in heard
    assert took < 8  # and not 8 seconds after the change


def test_rules_from_before_there_were_timeouts_leave_them_to_the_configuration(
    ground: Path, dns: Dns, ca: Authority, panel: Panel
) -> None:
    """They are read all the same, and Prosody's own timeout holds."""
    before = {"connection_limit": 1000, "keep_alive": 300, "partner_connection_limit": 20}
    panel.commit(("xmpp:global", before))
    folder = Path(tempfile.mkdtemp(prefix="timeouts-", dir=ground))
    folder.chmod(0o755)
    server = Prosody(folder, dns, ca, INSIDE, gateway_options(panel.port, s2s_timeout=2))
    try:
        server.start()
        assert not panel.in_force().report["alarms"]
        with socket.create_connection(("127.0.0.1", server.s2s)) as connection:
            heard, took = heard_until_closed(connection)
        assert "<connection-timeout" in heard
        assert 1.5 < took < 4.5
    finally:
        server.stop()


@contextmanager
def silent(dns: Dns, *, accepts: bool) -> Iterator[Callable[[], str]]:
    """A server of silent.test that says nothing, or does not even take the connection."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=0 if not accepts else 5)
    port = dns.ports["silent.test"] = listener.getsockname()[1]
    heard: list[str] = []
    filling = []
    if accepts:

        def listen() -> None:
            connection, _address = listener.accept()
            with connection:
                heard.append(heard_until_closed(connection)[0])

        thread = threading.Thread(target=listen, daemon=True)
        thread.start()
    else:  # whoever comes after these waits in vain
        for _ in range(4):
            one = socket.socket()
            one.setblocking(False)
            one.connect_ex(("127.0.0.1", port))
            filling.append(one)

    def told() -> str:
        thread.join(PATIENCE)
        return heard[0]

    try:
        yield told
    finally:
        for one in filling:
            one.close()
        listener.close()
        del dns.ports["silent.test"]


@pytest.mark.parametrize("accepts", [True, False])
def test_who_does_not_answer_is_given_up_and_the_sender_told(
    gateway: Prosody, panel: Panel, dns: Dns, sign_in: Callable[..., Person], accepts: bool
) -> None:
    limit(panel, establishment_timeout=2)
    panel.commit(objects.partner(8, domains=["silent.test"], type="federated", methods=EVERY_METHOD))
    panel.in_force()
    alice = sign_in(gateway, "alice@contoso.test")
    with silent(dns, accepts=accepts) as told:
        began = time.monotonic()
        alice.send("<message to='bob@silent.test' id='n1' type='chat'><body>hello</body></message>")
        until(lambda: any(s.get("id") == "n1" and s.get("type") == "error" for s in list(alice.got)))
        assert time.monotonic() - began < LONG_BEFORE_THE_USUAL
        if accepts:
            assert "<connection-timeout" in told()


def talk(one: Person, other: Person, text: str) -> None:
    one.send(f"<message to='{other.full}' type='chat'><body>{text}</body></message>")
    other.find(text)


def streams(
    panel: Panel, told: Callable[[list[dict[str, Any]]], bool], after: int = -1
) -> list[dict[str, Any]]:
    found = panel.wait_for(lambda r: told(r.report["streams"] or []), after=after).report["streams"]
    return found or []


@pytest.fixture
def people(gateway: Prosody, outside: Prosody, sign_in: Callable[..., Person]) -> tuple[Person, Person]:
    """Alice and Bob, between whom a stream has carried something."""
    alice, bob = sign_in(gateway, "alice@contoso.test"), sign_in(outside, "bob@fabrikam.test")
    alice.go_online()
    bob.go_online()
    talk(alice, bob, "first")
    return alice, bob


@pytest.mark.parametrize("way", ["outbound", "inbound"])
def test_a_stream_without_stanzas_is_closed_politely_whatever_blanks_it_carries(
    panel: Panel, outside: Prosody, gateway: Prosody, people: tuple[Person, Person], way: str
) -> None:
    alice, bob = people
    talk(*(people if way == "outbound" else people[::-1]), "this way")
    streams(panel, bool)
    seen = len(panel.requests)
    limit(panel, inactivity_timeout=3)
    streams(panel, lambda found: not found, after=seen)
    assert "No stanza for long: closing" in gateway.log()
    assert "Session closed by remote with error" not in outside.log()
    talk(alice, bob, "a new one")
    talk(bob, alice, "and back")


def test_a_stream_that_carries_something_stays(panel: Panel, people: tuple[Person, Person]) -> None:
    alice, bob = people
    before = streams(panel, bool)
    limit(panel, inactivity_timeout=8)
    for number in range(12):
        talk(alice, bob, f"number {number}")
        time.sleep(1)
    after = streams(panel, bool, after=len(panel.requests) - 1)
    kept = {(s["direction"], s["since"]) for s in before} & {(s["direction"], s["since"]) for s in after}
    assert kept
