"""A stranger's flood from a public unverified partner: looking people up on disk has a budget."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

from federation.gateway import objects
from tests.gateway.bench_gateway import GC, LAG, Pinger
from tests.gateway.byhand import Domain, Stream
from tests.gateway.clients import say
from tests.gateway.conftest import INSIDE, gateway_options, organisation
from tests.gateway.servers import Prosody, encoded
from tests.gateway.standin import Panel
from tests.waiting import PATIENCE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.gateway.clients import Person
    from tests.gateway.servers import Authority, Dns

VICTIMS, CONTACTS = 150, 500
FRIEND = "friend@flood.test"


class World(NamedTuple):
    """Our gateway, many who are offline with long contact lists, and a stream from the flood's domain."""

    panel: Panel
    server: Prosody
    stream: Stream

    def flood(self) -> None:
        """Everybody gets a message from an address of its own; the last one is from a friend of the last."""
        senders = [f"x{number}@flood.test" for number in range(VICTIMS - 1)] + [FRIEND]
        for number, sender in enumerate(senders):
            to = f"victim{number}@contoso.test"
            self.stream.send(f"<message from='{sender}' to='{to}'><body>buy</body></message>")

    def counters(self, told: Callable[[int, int], bool]) -> None:
        """Waits until the gateway tells so many refused and passed."""
        self.panel.wait_for(
            lambda r: told(
                r.report["counters"]["refused"].get("contact-required", 0),
                r.report["counters"]["passed"]["inbound"],
            ),
            PATIENCE * 4,
        )


@pytest.fixture
def world(ground: Path, dns: Dns, ca: Authority) -> Iterator[World]:
    folder = Path(tempfile.mkdtemp(prefix="flood-", dir=ground))
    folder.chmod(0o755)
    panel, domain = Panel(), Domain("flood.test")
    dns.ports["flood.test"] = domain.port
    victims = [
        objects.user(f"victim{n}@contoso.test", enabled=True, pool=1, policy=None) for n in range(VICTIMS)
    ]
    partner = objects.partner(7, domains=["flood.test"], type="public-unverified", methods=["dialback-tcp"])
    panel.commit(*organisation(), partner, *victims)
    with panel.serving():
        options = gateway_options(panel.port).replace(
            '"federation_control" }', '"federation_control", "lag" }'
        )
        server = Prosody(folder, dns, ca, INSIDE, options + GC)
        (folder / "modules/mod_lag.lua").write_text(LAG)
        server.log_level = "info"
        fill(folder / "data" / encoded("contoso.test") / "roster")
        try:
            server.start()
            panel.in_force()
            stream = Stream(server.s2s, "flood.test")
            stream.open()
            stream.send("<db:result from='flood.test' to='contoso.test'>key</db:result>")
            stream.find("type='valid'")
            yield World(panel, server, stream)
            stream.close()
        finally:
            server.stop()
            domain.close()
            shutil.rmtree(folder, ignore_errors=True)


def fill(rosters: Path) -> None:
    rosters.mkdir()
    addresses = [f"person{number}@fabrikam.test" for number in range(CONTACTS)] + [FRIEND]
    items = "".join(f'["{address}"] = {{ ["subscription"] = "both" }};\n' for address in addresses)
    for number in range(VICTIMS):
        (rosters / f"victim{number}.dat").write_text(f"return {{ {items} }};\n")


def test_a_flood_waits_while_others_talk_and_loses_nothing(
    world: World, outside: Prosody, sign_in: Callable[..., Person]
) -> None:
    alice, bob = sign_in(world.server, "alice@contoso.test"), sign_in(outside, "bob@fabrikam.test")
    say(bob, alice, "before")
    alice.find(">before<")
    pauses = Pinger(world.server.folder)
    pauses.since()
    world.flood()
    say(bob, alice, "meanwhile")
    alice.find(">meanwhile<")
    assert "victim100@" not in world.server.log()
    world.counters(lambda refused, passed: refused == VICTIMS - 1 and passed >= 3)
    assert pauses.longest() < 100  # ms of its own time: a dozen lists, of which it read all that had come


def test_what_waits_is_judged_by_the_rules_in_force_when_the_wait_is_over(world: World) -> None:
    world.flood()  # which takes a second at least; the commit is in force long before
    friend = objects.user(f"victim{VICTIMS - 1}@contoso.test", enabled=False, pool=1, policy=None)
    world.panel.commit(friend)
    told = world.panel.wait_for(
        lambda r: r.report["counters"]["refused"].get("user-disabled", 0) == 1, PATIENCE * 4
    )
    assert told.report["counters"]["refused"]["contact-required"] == VICTIMS - 1
    assert told.report["counters"]["passed"]["inbound"] == 0
