"""Two gateways serve one domain: what one says of itself by dialback, the other confirms."""

from __future__ import annotations

import json
import stat
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

from federation.gateway import objects
from federation.gateway.sealing import Purpose, seal
from federation.gateway.secret import sealing_key
from tests.gateway.conftest import gateway_options, organisation, settings
from tests.gateway.faults.signs import alarmed, calm
from tests.gateway.servers import Prosody
from tests.gateway.standin import SECRET, Panel
from tests.waiting import PATIENCE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.gateway.clients import Person
    from tests.gateway.servers import Authority, Dns

HOSTS = {"contoso.test": ("alice",)}
PARTNER = "dial.test"
LAX = """
    modules_enabled = { "roster", "saslauth", "tls", "dialback", "disco", "ping", "posix" }
    s2s_require_encryption = false; s2s_secure_auth = false; s2s_timeout = 3
"""
FIRST, SECOND = "2026-11-24T10:00:00.000001Z", "2026-11-24T10:00:00.000002Z"


class Pair(NamedTuple):
    """Two gateways of contoso.test, each with a panel of its own. Its SRV record leads to the second."""

    panels: tuple[Panel, Panel]
    servers: tuple[Prosody, Prosody]


def give(panel: Panel, made_at: str, secret: str, *, key: str = SECRET) -> None:
    """Let the gateway of ``panel`` use a dialback secret."""
    told = json.dumps({"id": made_at, "secret": secret}).encode()
    panel.dialback = seal(told, key=sealing_key(key), gateway=panel.gateway, purpose=Purpose.DIALBACK)
    panel.commit(settings(dialback=made_at))


def uses(panel: Panel, made_at: str) -> None:
    panel.wait_for(lambda request: request.report.get("dialback") == made_at)


def close_streams(panel: Panel) -> None:
    """So that the next message is authenticated anew."""
    partner = objects.partner(9, domains=[PARTNER], type="federated", methods=["dialback-tls"])
    panel.commit(drop=("partner:9",))
    panel.in_force()
    panel.wait_for(lambda r: not [s for s in r.report["streams"] if s["remote"] == PARTNER])
    panel.commit(partner)
    panel.in_force()


@pytest.fixture
def pair(ground: Path, dns: Dns, ca: Authority) -> Iterator[Pair]:
    panels = Panel("gw1.contoso.test"), Panel("gw2.contoso.test")
    made = []
    for panel in panels:
        panel.commit(*organisation())
        with panel.serving():
            pass
        folder = Path(tempfile.mkdtemp(prefix="dialback-", dir=ground))
        folder.chmod(0o755)
        made.append(Prosody(folder, dns, ca, HOSTS, gateway_options(panel.port, panel.gateway)))
    try:
        with panels[0].serving(), panels[1].serving():
            for panel, server in zip(panels, made, strict=True):
                server.start()
                panel.in_force()
            yield Pair(panels, (made[0], made[1]))
    finally:
        for server in made:
            server.stop()


@pytest.fixture(scope="module")
def partner(ground: Path, dns: Dns, ca: Authority) -> Iterator[Prosody]:
    """A server that asks back who says to be contoso.test."""
    server = Prosody(ground / PARTNER, dns, ca, {PARTNER: ("bob",)}, LAX)
    try:
        yield server.start()
    finally:
        server.stop()


@pytest.fixture
def passes(pair: Pair, partner: Prosody, sign_in: Callable[..., Person]) -> Callable[[], bool]:
    """Whether a message from the first gateway arrives, by a fresh stream."""

    def passes() -> bool:
        for panel in pair.panels:
            close_streams(panel)
        alice = sign_in(pair.servers[0], "alice@contoso.test")
        bob = sign_in(partner, f"bob@{PARTNER}")
        bob.go_online()
        alice.send(f"<message to='{bob.full}' id='n1' type='chat'><body>through</body></message>")
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            if bob.has(">through<"):
                return True
            if any(s.get("id") == "n1" and s.get("type") == "error" for s in list(alice.got)):
                return False
            time.sleep(0.01)
        raise AssertionError("neither arrived nor refused")

    return passes


def test_two_gateways_of_one_domain_confirm_each_other_with_the_secret_of_the_panel(
    pair: Pair, passes: Callable[[], bool]
) -> None:
    assert not passes(), "each makes its own"
    for panel in pair.panels:
        give(panel, FIRST, "of-both")
        uses(panel, FIRST)
    assert passes()

    give(pair.panels[1], SECOND, "of-the-second-only")
    uses(pair.panels[1], SECOND)
    assert not passes()
    give(pair.panels[0], SECOND, "of-the-second-only")
    uses(pair.panels[0], SECOND)
    assert passes()


def test_it_outlives_a_restart_without_the_panel(pair: Pair, passes: Callable[[], bool]) -> None:
    for panel in pair.panels:
        give(panel, FIRST, "of-both")
        uses(panel, FIRST)
    for panel, server in zip(pair.panels, pair.servers, strict=True):
        file = server.folder / "data/federation_control/dialback"
        assert json.loads(file.read_text()) == {"id": FIRST, "secret": "of-both"}
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        panel.unsealable = 503
        server.stop()
        server.start()
        uses(panel, FIRST)
    assert passes()


RELOADING = """
module:add_timer(1, function ()
    local modules = require "core.modulemanager";
    prosody.reload_config();
    assert(modules.unload(module.host, "dialback"));
    assert(modules.load(module.host, "dialback"));
    module:log("info", "reloaded by the test");
end);
"""


def test_a_reload_of_the_configuration_forgets_nothing(
    pair: Pair, passes: Callable[[], bool], tmp_path: Path
) -> None:
    """Even when it makes a host load its modules again."""
    (tmp_path / "reloading.lua").write_text(RELOADING)
    for panel, server in zip(pair.panels, pair.servers, strict=True):
        give(panel, FIRST, "of-both")
        uses(panel, FIRST)
        server.stop()
        server.with_module("test_reloading", tmp_path / "reloading.lua", on="contoso.test")
        server.start()
        panel.in_force()
        deadline = time.monotonic() + PATIENCE
        while "reloaded by the test" not in server.log():
            assert time.monotonic() < deadline
            time.sleep(0.02)
    assert passes()


def unsealable(panel: Panel) -> str:
    panel.unsealable = 503
    give(panel, SECOND, "another")
    return "dialback-not-fetched"


def foreign(panel: Panel) -> str:
    give(panel, SECOND, "another", key="2.of-another-gateway")
    return "dialback-refused"


@pytest.mark.parametrize("fault", [unsealable, foreign])
def test_what_cannot_be_had_or_opened_leaves_the_last_one_in_use(
    pair: Pair, fault: Callable[[Panel], str]
) -> None:
    panel = pair.panels[0]
    give(panel, FIRST, "of-both")
    uses(panel, FIRST)
    panel.wait_for(alarmed(fault(panel)))
    assert panel.requests[-1].report["dialback"] == FIRST
    panel.unsealable = 0
    give(panel, FIRST, "of-both")
    panel.wait_for(calm)


def test_the_rules_on_disk_hold_no_secret(pair: Pair) -> None:
    give(pair.panels[0], FIRST, "a-very-secret-secret")
    uses(pair.panels[0], FIRST)
    kept = pair.servers[0].folder / "data/federation_control"
    for name in ("state", "journal"):
        assert b"a-very-secret-secret" not in (kept / name).read_bytes()
    assert "a-very-secret-secret" not in pair.servers[0].log()
