"""Messages a second and processor time a message with the module off and on, taking turns in the same run.

    python -m tests.gateway.bench_wire [USERS ...]

Two servers of ours, one with the module and one without, talk to the same server outside, over TLS. Nobody
parses XML but the servers. Processor time is that of the server with or without the module.
"""

from __future__ import annotations

import base64
import re
import shutil
import socket
import statistics
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import NamedTuple, Protocol

from federation.gateway import objects, wire
from tests.gateway.bench_gateway import GC, Script, in_force, population
from tests.gateway.conformance.component import Component
from tests.gateway.conftest import gateway_options
from tests.gateway.servers import Authority, Dns, Prosody
from tests.gateway.standin import Panel

SIZES = (100, 10_000, 100_000, 1_000_000)
MESSAGES, ROUNDS, WARM = 5000, 8, 500
OUTSIDE = 'modules_enabled = { "tls", "saslauth", "dialback", "s2s", "posix" }\n' + GC
STREAMS = "http://etherx.jabber.org/streams"
MESSAGE = "<message{} to='{}' type='chat'><body>Shall we meet at three?</body></message>"
PARTNER = objects.partner(9999, domains=["fabrikam.test"], type="federated", methods=["sasl-tls"])


class End(Protocol):
    """Where messages are sent from, or counted."""

    count: int

    def send(self, text: str, /) -> None: ...


class Client:
    """A client that counts messages and reads nothing else."""

    def __init__(self, port: int, domain: str, *, reads: bool = True) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), 10)
        self.buffer, self.count = b"", 0
        opening = (
            f"<stream:stream to='{domain}' version='1.0' xmlns='jabber:client' xmlns:stream='{STREAMS}'>"
        )
        secret = base64.b64encode(b"\0user1\0secret").decode()
        self._ask(opening, b"</stream:features>")
        self._ask(
            f"<auth mechanism='PLAIN' xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>{secret}</auth>", b"<success"
        )
        self._ask(opening, b"</stream:features>")
        bind = "<iq type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>"
        found = re.search(rb"<jid>([^<]+)</jid>", self._ask(bind, b"</iq>"))
        assert found
        self.full = found[1].decode()
        self._ask("<presence/>", b"<presence")
        self.socket.settimeout(None)
        if reads:
            threading.Thread(target=self._read, daemon=True).start()

    def send(self, text: str) -> None:
        self.socket.sendall(text.encode())

    def _ask(self, text: str, until: bytes) -> bytes:
        self.send(text)
        self.buffer = b""
        while until not in self.buffer:
            self.buffer += self.socket.recv(65536)
        return self.buffer

    def _read(self) -> None:
        rest = b""
        while data := self.socket.recv(262144):
            rest += data
            self.count += rest.count(b"</message>")
            rest = rest[-9:]


class Counter(Component):
    """A domain outside that counts messages and reads nothing else."""

    count = 0

    def _read(self) -> None:
        while not self.ready and (data := self.socket.recv(65536)):
            self.parser.feed(data)
            for kind, element in self.parser.read_events():
                self._event(kind, element)
        rest = b""
        while data := self.socket.recv(262144):
            rest += data
            self.count += rest.count(b"</message>")
            rest = rest[-9:]


def processor_seconds(server: Prosody) -> float:
    assert server.process
    return int(Path(f"/proc/{server.process.pid}/schedstat").read_text().split()[0]) / 1e9


class Cost(NamedTuple):
    """Of one message, in seconds: by the clock, and of the server's processor."""

    clock: float
    processor: float


def one_round(server: Prosody, sender: End, receiver: End, text: str, number: int) -> Cost:
    """What ``number`` messages cost that are all in ``text``."""
    wanted = receiver.count + number
    used, began = processor_seconds(server), time.perf_counter()
    sender.send(text)
    while receiver.count < wanted:
        time.sleep(0.0005)
        assert time.perf_counter() - began < 60, f"{wanted - receiver.count} of {number} did not come"
    took = time.perf_counter() - began
    return Cost(took / number, (processor_seconds(server) - used) / number)


def options(port: int) -> tuple[str, str]:
    """The configuration with the module, and the same without it."""
    on = gateway_options(port).replace('"mam", ', "").replace('"s2s_bidi", ', "") + "\n" + GC
    off = on.replace('"federation_control"', '"s2s"').replace('modules_disabled = { "s2s" }', "")
    return on, re.sub(r"federation_control_\w+ = .*", "", off).replace("auth = false", "auth = true")


def bench(users: int) -> None:
    """Print what it costs with so many users."""
    folder = Path(tempfile.mkdtemp(prefix="bench-wire-"))
    folder.chmod(0o755)
    dns, ca, panel = Dns(), Authority(folder), Panel()
    panel.identity, panel.fault = "p", lambda _request: (503, b"")
    servers: dict[str, Prosody] = {}
    try:
        with panel.serving():
            on, off = options(panel.port)
            hosts = {"contoso.test": ("user1",)}, {"plain.test": ("user1",)}
            servers["on"] = Prosody(folder / "on", dns, ca, hosts[0], on)
            servers["off"] = Prosody(folder / "off", dns, ca, hosts[1], off)
            servers["outside"] = Prosody(
                folder / "outside", dns, ca, {"host.test": ()}, OUTSIDE, components=["fabrikam.test"]
            )
            for server in servers.values():
                server.log_level = "warn"
                server.start()
            lines = population(users)
            lines[PARTNER[0]] = wire.line(*PARTNER)
            Script(panel, dict(sorted(lines.items(), key=lambda line: wire.sort_key(line[0]))))
            in_force(panel, 1)
            measure(users, servers)
    finally:
        for server in servers.values():
            server.stop()
        dns.close()
        shutil.rmtree(folder, ignore_errors=True)


def measure(users: int, servers: dict[str, Prosody]) -> None:
    """Take turns, out and in, and print the medians."""
    there = Counter(servers["outside"].component, "fabrikam.test")
    homes = {"on": "contoso.test", "off": "plain.test"}
    ours = {name: Client(servers[name].c2s, host) for name, host in homes.items()}
    for way in ("out", "in"):
        found: dict[str, list[Cost]] = {"on": [], "off": []}
        for number in [WARM] + [MESSAGES] * ROUNDS:
            for name, client in ours.items():
                text = MESSAGE.format("", "bob@fabrikam.test") * number
                ends: tuple[End, End] = (client, there)
                if way == "in":
                    text = MESSAGE.format(" from='bob@fabrikam.test/desk'", client.full) * number
                    ends = (there, client)
                cost = one_round(servers[name], *ends, text, number)
                if number == MESSAGES:
                    found[name].append(cost)
        print(told(users, way, found), flush=True)
    there.close()


def told(users: int, way: str, found: dict[str, list[Cost]]) -> str:
    """One line."""
    clock = {name: statistics.median(cost.clock for cost in costs) for name, costs in found.items()}
    cpu = {name: statistics.median(cost.processor for cost in costs) for name, costs in found.items()}
    return (
        f"{users:>9,} users, {way:>3}: off {1 / clock['off']:7,.0f}/s, on {1 / clock['on']:7,.0f}/s"
        f" (ratio {clock['off'] / clock['on']:.2f}); CPU off {cpu['off'] * 1e6:5.1f} us,"
        f" on {cpu['on'] * 1e6:5.1f} us (ratio {cpu['on'] / cpu['off']:.2f})"
    )


if __name__ == "__main__":
    for size in [int(text) for text in sys.argv[1:]] or SIZES:
        bench(size)
