"""Two domains of ours on two gateways: nobody is asked, and nobody else is let in by it."""

from __future__ import annotations

import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from xml.etree import ElementTree as ET

import pytest

from federation.gateway import objects
from tests.gateway.clients import presence, say, settle
from tests.gateway.conftest import INSIDE, gateway_options, organisation
from tests.gateway.servers import Authority, Dns, Prosody
from tests.gateway.standin import Panel

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.gateway.clients import Person

LAX = """
    modules_enabled = { "roster", "saslauth", "tls", "dialback", "disco", "ping", "posix" }
    s2s_require_encryption = false; s2s_secure_auth = false
"""
#: Of the whole organisation: nobody could talk to a partner.
CLOSED = [
    objects.edge(federation=False),
    objects.policy(1, federation=False, xmpp=False, default=True),
    objects.domain("branch.test"),
    objects.domain("nowhere.test"),
    objects.user("bea@branch.test", enabled=False, pool=2, policy=3),
]


class Two(NamedTuple):
    """The two gateways, each with the one panel as it knows it."""

    panels: tuple[Panel, Panel]
    ours: Prosody  # contoso.test
    branch: Prosody

    def commit(self, *puts: objects.Object, drop: tuple[str, ...] = ()) -> None:
        """In force on both."""
        for panel in self.panels:
            panel.commit(*puts, drop=drop)
        for panel in self.panels:
            panel.in_force()


@pytest.fixture(scope="module")
def dns() -> Iterator[Dns]:
    server = Dns()
    yield server
    server.close()


@pytest.fixture(scope="module")
def new_server(ground: Path, dns: Dns, ca: Authority) -> Iterator[Callable[..., Prosody]]:
    """Starts servers; the name of each domain leads to the one that was made last."""
    made: list[Prosody] = []

    def start(hosts: dict[str, tuple[str, ...]], extra: str, issuer: Authority = ca) -> Prosody:
        folder = Path(tempfile.mkdtemp(prefix="one-of-two-", dir=ground))
        folder.chmod(0o755)
        server = Prosody(folder, dns, ca, hosts, extra)
        for host in hosts:
            issuer.issue(folder / "certs", host, [host])
        made.append(server)
        return server.start()

    yield start
    for server in made:
        server.stop()


@pytest.fixture(scope="module")
def two(new_server: Callable[..., Prosody]) -> Iterator[Two]:
    panels = Panel("gw.contoso.test"), Panel("gw.branch.test")
    with ExitStack() as stack:
        for panel in panels:
            panel.commit(*organisation(), *CLOSED)
            stack.enter_context(panel.serving())
        ours = new_server(INSIDE, gateway_options(panels[0].port))
        options = gateway_options(panels[1].port, "gw.branch.test")
        branch = new_server({"branch.test": ("bea", "ben")}, options)
        made = Two(panels, ours, branch)
        for panel in panels:
            panel.in_force()
        yield made


@pytest.fixture(autouse=True)
def as_before(two: Two) -> Iterator[None]:
    yield
    two.commit(*organisation(), *CLOSED)


@pytest.fixture
def bea(two: Two, sign_in: Callable[..., Person]) -> Person:
    person = sign_in(two.branch, "bea@branch.test")
    person.go_online("<status>in the branch</status>")
    return person


PASSING = [
    "<message to='{}' type='chat' id='p1'><body>hello there</body></message>",
    "<message to='{}' type='groupchat' id='p1'><body>hello there</body></message>",
    "<message to='{}' id='p1'><x xmlns='jabber:x:conference' jid='r@x.test'/>hello there</message>",
    "<presence to='{}' id='p1'><x xmlns='http://jabber.org/protocol/muc'>hello there</x></presence>",
    "<iq to='{}' type='set' id='p1'><join xmlns='urn:xmpp:mix:core:1'>hello there</join></iq>",
    "<presence to='{}' type='unavailable' id='p1'><status>hello there</status></presence>",
]


@pytest.mark.parametrize("way", ["to the branch", "from the branch"])
@pytest.mark.parametrize("who", ["alice", "dave", "erin", "zoe"])
def test_everything_passes_whatever_policies_edge_and_users_are(
    two: Two, bea: Person, sign_in: Callable[..., Person], who: str, way: str
) -> None:
    person = sign_in(two.ours, f"{who}@contoso.test")
    person.go_online()
    sender, receiver = (person, bea) if way == "to the branch" else (bea, person)
    for stanza in PASSING:
        receiver.forget()
        sender.send(stanza.format(receiver.full))
        assert "hello there" in ET.tostring(receiver.wait(lambda s: s.get("id") == "p1"), "unicode")


def test_they_become_contacts_and_see_each_others_notes(
    two: Two, bea: Person, sign_in: Callable[..., Person]
) -> None:
    zoe = sign_in(two.ours, "zoe@contoso.test")
    zoe.go_online("<status>at the office</status>")
    for person, other in ((zoe, bea), (bea, zoe)):
        person.send(f"<presence to='{other.address}' type='subscribe'/>")
        other.wait(presence(person.address, "subscribe"))
        other.send(f"<presence to='{person.address}' type='subscribed'/>")
        person.find("at the office" if person is bea else "in the branch")
    # A commit that says nothing of them changes nothing.
    two.commit(objects.edge(federation=True))
    two.commit(objects.edge(federation=False))
    settle(zoe, bea)
    assert not bea.has("unavailable'")
    for person, other in ((zoe, bea), (bea, zoe)):
        item = f"<item jid='{other.address}' subscription='remove'/>"
        person.send(f"<iq type='set' id='rm'><query xmlns='jabber:iq:roster'>{item}</query></iq>")
        person.find("rm")


def meet(two: Two, sign_in: Callable[..., Person], bea: Person, mark: str) -> Person:
    """Alice writes to Bea, who hears her."""
    alice = sign_in(two.ours, "alice@contoso.test")
    say(alice, bea, mark)
    bea.find(f">{mark}<")
    return alice


def test_the_stream_is_encrypted_and_both_certificates_count(
    two: Two, bea: Person, sign_in: Callable[..., Person]
) -> None:
    meet(two, sign_in, bea, "met")
    for panel, remote in zip(two.panels, ("branch.test", "contoso.test"), strict=True):
        told = panel.wait_for(
            lambda r, remote=remote: any(s["remote"] == remote for s in r.report["streams"])  # type: ignore[misc]
        )
        streams = [s for s in told.report["streams"] if s["remote"] == remote]
        assert {(s["method"], s["certificate"], s["tls"]) for s in streams} == {
            ("sasl-tls", "valid", "TLSv1.3")
        }


def test_a_domain_that_is_ours_no_more_loses_its_streams(
    two: Two, bea: Person, sign_in: Callable[..., Person]
) -> None:
    alice = meet(two, sign_in, bea, "before")
    two.commit(objects.edge(federation=True), drop=("domain:branch.test",))
    for panel, remote in zip(two.panels, ("branch.test", "contoso.test"), strict=True):
        panel.wait_for(
            lambda r, remote=remote: not any(s["remote"] == remote for s in r.report["streams"])  # type: ignore[misc]
        )
    say(alice, bea, "after")
    told = alice.wait(lambda s: s.get("id") == "after" and s.get("type") == "error")
    assert 'code="partner-unknown"' in ET.tostring(told, "unicode")
    settle(bea)
    assert not bea.has(">after<")


def ask(person: Person, to: str, mark: str) -> str:
    """What a message to an address comes back as."""
    person.send(f"<message to='{to}' id='{mark}' type='chat'><body>{mark}</body></message>")
    answer = person.wait(lambda s: s.get("id") == mark and s.get("type") == "error", 60)
    return ET.tostring(answer, "unicode")


def test_only_the_very_domain_is_ours(two: Two, sign_in: Callable[..., Person]) -> None:
    two.commit(objects.edge(federation=True))
    alice = sign_in(two.ours, "alice@contoso.test")
    assert 'code="partner-unknown"' in ask(alice, "x@sub.branch.test", "below")
    assert 'code="partner-unknown"' in ask(alice, "x@otherbranch.test", "beside")


def test_a_domain_of_ours_that_no_server_has_leads_nowhere(two: Two, sign_in: Callable[..., Person]) -> None:
    told = ask(sign_in(two.ours, "alice@contoso.test"), "x@nowhere.test", "lost")
    assert "federation-control" not in told
    assert "remote-server-not-found" in told


def test_a_component_of_ours_stays_at_home(two: Two, bea: Person) -> None:
    """Its domain is none of the panel's: nothing to it and nothing from it."""
    assert 'code="' in ask(bea, "tea@rooms.contoso.test", "rooms")
    two.commit(objects.edge(federation=True))
    assert 'code="partner-unknown"' in ask(bea, "tea@rooms.contoso.test", "rooms again")


@pytest.fixture
def another(tmp_path: Path, ground: Path) -> Authority:
    """An authority that nobody trusts."""
    folder = Path(tempfile.mkdtemp(prefix="another-", dir=ground))
    return Authority(folder, "Another CA")


@pytest.fixture
def claimed(dns: Dns) -> Iterator[None]:
    before = dict(dns.ports)
    yield
    dns.ports.clear()
    dns.ports |= before


@pytest.mark.usefixtures("claimed")
@pytest.mark.parametrize("how", ["another authority", "no encryption"])
@pytest.mark.parametrize("way", ["out", "in"])
def test_a_server_that_claims_a_domain_of_ours_gets_nothing(
    two: Two,
    new_server: Callable[..., Prosody],
    another: Authority,
    sign_in: Callable[..., Person],
    how: str,
    way: str,
) -> None:
    """The domain has no server of ours; the DNS leads to a stranger's, who would do everything else."""
    extra = LAX + ("modules_disabled = { 'tls' }\n" if how == "no encryption" else "")
    stranger = new_server({"nowhere.test": ("mallory",)}, extra, another)
    alice, mallory = sign_in(two.ours, "alice@contoso.test"), sign_in(stranger, "mallory@nowhere.test")
    alice.go_online()
    mallory.go_online()
    sender, receiver = (alice, mallory) if way == "out" else (mallory, alice)
    told = ask(sender, receiver.full, "claim")
    assert "federation-control" not in told
    settle(receiver)
    assert not receiver.has(">claim<")


@pytest.mark.usefixtures("claimed")
def test_nobody_comes_by_the_name_of_a_domain_that_is_hosted_here(
    two: Two, new_server: Callable[..., Prosody], sign_in: Callable[..., Person]
) -> None:
    """Not even with a certificate for it."""
    twin = new_server({"sales.contoso.test": ("mallory",)}, LAX)
    two.ours.dns.ports["sales.contoso.test"] = twin.s2s
    alice, mallory = sign_in(two.ours, "alice@contoso.test"), sign_in(twin, "mallory@sales.contoso.test")
    alice.go_online()
    ask(mallory, alice.full, "twin")
    settle(alice)
    assert not alice.has(">twin<")
