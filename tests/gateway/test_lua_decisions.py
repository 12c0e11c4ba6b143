"""The module decides as decisions/rules.py does: 100,000 random cases side by side."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

import pytest

from federation.decisions import rules
from federation.decisions.facts import Code, Direction, Facts, Kind, Partner, Policy, User
from federation.gateway import objects
from federation.partners.rules import PartnerType
from tests.gateway.lua import drive
from tests.gateway.standin import Panel

ORGANISATIONS, CASES = 50, 2000
MUC, MUC_USER, DIRECT = (
    "http://jabber.org/protocol/muc",
    "http://jabber.org/protocol/muc#user",
    "jabber:x:conference",
)
MIX = "urn:xmpp:mix:"


class Organisation:
    """A random one, as objects on the wire and as facts for the Python rules."""

    def __init__(self, dice: random.Random) -> None:
        self.edge = dice.random() < 0.8

        def flip(chance: float) -> bool:
            return dice.random() < chance

        def switches() -> dict[str, bool]:
            return {"federation": flip(0.8), "xmpp": flip(0.8)}

        self.default = switches()
        self.by_site: dict[int | None, dict[str, bool]] = {site: switches() for site in range(4) if flip(0.5)}
        self.own = {number: switches() for number in range(100, 106)}
        self.pools: dict[int, dict[str, Any]] = {
            number: {"site": dice.randrange(4), "survivable": flip(0.15)} for number in range(1, 7)
        }
        self.partners = {f"p{n}.test": dice.choice(list(PartnerType)) for n in range(6)}
        self.users: dict[str, dict[str, Any]] = {
            f"u{n}@contoso.test": {
                "enabled": flip(0.85),
                "pool": dice.choice([None, *self.pools]),
                "policy": dice.choice([None, None, *self.own]),
            }
            for n in range(40)
        }

    def objects(self) -> list[objects.Object]:
        made: list[objects.Object] = [
            objects.edge(federation=self.edge),
            objects.policy(1, **self.default, default=True),
        ]
        made += [
            objects.policy(10 + site, **on, site=site)
            for site, on in self.by_site.items()
            if site is not None
        ]
        made += [objects.policy(number, **on) for number, on in self.own.items()]
        made += [objects.pool(number, **pool) for number, pool in self.pools.items()]
        made += [objects.user(address, **user) for address, user in self.users.items()]
        made += [
            objects.partner(n, domains=[domain, f"also.{domain}"], type=kind.value, methods=["sasl-tls"])
            for n, (domain, kind) in enumerate(self.partners.items())
        ]
        return made

    def governing(self, user: dict[str, Any]) -> dict[str, bool]:
        if user["policy"] is not None:
            return self.own[user["policy"]]
        site = self.pools[user["pool"]]["site"] if user["pool"] else None
        return self.by_site.get(site, self.default)

    def user(self, address: str) -> User | None:
        user = self.users.get(address)
        if not user:
            return None
        on = self.governing(user)
        survivable = bool(user["pool"]) and self.pools[user["pool"]]["survivable"]
        return User(user["enabled"], Policy("some", on["federation"], on["xmpp"]), "pool", survivable)

    def partner(self, domain: str) -> Partner | None:
        primary = domain.removeprefix("also.")
        return Partner(primary, self.partners[primary]) if primary in self.partners else None


def case(dice: random.Random, organisation: Organisation) -> tuple[dict[str, Any], Facts]:
    here = dice.choice(
        [*organisation.users] * 3 + ["contoso.test", "nobody@contoso.test", "room@rooms.contoso.test"]
    )
    component = here.endswith("rooms.contoso.test")
    domain = dice.choice(["", "also."]) + f"p{dice.randrange(8)}.test"
    direction, kind, contact = dice.choice(list(Direction)), dice.choice(list(Kind)), dice.random() < 0.5
    name = "presence" if kind is Kind.ROOM_JOIN else kind.partition("-")[0]
    command = {"do": "decide", "here": here, "domain": domain, "inbound": direction is Direction.INBOUND}
    # Directed presence is available presence that has an address; on the wire they look alike.
    wire_kind = Kind.PRESENCE_AVAILABLE if kind is Kind.PRESENCE_DIRECTED else kind
    command |= {"kind": wire_kind.value, "contact": contact, "component": component, "name": name}
    rooms = command["rooms"] = dice.random() < 0.2
    facts = Facts(
        local=here,
        remote=f"x@{domain}",
        direction=direction,
        kind=kind,
        edge_on=organisation.edge,
        partner=organisation.partner(domain),
        user=None if component else organisation.user(here),
        contact=contact,
        component=component,
        remote_is_rooms=rooms,
    )
    return command, facts


def test_lua_and_python_agree_on_a_hundred_thousand_cases() -> None:
    dice = random.Random(20)
    commands: list[dict[str, Any]] = []
    expected: list[str] = []
    for _ in range(ORGANISATIONS):
        organisation = Organisation(dice)
        panel = Panel("gw")
        panel.commit(*organisation.objects())
        commands.append({"do": "forget"})
        commands.append({"do": "document", "body": panel.full().decode(), "size": 16384, "gateway": "gw"})
        expected += ["forgotten", f"1 {len(panel.objects)} {panel.header(0).hash}"]
        for _ in range(CASES):
            command, facts = case(dice, organisation)
            verdict = rules.decide(facts)
            decided = verdict.decided_by.code.value if verdict.decided_by else "allowed"
            commands.append(command)
            stripped = " stripped" if verdict.strip_status else ""
            expected.append(decided + stripped + (" emptied" if verdict.emptied else ""))
    answers = drive(commands)
    wrong = [(c, a, e) for c, a, e in zip(commands, answers, expected, strict=True) if a != e]
    assert wrong[:5] == []
    assert {answer.partition(" ")[0] for answer in answers} >= {code.value for code in list(Code)[:9]}


def test_kinds_that_no_rule_names_are_answered_alike() -> None:
    kinds = [kind for kind in Kind if kind is not Kind.PRESENCE_DIRECTED]
    named = drive([{"do": "named", "kind": kind.value} for kind in kinds])
    unnamed = [kind for kind, answer in zip(kinds, named, strict=True) if answer == "false"]
    assert {Kind.MESSAGE_CHAT, Kind.IQ_SET} < set(unnamed) < set(kinds)
    dice = random.Random(21)
    for _ in range(20):
        organisation = Organisation(dice)
        for _ in range(200):
            _, facts = case(dice, organisation)
            verdicts = [rules.decide(replace(facts, kind=kind)) for kind in unnamed]
            codes = {verdict.decided_by and verdict.decided_by.code for verdict in verdicts}
            assert len(codes) == 1, (facts, codes)


@pytest.mark.parametrize(
    "name, type_, children, kind",
    [
        ("message", None, [], Kind.MESSAGE_NORMAL),
        ("message", "unheard-of", [], Kind.MESSAGE_NORMAL),
        ("message", "chat", ["urn:other"], Kind.MESSAGE_CHAT),
        ("message", "groupchat", [], Kind.MESSAGE_GROUPCHAT),
        ("message", "error", [MUC_USER], Kind.MESSAGE_ERROR),
        ("message", None, [MUC_USER], Kind.ROOM_INVITATION_MEDIATED),
        ("message", "chat", [DIRECT], Kind.ROOM_INVITATION_DIRECT),
        ("presence", None, [], Kind.PRESENCE_AVAILABLE),
        ("presence", None, [MUC], Kind.ROOM_JOIN),
        ("presence", "unsubscribe", [MUC], Kind.PRESENCE_UNSUBSCRIBE),
        ("presence", "probe", [], Kind.PRESENCE_PROBE),
        ("iq", "set", [MUC], Kind.IQ_SET),
        ("iq", "result", [], Kind.IQ_RESULT),
        ("message", None, [MIX + "misc:0"], Kind.ROOM_INVITATION_CHANNEL),
        ("message", "chat", ["urn:other", MIX + "misc:1"], Kind.ROOM_INVITATION_CHANNEL),
        ("message", "error", [MIX + "misc:0"], Kind.MESSAGE_ERROR),
        ("iq", "set", [MIX + "pam:2"], Kind.ROOM_JOIN),
        ("iq", "set", [MIX + "core:1"], Kind.ROOM_JOIN),
        ("iq", "get", [MIX + "misc:0"], Kind.ROOM_JOIN),
        ("iq", "result", [MIX + "core:1"], Kind.IQ_RESULT),
        ("iq", "error", [MIX + "core:1"], Kind.IQ_ERROR),
        ("presence", None, [MIX + "presence:0"], Kind.ROOM_JOIN),
        ("presence", "unsubscribed", [MIX + "presence:0"], Kind.PRESENCE_UNSUBSCRIBED),
        ("message", "chat", ["urn:xmpp:mixed:0"], Kind.MESSAGE_CHAT),
        ("presence", "unheard-of", [], None),
        ("iq", None, [], None),
        ("db:verify", None, [], None),
    ],
)
def test_the_kind_of_a_stanza(name: str, type_: str | None, children: list[str], kind: Kind | None) -> None:
    assert drive([{"do": "kind", "name": name, "type": type_, "children": children}]) == [kind or "none"]
