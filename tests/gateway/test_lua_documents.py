"""The module reads documents as wire.py writes them, and believes nothing that is not whole and right."""

from __future__ import annotations

import random
from typing import Any

import pytest

from federation.gateway import objects, wire
from tests.gateway.lua import drive
from tests.gateway.standin import Panel

NAME = "gw.contoso.test"


def random_object(dice: random.Random) -> objects.Object:
    number = dice.randrange(1, 30)
    return dice.choice(
        [
            objects.edge(federation=dice.random() < 0.5),
            objects.domain(dice.choice(["contoso.test", "xn--bcher-kva.test"])),
            objects.policy(number, federation=dice.random() < 0.5, xmpp=dice.random() < 0.5),
            objects.policy(100 + number, federation=True, xmpp=True, site=dice.randrange(5)),
            objects.pool(number, site=dice.randrange(5), survivable=dice.random() < 0.2),
            objects.partner(
                number, domains=[f"d{dice.randrange(60)}.test"], type="federated", methods=["sasl-tls"]
            ),
            objects.user(f"ü{number}@contoso.test", enabled=dice.random() < 0.8, pool=number, policy=None),
            (f"novelty:{number}", {"unheard": ["of", None, 'with "quotes" \\ and é']}),
        ]
    )


def random_history(dice: random.Random, commits: int) -> Panel:
    panel = Panel(NAME)
    for _ in range(commits):
        puts = dict(random_object(dice) for _ in range(dice.randrange(1, 12)))
        gone = [key for key in panel.objects if dice.random() < 0.1 and key not in puts]
        panel.commit(*puts.items(), drop=tuple(gone))
    return panel


def read(body: bytes, size: int = 16384, gateway: str = NAME) -> dict[str, Any]:
    return {"do": "document", "body": body.decode(), "size": size, "gateway": gateway}


def expected(panel: Panel) -> str:
    head = panel.header(0)
    return f"{head.revision} {head.count} {head.hash}"


def test_changes_lead_to_the_same_state_as_the_full_document() -> None:
    dice = random.Random(5)
    commands, answers = [], []
    for _ in range(40):
        panel = random_history(dice, 3)
        commands += [{"do": "forget"}, read(panel.full(), dice.choice([1, 7, 16384]))]
        answers += ["forgotten", expected(panel)]
        for _ in range(5):
            since = panel.revision
            for _ in range(dice.randrange(1, 4)):
                panel.commit(*dict(random_object(dice) for _ in range(6)).items())
            commands.append(read(panel.changes(since), dice.choice([1, 5, 16384])))
            answers.append(expected(panel))
    assert drive(commands) == answers


def test_damaged_documents_are_refused_and_change_nothing() -> None:
    dice = random.Random(7)
    commands, good = [], []
    for _ in range(300):
        panel = random_history(dice, 3)
        commands += [{"do": "forget"}, read(panel.full())]
        since = panel.revision
        panel.commit(
            *dict(random_object(dice) for _ in range(6)).items(), objects.domain(f"n{dice.random()}.test")
        )
        body = panel.full() if dice.random() < 0.5 else panel.changes(since)
        commands += [read(damage(body, dice)), read(panel.changes(since))]
        good.append(expected(panel))
    answers = drive(commands)
    # Refused, and the right document applies after it as if nothing had been.
    assert {answer for answer in answers[2::4] if answer[0].isdigit()} == set()
    assert answers[3::4] == good


def damage(body: bytes, dice: random.Random) -> bytes:
    lines = body.split(b"\n")
    at = dice.randrange(1, len(lines) - 1)
    how = dice.randrange(6)
    if how == 0:
        return body[: dice.randrange(len(body))]
    if how == 1:
        return b"\n".join(lines[:at] + lines[at + 1 :])
    if how == 2:
        return b"\n".join([*lines[:at], lines[at], *lines[at:]])
    if how == 3:
        return body + lines[at] + b"\n"
    if how == 4:
        return b"\n".join([*lines[:at], lines[at].replace(b":", b";", 1), *lines[at + 1 :]])
    return b"\n".join([lines[0], *lines[at:], *lines[1:at]]).replace(b"true", b"false", 1) + b"\n"


def test_what_is_not_for_this_gateway_or_older_is_refused() -> None:
    panel = random_history(random.Random(1), 4)
    other = random_history(random.Random(2), 9)
    other.identity = "another-panel"
    older = wire.Header("the-panel", NAME, 3, "0" * 64, 0, 0)
    commands = [read(panel.full(), gateway="other.test"), read(panel.full()), read(other.full())]
    commands += [read(b"".join(wire.encode(older, []))), read(panel.changes(2)), read(panel.full())]
    answers = drive(commands)
    assert answers == ["foreign-gateway", expected(panel), "foreign-panel", "older", "gap", expected(panel)]


def test_objects_that_lack_what_decisions_read_are_corrupt() -> None:
    for key, value in (
        ("edge:global", {}),
        ("user:a@b.test", {"enabled": 1}),
        ("user:nobody", {"enabled": True}),
        ("pool:1", {"site": 1}),
        ("partner:1", {"domains": [], "methods": [], "type": "friendly"}),
    ):
        panel = Panel(NAME)
        panel.commit((key, value))
        assert drive([read(panel.full())]) == ["corrupt"], key


@pytest.mark.parametrize(
    "name",
    ["{}", "{:06}", "stu{:06}.student", "marie{}.martin", "a.very.long.beginning.{}.and.end", "{0}x{0}"],
)
def test_names_that_differ_only_somewhere_do_not_crowd_one_bucket(name: str) -> None:
    panel = Panel(NAME)
    panel.commit(
        *(
            objects.user(f"{name.format(n)}@contoso.test", enabled=True, pool=None, policy=None)
            for n in range(5000)
        )
    )
    # 65,536 buckets for 5,000 users: by chance four or five share one.
    assert int(drive([read(panel.full()), {"do": "crowded", "host": "contoso.test"}])[1]) <= 10
