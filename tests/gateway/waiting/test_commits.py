"""What waits for a stream is judged again by the rules in force when they change, and before it leaves."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from federation.gateway import objects
from tests.gateway.clients import settle
from tests.gateway.waiting.slow import LEAVERS, marks, message, refusal, slow_partner, user
from tests.waiting import until

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.gateway.byhand import Domain
    from tests.gateway.clients import Person
    from tests.gateway.servers import Prosody
    from tests.gateway.standin import Panel


@pytest.mark.parametrize("delay", [1, 10, 50])
def test_who_loses_access_meanwhile_is_told_and_the_rest_arrives_in_order(
    panel: Panel,
    gateway: Prosody,
    slow: Domain,
    sign_in: Callable[..., Person],
    queue: Callable[[Person, str], None],
    delay: int,
) -> None:
    alice = sign_in(gateway, "alice@contoso.test")
    people = {name: sign_in(gateway, f"{name}@contoso.test") for name in LEAVERS}
    began = time.monotonic()
    queue(alice, message("first"))
    for name, person in people.items():
        queue(person, message(name, "xml:lang='fr'"))
        queue(alice, message(f"after-{name}"))
    panel.commit(
        user("carl", policy=2),
        user("dora", enabled=False),
        user("fay", pool=2),
        drop=("user:ed@contoso.test",),
    )
    assert refusal(people["carl"], "carl") == ("forbidden", "policy-xmpp-off", "fr")
    assert refusal(people["dora"], "dora") == ("forbidden", "user-disabled", "fr")
    assert refusal(people["ed"], "ed") == ("forbidden", "user-unknown", "fr")
    assert refusal(people["fay"], "fay") == ("forbidden", "home-survivable", "fr")
    time.sleep(max(0.0, delay - (time.monotonic() - began)))  # how long the partner takes is what is tried
    slow.answers.set()
    until(lambda: "text of after-fay" in slow.heard)
    assert marks(slow) == ["first", "after-carl", "after-dora", "after-ed", "after-fay"]
    told = panel.wait_for(lambda r: r.have is not None and r.have.revision == panel.revision)
    assert not told.report["alarms"]


OFF_AND_ON = {
    "edge": (
        [objects.edge(federation=False)],
        [objects.edge(federation=True)],
        ("not-allowed", "edge-federation-off", "en"),
    ),
    "partner removed": ([], [slow_partner()], ("not-allowed", "partner-unknown", "en")),
    "policy changed": (
        [objects.policy(1, federation=True, xmpp=False, default=True)],
        [objects.policy(1, federation=True, xmpp=True, default=True)],
        ("forbidden", "policy-xmpp-off", "en"),
    ),
}


@pytest.mark.parametrize("slow_at", ["the header", "the dialback key"])
@pytest.mark.parametrize("what", OFF_AND_ON)
def test_wherever_the_partner_is_slow_nothing_leaves_that_a_commit_took_back(
    panel: Panel,
    gateway: Prosody,
    slow: Domain,
    sign_in: Callable[..., Person],
    queue: Callable[[Person, str], None],
    what: str,
    slow_at: str,
) -> None:
    off, on, answer = OFF_AND_ON[what]
    if slow_at == "the dialback key":
        slow.answers.set()
        slow.vouches.clear()
    alice = sign_in(gateway, "alice@contoso.test")
    queue(alice, message("out"))
    if slow_at == "the dialback key":
        until(lambda: "db:result" in slow.heard)
    panel.commit(*off, drop=() if off else ("partner:9",))
    assert refusal(alice, "out") == answer
    panel.commit(*on)
    panel.in_force()
    slow.answers.set()
    slow.vouches.set()
    alice.send(message("again").format(to="drop@slow.test"))
    until(lambda: "text of again" in slow.heard)
    assert marks(slow) == ["again"]


def test_of_several_commits_before_the_stream_stands_the_last_one_counts(
    panel: Panel,
    gateway: Prosody,
    slow: Domain,
    sign_in: Callable[..., Person],
    queue: Callable[[Person, str], None],
) -> None:
    alice, carl = sign_in(gateway, "alice@contoso.test"), sign_in(gateway, "carl@contoso.test")
    queue(alice, message("alice"))
    queue(carl, message("carl"))
    panel.commit(user("dora", policy=2))  # of nobody who waits
    panel.commit(user("carl", policy=2))
    assert refusal(carl, "carl")[1] == "policy-xmpp-off"
    panel.commit(user("carl"), user("alice", enabled=False))
    assert refusal(alice, "alice")[1] == "user-disabled"
    queue(carl, message("carl-again"))
    slow.answers.set()
    until(lambda: "text of carl-again" in slow.heard)
    # what was answered as refused does not leave after all
    assert marks(slow) == ["carl-again"]


def test_a_commit_at_the_moment_the_stream_stands_holds_for_what_waits(
    panel: Panel,
    gateway: Prosody,
    slow: Domain,
    sign_in: Callable[..., Person],
    queue: Callable[[Person, str], None],
) -> None:
    """Each stanza is either refused or arrives, and none after its sender was told that it was refused."""
    alice, carl = sign_in(gateway, "alice@contoso.test"), sign_in(gateway, "carl@contoso.test")
    for number in range(6):
        queue(carl, message(f"carl{number}"))
    slow.answers.set()
    panel.commit(user("carl", policy=2))
    alice.send(message("last").format(to="drop@slow.test"))
    until(lambda: "text of last" in slow.heard)
    panel.in_force()
    settle(carl)
    told = {s.get("id") for s in carl.seen() if s.get("type") == "error"}
    arrived = set(marks(slow)) - {"last"}
    assert told | arrived == {f"carl{number}" for number in range(6)}
    assert not told & arrived
