"""A commit takes effect on what is already open: people who are online, and streams."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import pytest

from federation.gateway import objects
from tests.gateway.clients import presence, settle
from tests.gateway.conftest import fabrikam, organisation

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from federation.gateway.requests import Request
    from tests.gateway.clients import Person
    from tests.gateway.servers import Prosody
    from tests.gateway.standin import Panel

ALICE = "user:alice@contoso.test"


@pytest.fixture(autouse=True)
def as_before(panel: Panel) -> Iterator[None]:
    yield
    panel.fault = None
    panel.commit(*organisation())
    panel.in_force()


def alice_is(**changes: object) -> objects.Object:
    values = {"enabled": True, "pool": 1, "policy": None} | changes
    return objects.user("alice@contoso.test", **values)  # type: ignore[arg-type]


def streams_with(request: Request, domain: str) -> list[dict[str, Any]]:
    return [stream for stream in request.report["streams"] if stream["remote"] == domain]


@pytest.mark.parametrize(
    "revoked",
    [
        pytest.param([alice_is(policy=2)], id="another policy for the user"),
        pytest.param([alice_is(enabled=False)], id="the user disabled"),
        pytest.param([alice_is(pool=2)], id="the user moved to a survivable pool"),
        pytest.param([objects.policy(1, federation=True, xmpp=False, default=True)], id="the policy changed"),
        pytest.param([objects.edge(federation=False)], id="the edge off"),
    ],
)
def test_who_loses_access_goes_offline_and_who_regains_it_appears(
    panel: Panel, friends: tuple[Person, Person], revoked: list[objects.Object]
) -> None:
    alice, bob = friends
    alice.forget()
    bob.forget()
    panel.commit(*revoked)
    bob.wait(presence(alice.full, "unavailable"))
    alice.wait(presence(bob.full, "unavailable"))
    bob.forget()
    alice.forget()
    alice.go_online("<show>dnd</show>")
    bob.send(f"<message to='{alice.full}' id='late' type='chat'><body>late</body></message>")
    bob.wait(lambda s: s.get("id") == "late" and s.get("type") == "error")
    settle(alice, bob)
    assert not bob.has("dnd")
    assert not alice.has("late")
    panel.commit(*organisation())
    assert ET.tostring(bob.wait(presence(alice.full)), "unicode").count("dnd") == 1
    alice.wait(presence(bob.full))


def test_a_user_who_is_removed_from_the_directory_goes_offline(
    panel: Panel, friends: tuple[Person, Person]
) -> None:
    alice, bob = friends
    panel.commit(drop=(ALICE,))
    bob.wait(presence(alice.full, "unavailable"))


def test_a_removed_partner_loses_its_streams_and_sees_us_go(
    panel: Panel, friends: tuple[Person, Person], outside: Prosody
) -> None:
    alice, bob = friends
    panel.commit(drop=("partner:1",))
    bob.wait(presence(alice.full, "unavailable"))
    alice.wait(presence(bob.full, "unavailable"))
    panel.wait_for(lambda r: not streams_with(r, "fabrikam.test"))
    assert "policy-violation" in outside.log()
    alice.forget()
    alice.send(f"<message to='{bob.address}' id='m'><body>after</body></message>")
    assert "partner-unknown" in ET.tostring(alice.wait(lambda s: s.get("id") == "m"), "unicode")
    settle(alice, bob)
    assert not bob.has("after")
    panel.commit(fabrikam())
    bob.wait(presence(alice.full))


def test_a_partner_whose_record_gets_stricter_loses_streams_that_do_not_meet_it(
    panel: Panel, friends: tuple[Person, Person]
) -> None:
    panel.commit(fabrikam(methods=["dialback-tcp"]))
    panel.wait_for(lambda r: not streams_with(r, "fabrikam.test"))


def test_people_of_a_public_partner_see_no_status_note(panel: Panel, friends: tuple[Person, Person]) -> None:
    alice, bob = friends
    alice.go_online("<show>xa</show><status>seen by friends</status>")
    assert "seen by friends" in ET.tostring(bob.find("xa"), "unicode")
    panel.commit(fabrikam(type="public-verified"))
    panel.in_force()
    bob.forget()
    alice.go_online("<show>dnd</show><status>not for the public</status><status xml:lang='fr'>ni ça</status>")
    shown = ET.tostring(bob.find("dnd"), "unicode")
    assert "not for the public" not in shown
    assert "ni ça" not in shown
    # Alice's own client sees what she wrote.
    alice.find("not for the public")


def test_of_an_unverified_public_partner_only_contacts_get_through(
    gateway: Prosody, outside: Prosody, sign_in: Callable[..., Person], panel: Panel
) -> None:
    alice, paul = sign_in(gateway, "alice@contoso.test"), sign_in(outside, "paul@public.test")
    alice.go_online()
    paul.go_online()
    paul.send(f"<message to='{alice.address}' id='m1' type='chat'><body>stranger</body></message>")
    answer = paul.wait(lambda s: s.get("id") == "m1" and s.get("type") == "error")
    assert "service-unavailable" in ET.tostring(answer, "unicode")
    paul.send(f"<presence to='{alice.address}' type='subscribe' id='p1'/>")
    settle(paul, alice)
    assert not alice.has("paul@public.test")
    add = f"<item jid='{paul.address}'/>"
    alice.send(f"<iq type='set' id='add'><query xmlns='jabber:iq:roster'>{add}</query></iq>")
    alice.find("add")
    paul.send(f"<message to='{alice.address}' id='m2' type='chat'><body>known</body></message>")
    alice.find("known")
    alice.send(
        "<iq type='set' id='del'><query xmlns='jabber:iq:roster'>"
        f"<item jid='{paul.address}' subscription='remove'/></query></iq>"
    )
    alice.find("del")


def test_withdrawals_pass_whatever_the_policy_says(panel: Panel, friends: tuple[Person, Person]) -> None:
    alice, bob = friends
    panel.commit(alice_is(policy=2))
    bob.wait(presence(alice.full, "unavailable"))
    alice.send(f"<presence to='{bob.address}' type='unsubscribed'/>")
    bob.wait(presence(alice.address, "unsubscribed"))
    bob.send(f"<presence to='{alice.address}' type='unsubscribed'/>")
    alice.wait(presence(bob.address, "unsubscribed"))


def test_refusals_and_streams_reach_the_panel_within_seconds(
    panel: Panel, gateway: Prosody, outside: Prosody, sign_in: Callable[..., Person]
) -> None:
    dave = sign_in(gateway, "dave@contoso.test")
    dave.send(
        "<message to='bob@fabrikam.test' type='chat' id='r1' xml:lang='fr-CA'><body>non</body></message>"
    )
    answer = ET.tostring(dave.wait(lambda s: s.get("id") == "r1"), "unicode")
    assert "Votre stratégie d’accès externe n’autorise pas" in answer
    assert f'revision="{panel.revision}"' in answer
    told = panel.wait_for(lambda r: any(x["local"] == "dave@contoso.test" for x in r.report["refusals"]))
    refusal = next(x for x in told.report["refusals"] if x["local"] == "dave@contoso.test")
    refusal.pop("at")
    assert refusal == {
        "code": "policy-xmpp-off",
        "local": "dave@contoso.test",
        "remote": "bob@fabrikam.test",
        "direction": "outbound",
        "kind": "message-chat",
        "count": 1,
        "revision": panel.revision,
    }
    alice = sign_in(gateway, "alice@contoso.test")
    alice.send("<iq to='fabrikam.test' type='get' id='ping'><ping xmlns='urn:xmpp:ping'/></iq>")
    alice.find("ping")
    told = panel.wait_for(
        lambda r: any(s["direction"] == "outbound" for s in streams_with(r, "fabrikam.test"))
    )
    stream = next(s for s in streams_with(told, "fabrikam.test") if s["direction"] == "outbound")
    assert (stream["method"], stream["tls"], stream["certificate"]) == ("sasl-tls", "TLSv1.3", "valid")
