"""A partner's DNS may lead a look anywhere: to this machine and to what lies beside it nobody connects."""

from __future__ import annotations

import io
import json
import socket
import threading
from contextlib import ExitStack, suppress
from typing import TYPE_CHECKING

import pytest
from django.conf import settings as panel
from django.core.management import CommandError, call_command
from django.urls import reverse

from federation.topology import services as topology
from federation.watch.models import Look
from tests.makers import MAKER
from tests.pages import Page
from tests.x509.nameserver import NameServer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.test import Client

pytestmark = pytest.mark.django_db


class Listener:
    """Hears on this machine, in both families; ``heard`` counts connections."""

    def __init__(self, stack: ExitStack) -> None:
        self.heard = 0
        first = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        self.port = first.getsockname()[1]
        self._sockets = [first]
        with suppress(OSError):  # a machine without IPv6
            made = socket.create_server(("::1", self.port), family=socket.AF_INET6)
            self._sockets.append(stack.enter_context(made))
        for each in self._sockets:
            threading.Thread(target=self._serve, args=(each,), daemon=True).start()

    def _serve(self, listener: socket.socket) -> None:
        with suppress(OSError):
            while True:
                listener.accept()[0].close()
                self.heard += 1


@pytest.fixture
def listener() -> Iterator[Listener]:
    with ExitStack() as stack:
        yield Listener(stack)


STEERED = {
    "127.0.0.1": "loopback",
    "127.9.9.9": "loopback",
    "::1": "loopback",
    "::ffff:127.0.0.1": "loopback",
    "::127.0.0.1": "loopback",
    "64:ff9b::127.0.0.1": "loopback",
    "2002:7f00:1::": "loopback",
    "0.0.0.0": "unspecified",
    "::": "unspecified",
    "169.254.169.254": "link-local",
    "::ffff:169.254.169.254": "link-local",
    "fe80::1": "link-local",
    "224.0.0.1": "multicast",
    "ff02::1": "multicast",
    "255.255.255.255": "broadcast",
}


def zone(port: int) -> dict[tuple[str, str], list[str]]:
    found: dict[tuple[str, str], list[str]] = {}
    for number, address in enumerate(STEERED):
        found[f"_xmpp-server._tcp.evil{number}.test", "SRV"] = [f"0 0 {port} lo{number}.evil.test."]
        found[f"_xmpps-server._tcp.evil{number}.test", "SRV"] = [f"0 0 {port} lo{number}.evil.test."]
        found[f"lo{number}.evil.test", "AAAA" if ":" in address else "A"] = [address]
    return found


@pytest.fixture
def steered(listener: Listener, monkeypatch: pytest.MonkeyPatch) -> Iterator[Listener]:
    topology.create_domain(domain="contoso.test", actor=MAKER)
    with NameServer(zone(listener.port)) as running:
        monkeypatch.setattr(panel, "PROBE_NAMESERVERS", ["127.0.0.1"])
        monkeypatch.setattr(panel, "PROBE_NAMESERVER_PORT", running.port)
        monkeypatch.setattr(panel, "PROBE_SECONDS", 5.0)
        yield listener


def look(number: int) -> dict[str, object]:
    said = io.StringIO()
    with suppress(CommandError):
        call_command("probe_partner", f"evil{number}.test", "--json", stdout=said)
    told: dict[str, object] = json.loads(said.getvalue())
    return told


def test_wherever_the_dns_leads_the_listener_hears_nothing(
    steered: Listener, alice_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(panel, "PROBE_LOOPBACK", False)
    for number, (address, kind) in enumerate(STEERED.items()):
        told = look(number)
        assert told["trouble"] == "address-refused", address
        places = told["places"]
        assert isinstance(places, list)
        assert {place["params"]["range"] for place in places} == {kind}, address
        assert "where the panel does not connect" in str(told["warnings"])
        row = Look.objects.get(domain=f"evil{number}.test")
        text = " ".join(Page(alice_client.get(reverse("watch:details", args=[row.pk]))).text.split())
        assert f"It leads to {places[0]['address']}, where the panel does not connect" in text
    assert steered.heard == 0


def test_the_setting_for_tests_lets_it_hear(steered: Listener) -> None:
    assert panel.PROBE_LOOPBACK
    assert look(0)["trouble"] != "address-refused"
    assert steered.heard


def test_a_private_network_is_looked_at_unless_the_setting_says_no(
    steered: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(panel, "PROBE_PRIVATE", False)
    with NameServer({("evil0.test", "A"): ["10.255.255.1"], ("evil1.test", "AAAA"): ["fd00::1"]}) as running:
        monkeypatch.setattr(panel, "PROBE_NAMESERVER_PORT", running.port)
        assert [look(number)["trouble"] for number in (0, 1)] == ["address-refused"] * 2
        monkeypatch.setattr(panel, "PROBE_PRIVATE", True)
        monkeypatch.setattr(panel, "PROBE_SECONDS", 0.2)
        assert look(0)["trouble"] != "address-refused"
