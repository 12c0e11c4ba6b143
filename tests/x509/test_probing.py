"""A probe sees of a real server what another server would see; all on loopback."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from federation.x509.checking import check
from federation.x509.discovery import Method
from federation.x509.facts import read_certificate
from federation.x509.findings import Code
from federation.x509.keys import private_octets
from federation.x509.outgoing import Allowed
from federation.x509.probing import Probe, probe_now
from federation.x509.reading import read
from federation.x509.streams import Trouble
from federation.x509.visits import Identity
from tests.x509.nameserver import NameServer
from tests.x509.prosody import Prosody, free_port

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.x509.conftest import Chain

OWN = "contoso.com"


@pytest.fixture(scope="module")
def server(chain: Chain) -> Iterator[Prosody]:
    """A partner's server, with a chain."""
    leaf, key = chain.middle.issue("DNS:fabrikam.test", subject="/CN=fabrikam.test")
    running = Prosody(leaf + chain.middle.pem, key, chain.root.pem)
    yield running
    running.stop()


def zone(server: Prosody) -> dict[tuple[str, str], list[str]]:
    """Where the domains of the server are, and some of nobody."""
    return {
        ("_xmpp-server._tcp.fabrikam.test", "SRV"): [f"10 5 {server.port} xmpp.fabrikam.test."],
        ("_xmpps-server._tcp.fabrikam.test", "SRV"): [f"5 5 {server.direct} xmpp.fabrikam.test."],
        ("_xmpp-server._tcp.plain.test", "SRV"): [f"10 5 {server.port} xmpp.fabrikam.test."],
        ("_xmpp-server._tcp.stranger.test", "SRV"): [f"10 5 {server.port} xmpp.fabrikam.test."],
        ("xmpp.fabrikam.test", "A"): ["127.0.0.1"],
        ("_xmpp-server._tcp.refusing.test", "SRV"): ["0 0 0 ."],
        ("_xmpp-server._tcp.lost.test", "SRV"): ["0 0 5269 gone.lost.test."],
        ("_xmpp-server._tcp.dead.test", "SRV"): [f"0 0 {free_port()} xmpp.fabrikam.test."],
        ("_xmpp-server._tcp.silent.test", "SRV"): ["silence"],
        ("_xmpp-server._tcp.broken.test", "SRV"): ["broken"],
        ("_xmpp-server._tcp.many.test", "SRV"): [
            f"{n} 0 {server.port} xmpp.fabrikam.test." for n in range(30)
        ],
        ("bare.test", "A"): ["127.0.0.9"],
    }


@pytest.fixture(scope="module")
def names(server: Prosody) -> Iterator[NameServer]:
    """The DNS of these tests."""
    with NameServer(zone(server)) as running:
        yield running


def looked_at(domain: str, names: NameServer, identity: Identity | None = None) -> Probe:
    return probe_now(
        domain,
        own_domain=OWN,
        nameservers=["127.0.0.1"],
        nameserver_port=names.port,
        identity=identity,
        seconds=5,
        allowed=Allowed(loopback=True),
    )


@pytest.fixture(scope="module")
def identity(chain: Chain) -> Identity:
    """Our own gateway's certificate."""
    contents = read([chain.leaf, chain.middle.pem, chain.key])
    assert contents.key is not None
    return Identity(contents.certificates[0], tuple(contents.certificates[1:]), contents.key)


def test_both_ways_in_are_seen_with_tls_and_the_whole_chain(names: NameServer, chain: Chain) -> None:
    seen = looked_at("fabrikam.test", names)
    assert seen.trouble is None
    assert [look.target.method for look in seen.looks] == [Method.DIRECT, Method.START_TLS]
    for look in seen.looks:
        assert look.trouble is None, look
        assert look.address == "127.0.0.1"
        assert look.target.host == "xmpp.fabrikam.test"
        assert look.tls is not None
        assert look.tls.version == "TLSv1.3"
        assert "AES" in look.tls.cipher or "CHACHA" in look.tls.cipher
        assert [read_certificate(each).title for each in look.tls.chain] == [
            "fabrikam.test",
            "Contoso Issuing",
        ]
    direct, start_tls = seen.looks
    assert direct.before_tls is None
    assert start_tls.before_tls is not None
    assert start_tls.before_tls.tls_required
    assert seen.best is direct


def test_what_was_seen_is_checked_like_our_own(names: NameServer, chain: Chain) -> None:
    look = looked_at("fabrikam.test", names).best
    assert look is not None
    assert look.tls is not None
    leaf, *others = map(read_certificate, look.tls.chain)
    trusted = read([chain.root.pem]).certificates
    report = check(leaf, now=leaf.not_before, others=others, trusted=trusted, local_domains=["fabrikam.test"])
    assert {found.code for found in report.findings} == {Code.LIFETIME_LONG}
    report = check(leaf, now=leaf.not_before, others=others, trusted=trusted, local_domains=["other.test"])
    assert Code.DOMAIN_UNCOVERED in {found.code for found in report.findings}


def test_a_stranger_is_offered_dialback_and_our_gateway_sasl(names: NameServer, identity: Identity) -> None:
    stranger, known = (looked_at("fabrikam.test", names, who).looks[1] for who in (None, identity))
    assert stranger.methods == {"dialback-tls"}
    assert known.methods == {"sasl-tls", "dialback-tls"}
    assert known.after_tls is not None
    assert known.after_tls.mechanisms == ("EXTERNAL",)


def test_a_server_without_tls_is_seen_as_such(names: NameServer) -> None:
    (look,) = looked_at("plain.test", names).looks
    assert look.trouble is None
    assert look.tls is None
    assert look.before_tls is not None
    assert not look.before_tls.start_tls
    assert look.methods == {"dialback-tcp"}


def test_a_domain_the_server_does_not_know_is_a_stream_error(names: NameServer) -> None:
    (look,) = looked_at("stranger.test", names).looks
    assert look.trouble is Trouble.STREAM_ERROR
    assert look.params["condition"] == "host-unknown"


@pytest.mark.parametrize(
    "domain, trouble, params",
    [
        ("nowhere.test", Trouble.DOMAIN_UNKNOWN, {"domain": "nowhere.test"}),
        ("refusing.test", Trouble.SERVICE_REFUSED, {"service": "_xmpp-server._tcp"}),
        ("broken.test", Trouble.DNS_FAILED, {"name": "_xmpp-server._tcp.broken.test"}),
    ],
)
def test_what_the_dns_does_not_give_is_told(
    domain: str, trouble: Trouble, params: dict[str, str], names: NameServer
) -> None:
    seen = looked_at(domain, names)
    assert (seen.trouble, seen.params, seen.looks) == (trouble, params, ())


def test_a_name_server_that_is_silent_is_waited_for_not_long(names: NameServer) -> None:
    seen = probe_now(
        "silent.test", own_domain=OWN, nameservers=["127.0.0.1"], nameserver_port=names.port, seconds=1
    )
    assert seen.trouble is Trouble.DNS_TIMEOUT


def test_places_that_do_not_answer_are_told_one_by_one(names: NameServer) -> None:
    (lost,) = looked_at("lost.test", names).looks
    assert (lost.trouble, lost.params) == (Trouble.NO_ADDRESS, {"host": "gone.lost.test"})
    (dead,) = looked_at("dead.test", names).looks
    assert (dead.trouble, dead.params) == (Trouble.CONNECTION_REFUSED, {"step": "connect"})


def test_without_srv_the_domain_itself_is_tried_on_the_usual_port(names: NameServer) -> None:
    (look,) = looked_at("bare.test", names).looks
    assert (look.target.host, look.target.port, look.target.from_srv) == ("bare.test", 5269, False)
    assert look.address == "127.0.0.9"
    assert look.trouble is Trouble.CONNECTION_REFUSED


def test_no_more_than_a_few_places_are_looked_at(names: NameServer) -> None:
    assert len(looked_at("many.test", names).looks) == 8


def test_a_probe_leaves_no_key_behind(
    identity: Identity, names: NameServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[bytes] = []
    write = Path.write_bytes

    def noted(path: Path, octets: bytes) -> int:
        written.append(octets)
        return write(path, octets)

    monkeypatch.setattr(Path, "write_bytes", noted)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert looked_at("fabrikam.test", names, identity).best is not None
    assert written
    assert not any(b"BEGIN PRIVATE" in octets or private_octets(identity.key) in octets for octets in written)
    assert list(tmp_path.iterdir()) == []
    assert "PrivateKey" not in repr(identity)
