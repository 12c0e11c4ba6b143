"""Nobody joins a room outside by the protocol before XEP-0045, which presence alone cannot be told from."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest

from tests.gateway.clients import presence, settle
from tests.gateway.conformance.component import Component
from tests.gateway.conftest import ORDINARY, fabrikam, organisation
from tests.gateway.servers import Dns, Prosody
from tests.waiting import until

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.gateway.clients import Person
    from tests.gateway.servers import Authority
    from tests.gateway.standin import Panel

ROOMS = "rooms.fabrikam.test"
SILENT = tuple(
    f"{number}.fabrikam.test" for number in ("one", "two", "three", "four", "five", "six", "seven")
)
JOIN = "<presence to='tea@rooms.fabrikam.test/{}' id='{}'>{}</presence>"
MUC = "<x xmlns='http://jabber.org/protocol/muc'/>"


@pytest.fixture(scope="module")
def dns() -> Iterator[Dns]:
    server = Dns()
    yield server
    server.close()


@pytest.fixture(scope="module")
def outside(ground: Path, dns: Dns, ca: Authority) -> Iterator[Prosody]:
    """People and rooms of a partner; and domains at which a test answers itself."""
    folder = Path(tempfile.mkdtemp(prefix="rooms-", dir=ground))
    folder.chmod(0o755)
    hosts = {"fabrikam.test": ("bob", "bill"), ROOMS: ()}
    server = Prosody(folder, dns, ca, hosts, ORDINARY, components=SILENT)
    server.with_module("test_groupchat1", Path(__file__).with_name("mod_test_groupchat1.lua"), on=ROOMS)
    server.more[ROOMS] += "muc_room_locking = false\n"
    try:
        yield server.start()
    finally:
        server.stop()


@pytest.fixture(autouse=True)
def rules(panel: Panel, gateway: Prosody) -> None:
    assert gateway.process
    panel.commit(*organisation(), fabrikam(domains=["fabrikam.test", ROOMS, *SILENT]))
    panel.in_force()


@pytest.fixture
def in_the_room(bob: Person) -> Person:
    """Bob, who is in the room and sees who is there."""
    bob.send(JOIN.format("bob", "j0", MUC))
    bob.wait(presence(f"tea@{ROOMS}/bob"))
    return bob


def room_goes_on(bob: Person, mark: str) -> None:
    """Whoever was there by now was seen by Bob."""
    bob.send(f"<message to='tea@{ROOMS}' type='groupchat' id='{mark}'><body>{mark}</body></message>")
    bob.find(f">{mark}<")


def test_the_rooms_take_who_joins_by_the_older_protocol(
    outside: Prosody, in_the_room: Person, sign_in: Callable[..., Person]
) -> None:
    """Else the tests below would say nothing."""
    bill = sign_in(outside, "bill@fabrikam.test")
    bill.send(JOIN.format("bill", "j1", ""))
    in_the_room.wait(presence(f"tea@{ROOMS}/bill"))


def test_the_first_stanza_of_all_is_no_join(
    panel: Panel, gateway: Prosody, in_the_room: Person, sign_in: Callable[..., Person]
) -> None:
    alice = sign_in(gateway, "alice@contoso.test")
    alice.send(JOIN.format("alice", "j2", "<status>hello</status>"))
    told = ET.tostring(alice.wait(lambda s: s.get("id") == "j2"), "unicode")
    assert 'type="error"' in told
    assert 'code="group-chat"' in told
    room_goes_on(in_the_room, "first")
    assert not in_the_room.has(f"tea@{ROOMS}/alice")
    assert not alice.has(f"tea@{ROOMS}/bob")
    panel.wait_for(lambda r: ROOMS in r.report["rooms"])

    # Now it is known what answers there, and nothing else passes but leaving.
    for stanza in (
        JOIN.format("again", "j3", ""),
        f"<message to='tea@{ROOMS}/bob' type='chat' id='j3'><body>psst</body></message>",
        f"<iq to='tea@{ROOMS}' type='get' id='j3'><query xmlns='urn:test'/></iq>",
        f"<presence to='tea@{ROOMS}' type='subscribe' id='j3'/>",
    ):
        alice.forget()
        alice.send(stanza)
        assert 'code="group-chat"' in ET.tostring(alice.wait(lambda s: s.get("id") == "j3"), "unicode")
    alice.forget()
    alice.send(f"<presence to='tea@{ROOMS}/again' type='unavailable' id='j4'/>")
    alice.send(f"<presence to='tea@{ROOMS}' type='unsubscribe' id='j5'/>")
    settle(alice)
    room_goes_on(in_the_room, "second")
    assert not alice.has("federation-control")
    assert not in_the_room.has("psst")
    # People of the same partner are as near as ever.
    alice.send(f"<message to='{in_the_room.full}' type='chat' id='j6'><body>still here</body></message>")
    in_the_room.find("still here")


def directed(alice: Person, domain: str, mark: str, type_: str = "") -> None:
    kind = f" type='{type_}'" if type_ else ""
    alice.send(f"<presence to='x@{domain}/desk' id='{mark}'{kind}><status>{mark}</status></presence>")


def test_presence_to_people_waits_for_the_answer_and_goes_on_in_order(
    outside: Prosody, gateway: Prosody, sign_in: Callable[..., Person]
) -> None:
    alice, there = sign_in(gateway, "alice@contoso.test"), Component(outside.component, SILENT[0], "")
    directed(alice, SILENT[0], "here")
    directed(alice, SILENT[0], "gone", "unavailable")
    there.wait(lambda: there.question is not None)
    assert "here" not in there.got
    there.category = "server"
    there.answer()
    there.wait(lambda: "gone" in there.got)
    assert [mark for mark in there.got if mark in {"here", "gone"}] == ["here", "gone"]
    there.close()


def words(to: str, mark: str) -> str:
    return f"<message to='{to}' type='chat' id='{mark}'><body>{mark}</body></message>"


def arrived(there: Component, *marks: str) -> list[str]:
    """Those of the marks that arrived, in order."""
    return [mark for mark in there.got if mark in marks]


def test_what_is_said_to_the_same_address_stays_behind_the_presence_that_waits(
    outside: Prosody, gateway: Prosody, sign_in: Callable[..., Person]
) -> None:
    alice, domain = sign_in(gateway, "alice@contoso.test"), SILENT[3]
    there = Component(outside.component, domain, "")
    directed(alice, domain, "here")
    alice.send(words(f"x@{domain}", "said"))
    alice.send(f"<iq to='x@{domain}/desk' type='get' id='asked'><query xmlns='urn:test'/></iq>")
    alice.send(words(f"y@{domain}/desk", "to-another"))
    there.wait(lambda: "to-another" in there.got and there.question is not None)
    assert not arrived(there, "here", "said", "asked")
    there.category = "server"
    there.answer()
    there.wait(lambda: "asked" in there.got)
    assert arrived(there, "here", "said", "asked") == ["here", "said", "asked"]
    there.close()


def test_of_who_signs_out_meanwhile_arrives_what_he_said_and_that_he_left(
    outside: Prosody, gateway: Prosody, sign_in: Callable[..., Person]
) -> None:
    alice, domain = sign_in(gateway, "alice@contoso.test"), SILENT[4]
    there = Component(outside.component, domain, "")
    directed(alice, domain, "here")
    alice.send(words(f"x@{domain}", "said"))
    directed(alice, domain, "gone", "unavailable")
    there.wait(lambda: there.question is not None)
    before = gateway.log().count("Client disconnected")
    alice.sign_out()
    until(lambda: gateway.log().count("Client disconnected") > before)
    assert not arrived(there, "here", "said", "gone")
    there.category = "server"
    there.answer()
    there.wait(lambda: "gone" in there.got)
    assert arrived(there, "here", "said", "gone") == ["said", "gone"]
    there.close()


def test_that_somebody_left_and_presence_to_a_contact_wait_for_no_answer(
    outside: Prosody, gateway: Prosody, sign_in: Callable[..., Person]
) -> None:
    """What does wait came before."""
    alice, domain = sign_in(gateway, "alice@contoso.test"), SILENT[5]
    there = Component(outside.component, domain, "")
    alice.go_online("<status>mine</status>")
    alice.send(f"<presence to='x@{domain}' type='subscribed' id='early'/>")  # before she is asked
    settle(alice)
    there.send(f"<presence from='x@{domain}' to='alice@contoso.test' type='subscribe' id='may-i'/>")
    there.wait(lambda: there.question is not None)
    alice.send(f"<presence to='z@{domain}/desk' id='waits'/>")
    there.send(f"<presence from='x@{domain}/desk' to='alice@contoso.test' type='probe' id='probe'/>")
    alice.send(f"<presence to='y@{domain}/desk' type='unavailable' id='left'/>")

    def shown() -> bool:
        found = [each for those in there.got.values() for each in those]
        return any(each.get("to") == f"x@{domain}/desk" and each.get("type") is None for each in found)

    there.wait(lambda: "left" in there.got and shown())
    assert "waits" not in there.got
    there.wait(lambda: "waits" in there.got)
    there.close()


def test_what_waits_for_an_answer_goes_on_when_the_stream_of_the_question_ends(
    panel: Panel, outside: Prosody, gateway: Prosody, sign_in: Callable[..., Person]
) -> None:
    alice, domain = sign_in(gateway, "alice@contoso.test"), SILENT[6]
    there = Component(outside.component, domain, "")
    directed(alice, domain, "here")
    there.wait(lambda: there.question is not None)
    # The stream may not be any more what it was, so it is closed.
    panel.commit(fabrikam(domains=["fabrikam.test", ROOMS, *SILENT], methods=("dialback-tls",)))
    there.wait(lambda: "here" in there.got)
    there.close()


def test_no_answer_means_people_and_a_late_one_counts_from_then_on(
    outside: Prosody, gateway: Prosody, sign_in: Callable[..., Person], panel: Panel
) -> None:
    alice, there = sign_in(gateway, "alice@contoso.test"), Component(outside.component, SILENT[1], "")
    alice.go_online()
    directed(alice, SILENT[1], "here")
    there.wait(lambda: "here" in there.got)
    there.category = "conference"
    there.answer()
    there.wait(lambda: any(e.get("type") == "unavailable" for found in there.got.values() for e in found))
    panel.wait_for(lambda r: SILENT[1] in r.report["rooms"])
    directed(alice, SILENT[1], "late")
    told = alice.wait(lambda s: s.get("id") == "late")
    assert 'code="group-chat"' in ET.tostring(told, "unicode")
    there.close()


def test_what_comes_from_a_domain_of_rooms_is_refused_once_it_is_known(
    outside: Prosody, gateway: Prosody, sign_in: Callable[..., Person], panel: Panel
) -> None:
    alice, there = (
        sign_in(gateway, "alice@contoso.test"),
        Component(outside.component, SILENT[2], "conference"),
    )
    alice.go_online()

    def send(mark: str) -> None:
        there.send(
            f"<message from='x@{SILENT[2]}/y' to='{alice.full}' type='chat' id='{mark}'>"
            f"<body>{mark}</body></message>"
        )

    send("before")
    panel.wait_for(lambda r: SILENT[2] in r.report["rooms"])
    send("after")
    there.wait(lambda: "after" in there.got)  # as for nobody
    settle(alice)
    assert not alice.has(">after<")
    there.close()
