"""Our gateway, and a partner that accepts connections and says nothing until it is told to."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.gateway.byhand import Domain
from tests.gateway.conftest import INSIDE, gateway_options
from tests.gateway.servers import Prosody
from tests.gateway.standin import Panel
from tests.gateway.waiting.slow import LEAVERS, MOST, everything, waiting
from tests.waiting import until

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.gateway.clients import Person
    from tests.gateway.servers import Authority, Dns


@pytest.fixture(scope="module")
def panel() -> Iterator[Panel]:
    made = Panel()
    made.commit(*everything())
    with made.serving():
        yield made


@pytest.fixture(scope="module")
def gateway(ground: Path, dns: Dns, ca: Authority, panel: Panel) -> Iterator[Prosody]:
    folder = Path(tempfile.mkdtemp(prefix="waiting-", dir=ground))
    folder.chmod(0o755)
    people = {**INSIDE, "contoso.test": (*INSIDE["contoso.test"], *LEAVERS)}
    server = Prosody(folder, dns, ca, people, gateway_options(panel.port, s2s_send_queue_size=MOST))
    try:
        server.start()
        panel.in_force()
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="module")
def partner(dns: Dns) -> Iterator[Domain]:
    """One for all tests: resolvers remember its port."""
    made = Domain("slow.test")
    dns.ports["slow.test"] = made.port
    yield made
    made.close()


@pytest.fixture
def slow(panel: Panel, gateway: Prosody, dns: Dns, partner: Domain) -> Iterator[Domain]:
    """The server of a partner, which accepts connections and says nothing until it is told to."""
    partner.answers.clear()
    partner.heard = ""
    yield partner
    partner.answers.set()
    partner.vouches.set()
    dns.direct.pop("slow.test", None)
    panel.commit(drop=("partner:9",))
    panel.wait_for(lambda r: not r.report["streams"], after=len(panel.requests))
    panel.commit(*everything())
    panel.in_force()


@pytest.fixture
def queue(gateway: Prosody) -> Callable[[Person, str], None]:
    """Sends a stanza and waits until it waits for a stream; what is put for ``{to}`` is the address there."""

    def queue(person: Person, xml: str) -> None:
        before = waiting(gateway)
        person.send(xml.format(to="drop@slow.test"))
        until(lambda: waiting(gateway) > before)

    return queue
