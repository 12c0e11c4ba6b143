"""Who may not write may withdraw, and says nothing by it; who approves while refused is told."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest

from federation.gateway import objects
from tests.gateway.clients import presence, settle
from tests.gateway.conftest import fabrikam, organisation

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.gateway.clients import Person
    from tests.gateway.servers import Prosody
    from tests.gateway.standin import Panel

WORDS = "words<status>note</status><priority>7</priority><x xmlns='urn:secret'>payload</x>"
WITHDRAWAL = "<presence to='{}' type='{}' id='w1' xml:lang='ga' s:more='payload' xmlns:s='urn:secret'>"
NO_XMPP = objects.user("alice@contoso.test", enabled=True, pool=1, policy=2)
REFUSALS = [
    pytest.param([NO_XMPP], id="policy"),
    pytest.param([objects.user("alice@contoso.test", enabled=False, pool=1, policy=None)], id="disabled"),
    pytest.param([objects.edge(federation=False)], id="edge"),
]


@pytest.fixture(autouse=True)
def as_before(panel: Panel) -> Iterator[None]:
    yield
    panel.commit(*organisation())
    panel.in_force()


def withdraw(sender: Person, receiver: Person, type_: str) -> ET.Element:
    """The withdrawal, with as much in it as there is place for; as it arrives."""
    sender.send(WITHDRAWAL.format(receiver.address, type_) + WORDS + "</presence>")
    return receiver.wait(presence(sender.address, type_))


def said(stanza: ET.Element) -> tuple[list[str], str, list[str]]:
    """Children, text, and the attributes that are no address, type or id; a stream's own language is none."""
    more = [name for name, value in stanza.items() if not (name.endswith("lang") and value == "en")]
    return (
        [child.tag for child in stanza],
        stanza.text or "",
        sorted(set(more) - {"from", "to", "type", "id"}),
    )


@pytest.mark.parametrize("way", ["out", "in"])
@pytest.mark.parametrize("type_", ["unsubscribe", "unsubscribed"])
@pytest.mark.parametrize("revoked", REFUSALS)
def test_what_only_the_exemption_lets_pass_goes_on_without_content(
    panel: Panel, friends: tuple[Person, Person], revoked: list[objects.Object], type_: str, way: str
) -> None:
    alice, bob = friends
    panel.commit(*revoked)
    bob.wait(presence(alice.full, "unavailable"))
    sender, receiver = (alice, bob) if way == "out" else (bob, alice)
    arrived = withdraw(sender, receiver, type_)
    assert said(arrived) == ([], "", [])
    settle(alice, bob)
    assert not receiver.has("payload")
    assert not receiver.has(">note<")


@pytest.mark.parametrize("way", ["out", "in"])
@pytest.mark.parametrize("type_", ["unsubscribe", "unsubscribed"])
def test_of_those_who_may_write_a_withdrawal_stays_as_it_is(
    friends: tuple[Person, Person], type_: str, way: str
) -> None:
    sender, receiver = friends if way == "out" else friends[::-1]
    arrived = ET.tostring(withdraw(sender, receiver, type_), "unicode")
    assert "payload" in arrived
    assert "note" in arrived


def test_a_stranger_of_a_public_unverified_partner_says_nothing_by_withdrawing(
    panel: Panel, friends: tuple[Person, Person]
) -> None:
    """A contact may write; here the partner's type changes, and Bob is off the list."""
    alice, bob = friends
    panel.commit(fabrikam(type="public-unverified"))
    panel.in_force()
    assert "payload" in ET.tostring(withdraw(bob, alice, "unsubscribe"), "unicode")
    item = f"<item jid='{bob.address}' subscription='remove'/>"
    alice.send(f"<iq type='set' id='off'><query xmlns='jabber:iq:roster'>{item}</query></iq>")
    alice.wait(lambda s: s.get("id") == "off")
    alice.forget()
    bob.send(WITHDRAWAL.format(alice.address, "unsubscribed") + WORDS + "</presence>")
    settle(bob, alice)
    assert not alice.has("payload")


def test_an_approval_given_while_refused_is_answered_and_the_request_stays(
    panel: Panel, gateway: Prosody, bob: Person, sign_in: Callable[..., Person]
) -> None:
    bob.send("<presence to='alice@contoso.test' type='subscribe' id='please'/>")
    bob.wait(presence("alice@contoso.test", "unavailable"))  # that she is asked, once she is there
    panel.commit(NO_XMPP)
    panel.in_force()
    alice = sign_in(gateway, "alice@contoso.test")
    alice.go_online()
    alice.wait(presence(bob.address, "subscribe"))
    alice.send(f"<presence to='{bob.address}' type='subscribed' id='yes' xml:lang='fr'/>")
    told = ET.tostring(alice.wait(lambda s: s.get("id") == "yes"), "unicode")
    assert 'type="error"' in told
    assert "forbidden" in told
    assert 'code="policy-xmpp-off"' in told
    assert "Votre stratégie d’accès externe n’autorise pas" in told
    panel.commit(objects.user("alice@contoso.test", enabled=True, pool=1, policy=None))
    panel.in_force()
    again = sign_in(gateway, "alice@contoso.test")
    again.go_online()
    again.wait(presence(bob.address, "subscribe"))
    again.send(f"<presence to='{bob.address}' type='subscribed' id='now'/>")
    bob.wait(presence("alice@contoso.test", "subscribed"))
    bob.wait(presence(again.full))
    item = f"<item jid='{bob.address}' subscription='remove'/>"
    again.send(f"<iq type='set' id='rm'><query xmlns='jabber:iq:roster'>{item}</query></iq>")
    again.find("rm")


@pytest.mark.parametrize("type_", ["subscribe", "subscribed", "unsubscribe", "unsubscribed"])
def test_what_concerns_contacts_is_answered_when_it_is_refused(
    gateway: Prosody, sign_in: Callable[..., Person], type_: str
) -> None:
    alice = sign_in(gateway, "alice@contoso.test")
    alice.send(f"<presence to='eve@northwind.test' type='{type_}' id='c1'/>")
    told = ET.tostring(alice.wait(lambda s: s.get("id") == "c1"), "unicode")
    assert 'code="partner-unknown"' in told


def test_what_clients_and_the_server_send_by_themselves_is_not_answered(
    panel: Panel, friends: tuple[Person, Person], gateway: Prosody, sign_in: Callable[..., Person]
) -> None:
    """Presence, probes, asking again at the next sign-in for what was asked, and taking a contact away."""
    alice, bob = friends
    alice.send("<presence to='bill@fabrikam.test' type='subscribe'/>")
    panel.commit(drop=("partner:1",))
    bob.wait(presence(alice.full, "unavailable"))
    again = sign_in(gateway, "alice@contoso.test")
    again.go_online("<status>here</status>")
    again.send(f"<presence to='{bob.full}'><show>away</show></presence>")
    again.send("<presence type='unavailable'/>")
    item = "<item jid='bill@fabrikam.test' subscription='remove'/>"
    again.send(f"<iq type='set' id='rm'><query xmlns='jabber:iq:roster'>{item}</query></iq>")
    again.wait(lambda s: s.get("id") == "rm")
    settle(again, alice)
    assert not again.has("federation-control")
    assert not alice.has("federation-control")
