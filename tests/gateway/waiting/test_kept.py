"""What servers keep between a verdict and its effect, elsewhere than in the queue of a stream."""

from __future__ import annotations

import signal
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from federation.gateway import objects
from tests.gateway.clients import say, settle
from tests.gateway.conftest import INSIDE, ORDINARY, gateway_options, organisation
from tests.gateway.servers import Prosody
from tests.gateway.standin import Panel
from tests.gateway.waiting.slow import refusal, user
from tests.waiting import until

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.gateway.clients import Person
    from tests.gateway.servers import Authority, Dns


@pytest.fixture
def panel() -> Iterator[Panel]:
    made = Panel()
    kept = objects.partner(8, domains=["kept.test"], type="federated", methods=["sasl-tls"])
    made.commit(*organisation(), kept, user("carl"))
    with made.serving():
        yield made


def folder_in(ground: Path) -> Path:
    made = Path(tempfile.mkdtemp(prefix="kept-", dir=ground))
    made.chmod(0o755)
    return made


@pytest.fixture
def gateway(ground: Path, dns: Dns, ca: Authority, panel: Panel) -> Iterator[Prosody]:
    """Our server, which sends again what a partner did not acknowledge (XEP-0198)."""
    people = {**INSIDE, "contoso.test": (*INSIDE["contoso.test"], "carl")}
    options = gateway_options(panel.port) + "smacks_s2s_resend = true\n"
    server = Prosody(folder_in(ground), dns, ca, people, options)
    try:
        server.start()
        panel.in_force()
        yield server
    finally:
        server.stop()


@pytest.fixture
def partner(ground: Path, dns: Dns, ca: Authority) -> Iterator[Prosody]:
    options = ORDINARY.replace('"mam"', '"mam", "smacks"')
    server = Prosody(folder_in(ground), dns, ca, {"kept.test": ("kim",)}, options)
    try:
        yield server.start()
    finally:
        server.stop(signal.SIGKILL)


def test_what_was_not_acknowledged_is_judged_when_it_is_sent_again(
    panel: Panel, gateway: Prosody, partner: Prosody, sign_in: Callable[..., Person]
) -> None:
    alice, carl = sign_in(gateway, "alice@contoso.test"), sign_in(gateway, "carl@contoso.test")
    kim = sign_in(partner, "kim@kept.test")
    say(alice, kim, "before")
    kim.find(">before<")
    until(lambda: "<enabled" in gateway.log() or "Enabling stream management" in gateway.log())
    assert partner.process
    partner.process.send_signal(signal.SIGSTOP)
    sent = gateway.log().count("Sending[s2sout]: <message")
    say(alice, kim, "of-alice")
    say(carl, kim, "of-carl")
    until(lambda: gateway.log().count("Sending[s2sout]: <message") == sent + 2)
    panel.commit(user("alice", enabled=False))
    panel.in_force()
    partner.process.kill()
    partner.process.wait()
    assert refusal(alice, "of-alice") == ("forbidden", "user-disabled", "en")
    assert "with 2 unacked stanzas" in gateway.log()
    # it was sent again, and nobody was there
    told = carl.wait(lambda s: s.get("id") == "of-carl" and s.get("type") == "error")
    assert told.find(".//{urn:federation-control:1}refused") is None


def test_what_had_arrived_while_it_was_allowed_has_arrived(
    panel: Panel, gateway: Prosody, outside: Prosody, sign_in: Callable[..., Person]
) -> None:
    """A message leaves its sender once. What waits here for its receiver is his, as in his archive."""
    bob = sign_in(outside, "bob@fabrikam.test")
    bob.send("<message to='alice@contoso.test' type='chat' id='m'><body>stored</body></message>")
    until(lambda: "Received[s2sin]: <message" in gateway.log())
    bob.send("<iq to='contoso.test' type='get' id='ping'><ping xmlns='urn:xmpp:ping'/></iq>")
    bob.wait(lambda s: s.get("id") == "ping")
    panel.commit(user("alice", enabled=False))
    panel.in_force()
    alice = sign_in(gateway, "alice@contoso.test")
    alice.go_online()
    alice.find(">stored<")
    say(bob, alice, "late")
    bob.wait(lambda s: s.get("id") == "late" and s.get("type") == "error")
    settle(alice)
    assert not alice.has(">late<")
