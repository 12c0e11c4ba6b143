"""What tests of faults share: a gateway of their own, and what Alice can do there."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest

from tests.gateway.conftest import INSIDE, gateway_options, organisation
from tests.gateway.servers import Prosody
from tests.gateway.standin import Panel
from tests.waiting import PATIENCE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.gateway.clients import Person
    from tests.gateway.servers import Authority, Dns


@pytest.fixture
def panel() -> Panel:
    """Not serving yet."""
    made = Panel()
    made.commit(*organisation())
    with made.serving():
        pass
    return made


@pytest.fixture
def made(ground: Path, dns: Dns, ca: Authority, panel: Panel) -> Iterator[Prosody]:
    """A gateway that is not started yet."""
    folder = Path(tempfile.mkdtemp(prefix="fault-", dir=ground))
    folder.chmod(0o755)
    server = Prosody(folder, dns, ca, INSIDE, gateway_options(panel.port))
    yield server
    server.stop()


@pytest.fixture
def says(made: Prosody, outside: Prosody, sign_in: Callable[..., Person]) -> Callable[[], str]:
    """Alice writes to Bob: "delivered", or the code that refused."""
    number = iter(range(100))

    def says() -> str:
        alice, bob = sign_in(made, "alice@contoso.test"), sign_in(outside, "bob@fabrikam.test")
        mark = f"m{next(number)}"
        alice.send(f"<message to='{bob.full}' type='chat' id='{mark}'><body>{mark}</body></message>")
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            if bob.has(f">{mark}<"):
                return "delivered"
            for stanza in list(alice.got):
                if stanza.get("id") == mark and stanza.get("type") == "error":
                    refused = stanza.find(".//{urn:federation-control:1}refused")
                    return str(refused.get("code")) if refused is not None else ET.tostring(stanza, "unicode")
            time.sleep(0.01)
        return "nothing"

    return says
