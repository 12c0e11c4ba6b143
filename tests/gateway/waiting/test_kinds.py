"""What becomes of stanzas of each kind that waited for a stream."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from federation.gateway import objects
from tests.gateway.clients import settle
from tests.gateway.servers import free_ports
from tests.gateway.waiting.slow import MOST, marks, message, refusal, slow_partner, user
from tests.waiting import until

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.gateway.byhand import Domain
    from tests.gateway.clients import Person
    from tests.gateway.servers import Dns, Prosody
    from tests.gateway.standin import Panel


def test_presence_goes_silently_what_was_done_by_hand_is_answered_and_who_goes_offline_says_no_more(
    panel: Panel,
    gateway: Prosody,
    slow: Domain,
    sign_in: Callable[..., Person],
    queue: Callable[[Person, str], None],
) -> None:
    alice, carl = sign_in(gateway, "alice@contoso.test"), sign_in(gateway, "carl@contoso.test")
    carl.go_online()
    settle(carl)
    queue(carl, "<presence to='{to}'><status>note of available</status></presence>")
    # The first waits until it is known what is at the partner's domain, or for the stream as well.
    for type_ in ("", "type='unavailable'"):
        carl.send(f"<presence to='other@slow.test/desk' {type_}><status>note of desk</status></presence>")
    settle(carl)
    queue(carl, "<presence to='{to}/chair' type='unavailable' xml:lang='ga'>note of leaving</presence>")
    queue(carl, "<presence to='{to}' type='subscribe' id='ask'><status>note of asking</status></presence>")
    queue(carl, "<presence to='{to}' type='unsubscribe'><status>note of withdrawing</status></presence>")
    queue(carl, "<iq to='{to}' type='get' id='iq'><query xmlns='urn:test:asked'/></iq>")
    queue(alice, message("alice"))
    carl.forget()
    panel.commit(user("carl", policy=2))
    assert refusal(carl, "iq") == ("forbidden", "policy-xmpp-off", "en")
    answered = carl.wait(lambda s: s.tag.endswith("presence") and s.get("type") == "error")
    assert answered.get("id") == "ask"
    slow.answers.set()
    until(lambda: "text of alice" in slow.heard)
    settle(carl)
    errors = [s for s in carl.seen() if s.tag.endswith("presence") and s.get("type") == "error"]
    assert errors == [answered]
    assert "note of" not in slow.heard
    assert "urn:test:asked" not in slow.heard
    left = re.findall(r"<presence[^>]*?/>|<presence.*?</presence>", slow.heard)
    kinds = [ET.fromstring(each).get("type") for each in left if "carl@" in each]
    assert set(kinds) == {"unavailable", "unsubscribe"}
    assert all(len(ET.fromstring(each)) == 0 for each in left)
    assert "'ga'" not in slow.heard


def test_status_notes_go_when_the_partner_has_become_public(
    panel: Panel,
    gateway: Prosody,
    slow: Domain,
    sign_in: Callable[..., Person],
    queue: Callable[[Person, str], None],
) -> None:
    alice = sign_in(gateway, "alice@contoso.test")
    queue(alice, "<presence to='{to}'><show>away</show><status>note</status></presence>")
    queue(alice, message("last"))
    panel.commit(slow_partner("public-verified"))
    panel.in_force()
    slow.answers.set()
    until(lambda: "text of last" in slow.heard)
    assert "<show>away</show>" in slow.heard
    assert "note" not in slow.heard


def test_no_more_than_so_many_stanzas_wait_and_who_sends_more_is_told(
    gateway: Prosody, slow: Domain, sign_in: Callable[..., Person]
) -> None:
    alice = sign_in(gateway, "alice@contoso.test")
    for number in range(MOST + 3):
        alice.send(message(f"m{number}").format(to="drop@slow.test"))
    for number in range(MOST, MOST + 3):
        stanza = alice.wait(lambda s, mark=f"m{number}": s.get("id") == mark)  # type: ignore[misc]
        assert stanza.get("type") == "error"
        assert "resource-constraint" in ET.tostring(stanza, "unicode")
        assert "Too many messages wait" in ET.tostring(stanza, "unicode")
    slow.answers.set()
    until(lambda: f"text of m{MOST - 1}<" in slow.heard)
    assert marks(slow) == [f"m{number}" for number in range(MOST)]


def test_a_partner_whose_first_target_is_dead_is_no_way_round(
    panel: Panel,
    gateway: Prosody,
    dns: Dns,
    slow: Domain,
    sign_in: Callable[..., Person],
    queue: Callable[[Person, str], None],
) -> None:
    """Direct TLS (XEP-0368) is tried first, on a port where nobody listens; then the other."""
    panel.commit(
        objects.partner(9, domains=["slow.test"], type="federated", methods=["dialback-tls", "dialback-tcp"])
    )
    panel.in_force()
    (dns.direct["slow.test"],) = free_ports(1)
    alice, carl = sign_in(gateway, "alice@contoso.test"), sign_in(gateway, "carl@contoso.test")
    queue(carl, message("carl"))
    queue(alice, message("alice"))
    panel.commit(user("carl", enabled=False))
    assert refusal(carl, "carl")[1] == "user-disabled"
    slow.answers.set()
    until(lambda: "text of alice" in slow.heard)
    assert marks(slow) == ["alice"]
