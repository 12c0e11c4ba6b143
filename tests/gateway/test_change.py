"""What a change cannot end is ended in another way or tried again, or nobody federates meanwhile."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

from tests.gateway.clients import presence, say
from tests.gateway.conftest import INSIDE, gateway_options, organisation
from tests.gateway.faults.signs import alarmed, calm
from tests.gateway.servers import Prosody
from tests.gateway.standin import Panel

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.gateway.clients import Person
    from tests.gateway.servers import Authority, Dns

FAILING = Path(__file__).with_name("mod_test_failing.lua")


class World(NamedTuple):
    """A gateway, people on both sides who have talked, and what makes it fail."""

    panel: Panel
    server: Prosody
    failing: Path
    alice: Person
    bob: Person
    paul: Person

    def fails(self, *points: str) -> None:
        self.failing.write_text(" ".join(points))

    def recovers(self) -> None:
        self.failing.unlink()

    def calm(self) -> None:
        """Until the gateway tells no alarm."""
        self.panel.wait_for(calm, after=len(self.panel.requests))

    def open_to(self) -> set[str]:
        """The domains with streams, in the last report."""
        return {stream["remote"] for stream in self.panel.requests[-1].report["streams"]}


@pytest.fixture
def world(
    ground: Path, dns: Dns, ca: Authority, outside: Prosody, sign_in: Callable[..., Person]
) -> Iterator[World]:
    folder = Path(tempfile.mkdtemp(prefix="failing-", dir=ground))
    folder.chmod(0o755)
    panel = Panel()
    panel.commit(*organisation())
    with panel.serving():
        options = gateway_options(panel.port, test_failing=str(folder / "failing"))
        server = Prosody(folder, dns, ca, INSIDE, options.replace('"carbons"', '"carbons", "test_failing"'))
        shutil.copy(FAILING, folder / "modules")
        try:
            server.start()
            panel.in_force()
            alice = sign_in(server, "alice@contoso.test")
            bob, paul = sign_in(outside, "bob@fabrikam.test"), sign_in(outside, "paul@public.test")
            for person in (alice, bob, paul):
                person.go_online()
            for person in (bob, paul):
                say(alice, person, "hello")
                person.find(">hello<")
            yield World(panel, server, folder / "failing", alice, bob, paul)
        finally:
            (folder / "failing").unlink(missing_ok=True)
            server.stop()


def refusal(person: Person, text: str) -> str:
    answer = person.wait(lambda s: s.get("id") == text and s.get("type") == "error")
    return str(answer.find(".//{urn:federation-control:1}refused").get("code"))  # type: ignore[union-attr]


def test_a_stream_that_cannot_be_closed_is_cut(world: World) -> None:
    world.fails("close")
    world.panel.commit(drop=("partner:1",))
    world.panel.wait_for(lambda r: not any(s["remote"] == "fabrikam.test" for s in r.report["streams"]))
    world.calm()
    assert "A stream cannot be closed: out of order: close" in world.server.log()
    say(world.alice, world.paul, "on")
    world.paul.find(">on<")


def test_where_a_stream_stays_open_nobody_federates_until_it_is_closed(world: World) -> None:
    world.fails("close", "cut")
    world.panel.commit(drop=("partner:1",))
    told = world.panel.wait_for(alarmed("change-failed"))
    assert told.report["status"] == "none"
    say(world.alice, world.paul, "refused")
    assert refusal(world.alice, "refused") == "no-snapshot"
    say(world.paul, world.alice, "in")
    world.recovers()
    world.calm()
    assert "fabrikam.test" not in world.open_to()
    say(world.alice, world.paul, "again")
    world.paul.find(">again<")
    assert not world.alice.has(">in<")
    assert not world.paul.has(">refused<")


def test_presence_that_could_not_be_withdrawn_is_withdrawn_later_and_others_are_served(world: World) -> None:
    world.alice.send(f"<presence to='{world.bob.full}'/>")
    world.bob.wait(presence(world.alice.full))
    world.bob.send(f"<presence to='{world.alice.full}'/>")
    world.alice.wait(presence(world.bob.full))
    world.fails("presence")
    world.panel.commit(drop=("partner:1",))
    told = world.panel.wait_for(alarmed("change-failed"))
    assert told.report["status"] == "live"
    say(world.alice, world.paul, "on")
    world.paul.find(">on<")
    world.recovers()
    world.alice.wait(presence(world.bob.full, "unavailable"))
    world.calm()
