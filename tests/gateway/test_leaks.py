"""What is refused leaves no trace: in rooms, rosters, archives and carbons, or in what outsiders are told."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest

from tests.gateway.clients import settle

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.gateway.clients import Person
    from tests.gateway.servers import Prosody

MUC = "http://jabber.org/protocol/muc"
ROOM = "tea@rooms.contoso.test"
JOIN = "<presence to='{room}/{nick}' id='{id}'><x xmlns='http://jabber.org/protocol/muc'/></presence>"


def test_people_outside_do_not_get_into_a_room_of_ours(
    gateway: Prosody, outside: Prosody, sign_in: Callable[..., Person]
) -> None:
    alice, bob = sign_in(gateway, "alice@contoso.test"), sign_in(outside, "bob@fabrikam.test")
    alice.send(JOIN.format(room=ROOM, nick="alice", id="j1"))
    alice.find("tea@rooms.contoso.test/alice")
    bob.send(JOIN.format(room=ROOM, nick="bob", id="j2"))
    bob.send(
        f"<iq to='{ROOM}' id='d1' type='get'><query xmlns='http://jabber.org/protocol/disco#info'/></iq>"
    )
    bob.wait(lambda s: s.get("id") == "d1" and s.get("type") == "error")
    alice.send(f"<message to='{ROOM}' type='groupchat'><body>between us</body></message>")
    alice.find("between us")
    invitation = "<invite to='bob@fabrikam.test'><reason>come in</reason></invite>"
    alice.send(f"<message to='{ROOM}'><x xmlns='{MUC}#user'>{invitation}</x></message>")
    settle(alice, bob)
    assert not bob.has("between us")
    assert not bob.has("come in")
    assert not alice.has("tea@rooms.contoso.test/bob")


@pytest.mark.parametrize(
    "stanza",
    [
        "<message to='{to}' id='g1' type='groupchat'><body>psst</body></message>",
        "<message to='{to}' id='g1'><x xmlns='jabber:x:conference' jid='psst@rooms.contoso.test'/></message>",
        f"<message to='{{to}}' id='g1'><x xmlns='{MUC}#user'><invite from='psst@x.test'/></x></message>",
    ],
    ids=["groupchat", "direct invitation", "mediated invitation"],
)
@pytest.mark.parametrize("way", ["out", "in"])
def test_group_chat_between_people_is_refused(
    gateway: Prosody, outside: Prosody, sign_in: Callable[..., Person], stanza: str, way: str
) -> None:
    alice, bob = sign_in(gateway, "alice@contoso.test"), sign_in(outside, "bob@fabrikam.test")
    sender, receiver = (alice, bob) if way == "out" else (bob, alice)
    receiver.go_online()
    sender.send(stanza.format(to=receiver.address))
    answer = sender.wait(lambda s: s.get("id") == "g1" and s.get("type") == "error")
    assert ("group-chat" in ET.tostring(answer, "unicode")) is (way == "out")
    settle(alice, bob)
    assert not receiver.has("psst")


def test_joining_a_room_elsewhere_is_answered(gateway: Prosody, sign_in: Callable[..., Person]) -> None:
    alice = sign_in(gateway, "alice@contoso.test")
    alice.send(JOIN.format(room="tea@fabrikam.test", nick="alice", id="j1"))
    assert "group-chat" in ET.tostring(alice.wait(lambda s: s.get("id") == "j1"), "unicode")


def test_a_refused_user_keeps_no_half_made_contact(
    gateway: Prosody, outside: Prosody, sign_in: Callable[..., Person]
) -> None:
    dave, bob = sign_in(gateway, "dave@contoso.test"), sign_in(outside, "bob@fabrikam.test")
    dave.go_online()
    bob.go_online()
    dave.send("<presence to='bob@fabrikam.test' type='subscribe' id='s1'/>")
    dave.wait(lambda s: s.get("id") == "s1" and s.get("type") == "error")
    bob.send("<presence to='dave@contoso.test' type='subscribe'/>")
    settle(bob, dave)
    dave.send("<iq type='get' id='roster'><query xmlns='jabber:iq:roster'/></iq>")
    roster = dave.wait(lambda s: s.get("id") == "roster")
    assert "fabrikam" not in ET.tostring(roster, "unicode")
    assert not dave.has("subscribe'")


def test_refused_messages_are_in_no_archive_and_no_carbon(
    gateway: Prosody, outside: Prosody, sign_in: Callable[..., Person]
) -> None:
    desk, phone = sign_in(gateway, "dave@contoso.test"), sign_in(gateway, "dave@contoso.test")
    bob = sign_in(outside, "bob@fabrikam.test")
    for device in (desk, phone):
        device.go_online()
        device.send("<iq type='set' id='carbons'><enable xmlns='urn:xmpp:carbons:2'/></iq>")
        device.find("carbons")
    desk.send("<message to='bob@fabrikam.test' type='chat' id='a1'><body>going out</body></message>")
    desk.wait(lambda s: s.get("id") == "a1" and s.get("type") == "error")
    bob.send("<message to='dave@contoso.test' type='chat' id='a2'><body>coming in</body></message>")
    bob.wait(lambda s: s.get("id") == "a2" and s.get("type") == "error")
    settle(desk, phone, bob)
    desk.forget()
    desk.send("<iq type='set' id='mam'><query xmlns='urn:xmpp:mam:2'/></iq>")
    desk.wait(lambda s: s.get("id") == "mam")
    for device in (desk, phone):
        assert not device.has("coming in")
    assert not phone.has("going out")
    assert not desk.has("urn:xmpp:forward:0")


def test_outsiders_cannot_tell_the_refused_from_those_who_do_not_exist(
    gateway: Prosody, outside: Prosody, sign_in: Callable[..., Person]
) -> None:
    bob = sign_in(outside, "bob@fabrikam.test")
    sign_in(gateway, "dave@contoso.test").go_online()
    answers: dict[str, set[tuple[str | None, bytes]]] = {}
    for name in ("dave", "erin", "zoe", "no-such-person"):
        for kind in (
            "<message to='{}' id='{}' type='chat'><body>?</body></message>",
            "<iq to='{}' id='{}' type='get'><query xmlns='jabber:iq:version'/></iq>",
        ):
            mark = f"{name}-{kind[1:3]}"
            bob.send(kind.format(f"{name}@contoso.test", mark))
            answer = bob.wait(lambda s, mark=mark: s.get("id") == mark)  # type: ignore[misc]
            error = answer.find("{jabber:client}error")
            assert error is not None
            answers.setdefault(kind, set()).add((answer.get("type"), ET.tostring(error)))
    assert {kind: len(different) for kind, different in answers.items()} == dict.fromkeys(answers, 1)


def test_a_domain_that_is_no_partner_gets_no_stream(
    gateway: Prosody, outside: Prosody, sign_in: Callable[..., Person]
) -> None:
    eve = sign_in(outside, "eve@northwind.test")
    eve.send("<iq to='contoso.test' id='e1' type='get'><ping xmlns='urn:xmpp:ping'/></iq>")
    answer = ET.tostring(eve.wait(lambda s: s.get("id") == "e1"), "unicode")
    assert "remote-server-timeout" in answer
    assert "policy-violation" in outside.log()


def test_the_server_itself_talks_to_partners(
    gateway: Prosody, outside: Prosody, sign_in: Callable[..., Person]
) -> None:
    bob = sign_in(outside, "bob@fabrikam.test")
    bob.send("<iq to='contoso.test' id='v1' type='get'><ping xmlns='urn:xmpp:ping'/></iq>")
    assert bob.wait(lambda s: s.get("id") == "v1").get("type") == "result"


def test_people_of_a_second_domain_of_ours_talk_too(
    gateway: Prosody, outside: Prosody, sign_in: Callable[..., Person]
) -> None:
    sam, bob = sign_in(gateway, "sam@sales.contoso.test"), sign_in(outside, "bob@fabrikam.test")
    bob.go_online()
    sam.send(f"<message to='{bob.full}' type='chat'><body>from sales</body></message>")
    bob.find("from sales")
    bob.send(f"<message to='{sam.full}' type='chat'><body>to sales</body></message>")
    sam.find("to sales")
