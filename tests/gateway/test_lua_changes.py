"""While changes are applied, every answer is of the old revision or of the new one, never of a mixture."""

from __future__ import annotations

import random
from typing import Any

from federation.gateway import objects
from tests.gateway.lua import drive
from tests.gateway.standin import Panel

NAME = "gw.contoso.test"


def document(body: bytes) -> dict[str, Any]:
    return {"do": "document", "body": body.decode(), "size": 16384, "gateway": NAME}


def questions(addresses: list[str], domains: list[str]) -> list[dict[str, Any]]:
    facts = {"do": "decide", "kind": "message-chat", "name": "message", "inbound": False, "contact": False}
    return [{**facts, "here": address, "domain": domain} for address in addresses for domain in domains]


def seen(panel: Panel, since: int, old: bytes, asked: list[dict[str, Any]]) -> tuple[str, str]:
    """What is answered from before until after the changes; and what should be."""
    changes = {"do": "watch", "body": panel.changes(since).decode(), "gateway": NAME, "questions": asked}
    commands = [{"do": "forget"}, document(old), *asked, changes, *asked]
    commands += [{"do": "forget"}, document(panel.full()), *asked]
    answers, many = drive(commands), len(asked)
    before, watched, after, fresh = answers[2 : 2 + many], answers[2 + many], answers[-2 * many - 2 :], []
    after, fresh = after[:many], after[-many:]
    assert after == fresh
    phases = [before] if before == fresh else [before, fresh]
    return watched, " then ".join(",".join(phase) for phase in phases)


def test_nobody_is_allowed_in_between_whom_neither_revision_allows() -> None:
    panel = Panel(NAME)
    users = [f"user{number}@contoso.test" for number in range(50)]
    panel.commit(
        objects.edge(federation=True),
        objects.domain("contoso.test"),
        objects.partner(1, domains=["fabrikam.test"], type="federated", methods=["sasl-tls"]),
        objects.policy(2, federation=True, xmpp=False),
        objects.policy(3, federation=True, xmpp=False),
        *(objects.user(address, enabled=True, pool=None, policy=2) for address in users),
    )
    since, old = panel.revision, panel.full()
    # All leave policy 2 before it is switched on; the gateway learns of both at once.
    panel.commit(*(objects.user(address, enabled=True, pool=None, policy=3) for address in users))
    panel.commit(objects.policy(2, federation=True, xmpp=True))
    watched, expected = seen(panel, since, old, questions(users, ["fabrikam.test"]))
    assert watched == expected
    assert "allowed" not in watched


def random_object(dice: random.Random) -> objects.Object:
    def on() -> bool:
        return dice.random() < 0.6

    address = f"u{dice.randrange(30)}@{dice.choice(['contoso.test', 'sales.contoso.test'])}"
    number = dice.randrange(1, 4)
    return dice.choice(
        [
            objects.edge(federation=dice.random() < 0.9),
            objects.domain(dice.choice(["contoso.test", "sales.contoso.test"])),
            objects.policy(1, federation=on(), xmpp=on(), default=True),
            objects.policy(10 + number, federation=on(), xmpp=on(), site=number),
            objects.policy(100 + number, federation=on(), xmpp=on()),
            objects.pool(number, site=dice.randrange(1, 4), survivable=not on()),
            objects.partner(
                number, domains=[f"p{number}.test"], type="federated", methods=dice.choice([[], ["sasl-tls"]])
            ),
            *(
                objects.user(
                    address,
                    enabled=dice.random() < 0.9,
                    pool=dice.choice([None, number]),
                    policy=dice.choice([None, 100 + number]),
                )
                for _ in range(6)
            ),
        ]
    )


def random_commit(dice: random.Random, panel: Panel, size: int) -> None:
    puts = dict(random_object(dice) for _ in range(size))
    gone = tuple(key for key in panel.objects if dice.random() < 0.05 and key not in puts)
    panel.commit(*puts.items(), drop=gone)


def test_any_changes_switch_from_the_old_answers_to_the_new_at_once() -> None:
    dice = random.Random(11)
    people = [f"u{n}@{host}" for n in range(30) for host in ("contoso.test", "sales.contoso.test")]
    asked = questions(people, ["p1.test", "p2.test"])
    switched = 0
    for _ in range(25):
        panel = Panel(NAME)
        random_commit(dice, panel, 120)
        since, old = panel.revision, panel.full()
        for _ in range(dice.randrange(1, 5)):
            random_commit(dice, panel, dice.choice([1, 5, 20]))
        watched, expected = seen(panel, since, old, asked)
        assert watched == expected
        switched += " then " in watched
    assert switched > 10


def test_many_changes_one_after_the_other_lead_where_a_full_document_leads() -> None:
    dice = random.Random(13)
    panel = Panel(NAME)
    random_commit(dice, panel, 120)
    people = [f"u{n}@contoso.test" for n in range(30)]
    asked = questions(people, ["p1.test", "p2.test"])
    commands = [document(panel.full())]
    for _ in range(40):
        random_commit(dice, panel, 8)
        commands.append(document(panel.changes(panel.revision - 1)))
    commands += [*asked, {"do": "forget"}, document(panel.full()), *asked]
    answers, many = drive(commands), len(asked)
    assert answers[41 : 41 + many] == answers[-many:]
    assert not [answer for answer in answers[:41] if not answer[0].isdigit()]
