"""Streams that a well-behaved server would not open."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest

from federation.gateway import objects
from tests.gateway.byhand import BIDI, Domain, Stream
from tests.gateway.clients import say
from tests.gateway.conftest import EVERY_METHOD

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.gateway.clients import Person
    from tests.gateway.servers import Dns, Prosody
    from tests.gateway.standin import Panel

pytestmark = pytest.mark.usefixtures("no_streams_left")
OFFER = "urn:xmpp:features:bidi"


def mallory_is(**changes: Any) -> objects.Object:
    values = {"domains": ["mallory.test"], "type": "federated", "methods": EVERY_METHOD} | changes
    return objects.partner(3, **values)


@pytest.fixture
def stream_of(gateway: Prosody) -> Iterator[Callable[[str], Stream]]:
    """Opens streams by hand, in the name of a domain."""
    made: list[Stream] = []

    def stream_of(claimed: str) -> Stream:
        made.append(Stream(gateway.s2s, claimed))
        return made[-1]

    yield stream_of
    for stream in made:
        stream.close()


@pytest.fixture
def mallory(dns: Dns) -> Iterator[Domain]:
    """A partner with a server of bad manners."""
    server = Domain("mallory.test")
    dns.ports["mallory.test"] = server.port
    yield server
    server.close()
    del dns.ports["mallory.test"]


def is_authenticated(stream: Stream, domain: str) -> bool:
    """Whether it becomes one of ``domain``, by dialback; else it was closed because of its header."""
    stream.send(f"<db:result from='{domain}' to='contoso.test'>key</db:result>")
    try:
        stream.find("type='valid'")
    except ConnectionAbortedError:
        assert "invalid-from" in stream.text
        return False
    return True


@pytest.mark.usefixtures("mallory")
def test_who_claims_to_be_another_partner_does_not_get_what_is_for_that_one(
    panel: Panel, alice: Person, bob: Person, stream_of: Callable[[str], Stream]
) -> None:
    panel.commit(mallory_is())
    panel.in_force()
    stream = stream_of("fabrikam.test")
    stream.open()
    assert OFFER in stream.secure_itself()
    stream.send(BIDI)
    is_authenticated(stream, "mallory.test")
    say(alice, bob, "for-bob-only")
    with suppress(TimeoutError, ConnectionAbortedError):
        stream.find(">for-bob-only<", 1)
    assert ">for-bob-only<" not in stream.text
    bob.find(">for-bob-only<")


@pytest.mark.usefixtures("mallory")
def test_streams_in_the_name_of_another_do_not_evade_the_limit(
    panel: Panel, stream_of: Callable[[str], Stream]
) -> None:
    panel.commit(mallory_is(limit=1))
    panel.in_force()
    claimed = ("fabrikam.test", "public.test", "mallory.test")
    streams = [stream_of(domain) for domain in claimed]
    for stream in streams:
        stream.open()
    assert [s.claimed for s in streams if is_authenticated(s, "mallory.test")] == ["mallory.test"]


@pytest.mark.parametrize("when", ["before-tls", "after-tls", "never"])
def test_a_stream_is_for_both_ways_only_when_that_was_asked_for_under_tls(
    outside: Prosody, alice: Person, bob: Person, stream_of: Callable[[str], Stream], when: str
) -> None:
    stream = stream_of("fabrikam.test")
    assert OFFER not in stream.open()
    if when == "before-tls":
        stream.send(BIDI)
    assert OFFER in stream.secure_itself(outside.folder / "certs")
    if when == "after-tls":
        stream.send(BIDI)
    stream.authenticate()
    say(alice, bob, "which-way")
    if when == "after-tls":
        stream.find(">which-way<")
    else:
        bob.find(">which-way<")


@pytest.mark.usefixtures("mallory")
def test_one_more_domain_leaves_a_stream_when_its_own_record_no_longer_allows_how_it_came(
    panel: Panel, outside: Prosody, alice: Person, stream_of: Callable[[str], Stream]
) -> None:
    """Mallory joins by dialback a stream of Fabrikam's that was authenticated by SASL."""
    panel.commit(mallory_is())
    panel.in_force()
    stream = stream_of("fabrikam.test")
    stream.open()
    stream.secure_itself(outside.folder / "certs")
    stream.authenticate()
    assert is_authenticated(stream, "mallory.test")
    message = f"<message from='m@mallory.test' to='{alice.full}' type='chat'><body>{{}}</body></message>"
    stream.send(message.format("while-allowed"))
    alice.find("while-allowed")
    panel.commit(mallory_is(methods=["sasl-tls"]))
    panel.in_force()
    stream.send(message.format("afterwards"))
    with pytest.raises(ConnectionAbortedError, match="not-authorized"):
        stream.find("</stream:stream>nothing more")
    assert not alice.has("afterwards")
