"""TLS, SASL and dialback per partner, against servers that offer, lack or fail each; limits and proxies."""

from __future__ import annotations

import itertools
import time
from typing import TYPE_CHECKING, Any

import pytest

from federation.gateway import objects
from federation.partners.rules import Choice, Negotiation, Verdict, negotiate
from tests.gateway.servers import Authority, Prosody
from tests.waiting import PATIENCE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.gateway.clients import Person
    from tests.gateway.servers import Dns
    from tests.gateway.standin import Panel

EVERY_CHOICE = [Choice(*row) for row in itertools.product(Negotiation, Negotiation, (True, False))]
NEGOTIATED = [negotiate(*choice) for choice in EVERY_CHOICE]
#: What the valid rows of the table come to.
METHODS = sorted(
    {tuple(m.value for m in row.methods) for row in NEGOTIATED if row.verdict is not Verdict.INVALID}
)
PEERS = {"trusted.test": "", "untrusted.test": "", "plain.test": 'modules_disabled = { "tls" }'}
BAD = ("expired.test", "selfsigned.test", "wrongname.test")
LAX = """
    modules_enabled = { "roster", "saslauth", "tls", "dialback", "disco", "ping", "posix" }
    s2s_require_encryption = false; s2s_secure_auth = false; s2s_timeout = 3
"""


def peer(folder: Path, dns: Dns, ca: Authority, hosts: tuple[str, ...], extra: str = "") -> Prosody:
    return Prosody(folder, dns, ca, dict.fromkeys(hosts, ("bob",)), LAX + extra)


@pytest.fixture(scope="module")
def peers(ground: Path, dns: Dns, ca: Authority) -> Iterator[dict[str, Prosody]]:
    """A server that can do everything, one whose authority is unknown, one without TLS, and bad ones."""
    (ground / "other").mkdir()
    other = Authority(ground / "other")
    made: dict[str, Prosody] = {}
    for host, extra in PEERS.items():
        made[host] = peer(ground / host, dns, ca, (host,), extra)
    other.issue(made["untrusted.test"].folder / "certs", "untrusted.test", ["untrusted.test"])
    bad = peer(ground / "bad", dns, ca, BAD)
    ca.issue(bad.folder / "certs", "expired.test", ["expired.test"], days=-1)
    ca.issue(bad.folder / "certs", "selfsigned.test", ["selfsigned.test"], self_signed=True)
    ca.issue(bad.folder / "certs", "wrongname.test", ["elsewhere.test"])
    made |= dict.fromkeys(BAD, bad)
    for server in {id(server): server for server in made.values()}.values():
        server.start()
    yield made
    for server in made.values():
        server.stop()


def expected(methods: tuple[str, ...], host: str) -> str | None:
    """The method that a stream with this server comes to, or None."""
    encrypted = [method for method in methods if method.endswith("-tls")]
    if host == "plain.test" or not encrypted:
        return "dialback-tcp" if "dialback-tcp" in methods else None
    if host == "trusted.test":
        return encrypted[0] if "sasl-tls" not in encrypted else "sasl-tls"
    return "dialback-tls" if "dialback-tls" in encrypted else None


def tried(
    panel: Panel,
    gateway: Prosody,
    server: Prosody,
    sign_in: Callable[..., Person],
    host: str,
    way: str,
    **record: Any,
) -> str | None:
    """Lets a message pass by a fresh stream with ``host``; the method it was authenticated by, or None."""
    panel.commit(drop=("partner:9",))
    panel.in_force()
    panel.wait_for(lambda r: not [s for s in r.report["streams"] if s["remote"] == host])
    seen = len(panel.requests)
    panel.commit(objects.partner(9, **{"domains": [host], "type": "federated"} | record))
    panel.in_force()
    alice, bob = sign_in(gateway, "alice@contoso.test"), sign_in(server, f"bob@{host}")
    alice.go_online()
    bob.go_online()
    sender, receiver = (alice, bob) if way == "outbound" else (bob, alice)
    sender.send(f"<message to='{receiver.full}' id='n1' type='chat'><body>through</body></message>")
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if receiver.has(">through<"):
            report = panel.wait_for(lambda r: bool(method_of(r.report, host, way)), after=seen).report
            return method_of(report, host, way)
        if any(s.get("id") == "n1" and s.get("type") == "error" for s in list(sender.got)):
            return None
        time.sleep(0.01)
    raise TimeoutError


def method_of(report: dict[str, Any], host: str, way: str) -> str | None:
    found = [s.get("method") for s in report["streams"] if s["remote"] == host and s["direction"] == way]
    return found[0] if found else None


@pytest.mark.parametrize("way", ["outbound", "inbound"])
@pytest.mark.parametrize("host", PEERS)
@pytest.mark.parametrize("methods", METHODS, ids="+".join)
def test_a_stream_comes_about_exactly_as_the_record_demands(
    panel: Panel,
    gateway: Prosody,
    peers: dict[str, Prosody],
    sign_in: Callable[..., Person],
    methods: tuple[str, ...],
    host: str,
    way: str,
) -> None:
    got = tried(panel, gateway, peers[host], sign_in, host, way, methods=methods)
    wanted = expected(methods, host)
    if wanted and way == "outbound" and got == "sasl-tls" and "sasl-tls" in methods:
        return  # they believe our certificate, whatever we think of theirs
    assert got == wanted


@pytest.mark.parametrize("way", ["outbound", "inbound"])
@pytest.mark.parametrize("host", BAD)
def test_a_bad_certificate_is_refused_where_it_is_all_there_is(
    panel: Panel,
    gateway: Prosody,
    peers: dict[str, Prosody],
    sign_in: Callable[..., Person],
    host: str,
    way: str,
) -> None:
    assert tried(panel, gateway, peers[host], sign_in, host, way, methods=["sasl-tls"]) is None
    both = ["sasl-tls", "dialback-tls"]
    assert tried(panel, gateway, peers[host], sign_in, host, way, methods=both) is not None


def test_a_stream_to_an_untrusted_server_ends_when_its_certificate_begins_to_count(
    panel: Panel, gateway: Prosody, peers: dict[str, Prosody], sign_in: Callable[..., Person]
) -> None:
    """They believed our certificate, so the stream was one of SASL; theirs was never believed."""
    host = "untrusted.test"
    both = ["sasl-tls", "dialback-tls"]
    assert tried(panel, gateway, peers[host], sign_in, host, "outbound", methods=both) == "sasl-tls"
    record = {"domains": [host], "type": "federated", "methods": ["sasl-tls"]}
    panel.commit(objects.partner(9, **record))  # type: ignore[arg-type]
    panel.in_force()
    panel.wait_for(lambda r: not [s for s in r.report["streams"] if s["remote"] == host])


def test_a_partner_gets_no_more_connections_than_its_limit(
    panel: Panel, gateway: Prosody, peers: dict[str, Prosody], sign_in: Callable[..., Person]
) -> None:
    more = {"domains": list(BAD), "methods": ["dialback-tls"]}
    for limit, last in ((2, None), (3, "dialback-tls")):
        panel.commit(drop=("partner:9",))
        panel.in_force()
        record = more | {"limit": limit}
        got = [tried_again(panel, gateway, peers, sign_in, host, record) for host in BAD]
        assert got == ["dialback-tls", "dialback-tls", last]


def tried_again(
    panel: Panel,
    gateway: Prosody,
    peers: dict[str, Prosody],
    sign_in: Callable[..., Person],
    host: str,
    record: dict[str, Any],
) -> str | None:
    panel.commit(objects.partner(9, **{"type": "federated"} | record))
    panel.in_force()
    alice, bob = sign_in(gateway, "alice@contoso.test"), sign_in(peers[host], f"bob@{host}")
    bob.send("<iq to='contoso.test' id='l1' type='get'><ping xmlns='urn:xmpp:ping'/></iq>")
    answer = bob.wait(lambda s: s.get("id") == "l1")
    alice.sign_out()
    return "dialback-tls" if answer.get("type") == "result" else None


@pytest.fixture
def direct(dns: Dns, gateway: Prosody, peers: dict[str, Prosody]) -> Iterator[Callable[[], None]]:
    """Both sides say in the DNS that they take Direct TLS (XEP-0368); called: and nothing else."""
    before = dict(dns.ports)
    dns.direct |= {"contoso.test": gateway.direct, "trusted.test": peers["trusted.test"].direct}
    yield lambda: dns.ports.update({"contoso.test": 1, "trusted.test": 1})
    dns.ports |= before
    dns.direct.clear()
    time.sleep(1.1)  # what was resolved is remembered for a second


@pytest.mark.parametrize("way", ["outbound", "inbound"])
@pytest.mark.parametrize("method", ["sasl-tls", "dialback-tls"])
def test_with_direct_tls_a_record_counts_as_much(
    panel: Panel,
    gateway: Prosody,
    peers: dict[str, Prosody],
    sign_in: Callable[..., Person],
    direct: Callable[[], None],
    method: str,
    way: str,
) -> None:
    direct()
    time.sleep(1.1)
    assert (
        tried(panel, gateway, peers["trusted.test"], sign_in, "trusted.test", way, methods=[method]) == method
    )


@pytest.mark.usefixtures("direct")
def test_direct_tls_is_not_tried_with_a_partner_whose_record_says_no_tls(
    panel: Panel, gateway: Prosody, peers: dict[str, Prosody], sign_in: Callable[..., Person], dns: Dns
) -> None:
    del dns.direct["contoso.test"]  # they would come by it
    time.sleep(1.1)
    record = {"methods": ["dialback-tcp"]}
    got = tried(panel, gateway, peers["trusted.test"], sign_in, "trusted.test", "outbound", **record)
    assert got == "dialback-tcp"


@pytest.mark.usefixtures("direct")
def test_direct_tls_comes_to_nothing_with_a_partner_whose_record_says_no_tls(
    panel: Panel, gateway: Prosody, peers: dict[str, Prosody], sign_in: Callable[..., Person]
) -> None:
    time.sleep(1.1)
    record = {"methods": ["dialback-tcp"]}
    assert tried(panel, gateway, peers["trusted.test"], sign_in, "trusted.test", "inbound", **record) is None


def test_a_proxy_is_used_in_place_of_the_dns(
    panel: Panel, gateway: Prosody, peers: dict[str, Prosody], sign_in: Callable[..., Person], dns: Dns
) -> None:
    port = dns.ports["trusted.test"]
    dns.ports["trusted.test"] = 1
    time.sleep(1.1)  # what was resolved is remembered for a second
    try:
        record = {"methods": ["sasl-tls"], "proxy": f"127.0.0.1:{port}"}
        assert (
            tried(panel, gateway, peers["trusted.test"], sign_in, "trusted.test", "outbound", **record)
            == "sasl-tls"
        )
    finally:
        dns.ports["trusted.test"] = port
