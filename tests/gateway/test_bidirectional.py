"""Streams that carry both ways (XEP-0288): what holds for two streams holds for one."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from federation.gateway import objects
from tests.gateway.clients import say, settle
from tests.gateway.conftest import ORDINARY, OUTSIDE, fabrikam, organisation
from tests.gateway.servers import Dns, Prosody

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.gateway.clients import Person
    from tests.gateway.servers import Authority
    from tests.gateway.standin import Panel

pytestmark = pytest.mark.usefixtures("no_streams_left")
OPENED = {"us": "outbound", "them": "inbound"}


@pytest.fixture(scope="module")
def dns() -> Iterator[Dns]:
    """A resolver of its own: the same domains outside are on another server here."""
    server = Dns()
    yield server
    server.close()


@pytest.fixture(scope="module")
def outside(ground: Path, dns: Dns, ca: Authority) -> Iterator[Prosody]:
    """The servers of others, which take bidirectional streams."""
    folder = Path(tempfile.mkdtemp(prefix="outside-", dir=ground))
    folder.chmod(0o755)
    server = Prosody(folder, dns, ca, OUTSIDE, ORDINARY.replace('"tls"', '"tls", "s2s_bidi"'))
    try:
        yield server.start()
    finally:
        server.stop()


def passes(sender: Person, receiver: Person, text: str) -> None:
    say(sender, receiver, text)
    receiver.find(f">{text}<")


def refused(sender: Person, receiver: Person, text: str) -> str:
    """The refused one is told; the other hears nothing. The condition and the code in one text."""
    say(sender, receiver, text)
    answer = sender.wait(lambda s: s.get("id") == text and s.get("type") == "error")
    settle(receiver)
    assert not receiver.has(f">{text}<")
    return " ".join(e.tag.rpartition("}")[2] + e.get("code", "") for e in answer.iter())


def streams(panel: Panel) -> list[dict[str, Any]]:
    """Of the next report."""
    panel.commit()
    found: list[dict[str, Any]] = panel.in_force().report["streams"]
    return found


def open_one(panel: Panel, opened_by: str, alice: Person, bob: Person) -> dict[str, Any]:
    """One stream, which has carried a message each way."""
    pairs = [(alice, bob), (bob, alice)]
    for sender, receiver in pairs if opened_by == "us" else reversed(pairs):
        passes(sender, receiver, f"first-of-{sender.address[:3]}")
    (stream,) = streams(panel)
    assert stream["both_ways"]
    assert stream["direction"] == OPENED[opened_by]
    return stream


@pytest.mark.parametrize("opened_by", OPENED)
def test_one_stream_carries_both_ways_and_the_report_says_so(
    panel: Panel, alice: Person, bob: Person, opened_by: str
) -> None:
    stream = open_one(panel, opened_by, alice, bob)
    assert (stream["remote"], stream["method"], stream["tls"]) == ("fabrikam.test", "sasl-tls", "TLSv1.3")


@pytest.mark.parametrize("opened_by", OPENED)
def test_who_loses_access_is_refused_both_ways_on_the_stream_that_stays(
    panel: Panel, alice: Person, bob: Person, opened_by: str
) -> None:
    stream = open_one(panel, opened_by, alice, bob)
    panel.commit(objects.user("alice@contoso.test", enabled=True, pool=1, policy=2))
    panel.in_force()
    assert "service-unavailable" in refused(bob, alice, "in")
    assert "policy-xmpp-off" in refused(alice, bob, "out")
    assert streams(panel) == [stream]
    panel.commit(*organisation())
    panel.in_force()
    passes(bob, alice, "in-again")
    passes(alice, bob, "out-again")
    assert streams(panel) == [stream]


@pytest.mark.parametrize("opened_by", OPENED)
def test_a_removed_partner_loses_it_and_gets_no_other(
    panel: Panel, outside: Prosody, alice: Person, bob: Person, opened_by: str
) -> None:
    open_one(panel, opened_by, alice, bob)
    before = outside.log().count("policy-violation")
    panel.commit(drop=("partner:1",))
    panel.wait_for(lambda r: not r.report["streams"], after=len(panel.requests))
    assert outside.log().count("policy-violation") > before
    assert "partner-unknown" in refused(alice, bob, "out")
    refused(bob, alice, "in")
    assert streams(panel) == []


@pytest.mark.parametrize("opened_by", OPENED)
def test_a_stricter_record_closes_it(panel: Panel, alice: Person, bob: Person, opened_by: str) -> None:
    open_one(panel, opened_by, alice, bob)
    panel.commit(fabrikam(methods=["dialback-tls"]))
    panel.wait_for(lambda r: not r.report["streams"], after=len(panel.requests))


@pytest.mark.parametrize("opened_by, free", [("us", 1), ("them", 0)])
def test_only_a_stream_that_they_opened_counts_towards_their_limit(
    panel: Panel,
    outside: Prosody,
    alice: Person,
    bob: Person,
    sign_in: Callable[..., Person],
    opened_by: str,
    free: int,
) -> None:
    panel.commit(fabrikam(domains=["fabrikam.test", "northwind.test", "public.test"], limit=1))
    panel.commit(drop=("partner:2",))
    panel.in_force()
    open_one(panel, opened_by, alice, bob)
    others = [sign_in(outside, "eve@northwind.test"), sign_in(outside, "paul@public.test")]
    answers = []
    for person in (*others, bob):
        person.send("<iq to='contoso.test' id='p' type='get'><ping xmlns='urn:xmpp:ping'/></iq>")
        answers.append(person.wait(lambda s: s.get("id") == "p").get("type"))
    assert answers == [*(["result"] * free + ["error"] * 2)[:2], "result"]
