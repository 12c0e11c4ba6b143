"""What the module takes from Prosody undocumented: it stands in one file, is checked, closes what differs."""

from __future__ import annotations

import re
import shutil
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.gateway.clients import say
from tests.gateway.conftest import INSIDE, gateway_options, organisation
from tests.gateway.faults.signs import alarmed
from tests.gateway.servers import MODULE, Prosody
from tests.gateway.standin import Panel
from tests.waiting import PATIENCE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from federation.gateway.requests import Request
    from tests.gateway.clients import Person
    from tests.gateway.servers import Authority, Dns

SABOTEUR = Path(__file__).with_name("mod_test_saboteur.lua")

#: How the code names what is not documented. A comment may speak of it.
UNDOCUMENTED = re.compile(
    r"""
      \bprosody\.                                          # globals of the server
    | require\s*\(?\s*["'](?:prosody\.)?(?:core|net)\.     # its libraries
    | require\s*\(?\s*["'](?:prosody\.)?util\.(?:filters|smqueue|queue)\b
    | \bmodule:shared\b | ["']config-reloaded["']\s*, \s* \{
    | \.(?:s2sout|sendq|bare_sessions|full_sessions|core_\w+_stanza|rawsend|outgoing_stanza_queue)\b
    | \b(?:session|origin|stream|user)\.(?:hosts|direction|secure|destroyed|conn|roster|presence|directed
        |sends2s|external_auth|cert_\w+|incoming|outgoing|bounce_sendq|smacks\w*|dialback_\w+)\b
    | :socket\(\) | \bpausefor\b | \bsslctx\s*=\s*session
    """,
    re.VERBOSE,
)


def test_no_other_file_touches_what_is_not_documented() -> None:
    code = {path.name: re.sub(r"--[^\n]*", "", path.read_text()) for path in MODULE.glob("*.lua")}
    found = {name: sorted(set(UNDOCUMENTED.findall(text))) for name, text in code.items()}
    assert found.pop("internals.lib.lua")
    assert {name: touched for name, touched in found.items() if touched} == {}


@dataclass
class World:
    """Servers and people of one test; its panel is told by no other gateway."""

    ground: Path
    dns: Dns
    ca: Authority
    outside: Prosody
    sign_in: Callable[..., Person]

    @contextmanager
    def gateway(self, **options: str) -> Iterator[tuple[Panel, Prosody]]:
        """Our server, where the saboteur loads the module."""
        folder = Path(tempfile.mkdtemp(prefix="sabotaged-", dir=self.ground))
        folder.chmod(0o755)
        panel = Panel()
        panel.commit(*organisation())
        with panel.serving():
            lines = gateway_options(panel.port, **options)
            lines = lines.replace('"federation_control" }', '"test_saboteur" }')
            server = Prosody(folder, self.dns, self.ca, INSIDE, lines)
            shutil.copy(SABOTEUR, folder / "modules")
            try:
                yield panel, server.start()
            finally:
                server.stop()

    def people(self, server: Prosody) -> tuple[Person, Person]:
        return self.sign_in(server, "alice@contoso.test"), self.sign_in(self.outside, "bob@fabrikam.test")


@pytest.fixture
def world(ground: Path, dns: Dns, ca: Authority, outside: Prosody, sign_in: Callable[..., Person]) -> World:
    return World(ground, dns, ca, outside, sign_in)


def _refusal(alice: Person, text: str) -> str:
    answer = alice.wait(lambda s: s.get("id") == text and s.get("type") == "error")
    return str(answer.find(".//{urn:federation-control:1}refused").get("code"))  # type: ignore[union-attr]


def _told(panel: Panel) -> tuple[Request, str]:
    """The report that has the alarm, and what it says."""
    told = panel.wait_for(alarmed("internals"), after=0)
    (text,) = (each["text"] for each in told.report["alarms"] if each["code"] == "internals")
    return told, text


@pytest.mark.parametrize(
    "lacking",
    [
        "prosody.bare_sessions",
        "prosody.core_post_stanza",
        "host.s2sout",
        "core.configmanager.set",
        "core.s2smanager.destroy_session",
        "core.rostermanager.load_roster",
        "core.portmanager.get_active_services",
        "net.resolvers.service.new",
        "net.resolvers.manual.new",
        "util.filters.add_filter_hook",
    ],
)
def test_where_one_is_missing_nobody_federates_and_the_panel_is_told_which(
    world: World, lacking: str
) -> None:
    with world.gateway(test_lacks=lacking) as (panel, server):
        told, text = _told(panel)
        assert lacking.removeprefix("host.") in text
        assert told.report["status"] == "none"
        assert f"internals: {text}" in server.log()
        panel.in_force(after=0)  # the rules arrive, and nobody goes by them
        alice, bob = world.people(server)
        say(alice, bob, "out")
        assert _refusal(alice, "out") == "no-snapshot"
        say(bob, alice, "in")
        bob.wait(lambda s: s.get("id") == "in" and s.get("type") == "error", PATIENCE * 2)
        assert not alice.has(">in<")


@pytest.mark.parametrize("lacking", ["core.certmanager.create_context", "net.connect.connect"])
def test_where_the_panel_cannot_be_asked_either_nobody_federates_and_the_log_says_why(
    world: World, lacking: str
) -> None:
    with world.gateway(test_lacks=lacking) as (_panel, server):
        alice, bob = world.people(server)
        say(alice, bob, "out")
        alice.wait(lambda s: s.get("id") == "out" and s.get("type") == "error")
        assert f"internals: {lacking} is no function but nil" in server.log()


@pytest.mark.parametrize("lacking", ["hosts", "direction", "sends2s"])
def test_where_streams_differ_nobody_federates_from_the_first_one_on(world: World, lacking: str) -> None:
    with world.gateway(test_lacks=f"stream.{lacking}") as (panel, server):
        panel.in_force(after=0)
        alice, bob = world.people(server)
        say(alice, bob, "first")
        _, text = _told(panel)
        assert f"session.{lacking}" in text
        panel.wait_for(lambda r: r.report["status"] == "none" and not r.report["streams"], after=0)
        say(alice, bob, "second")
        assert _refusal(alice, "second") == "no-snapshot"
        assert not bob.has(">first<")


@pytest.mark.parametrize("version, alarms", [("14.0.0", {"server-unchecked"}), ("0.12.99", set())])
def test_an_unknown_version_is_told_at_start_and_one_of_another_series_to_the_panel(
    world: World, version: str, alarms: set[str]
) -> None:
    with world.gateway(test_version=version) as (panel, server):
        told = panel.in_force(after=0)
        assert {alarm["code"] for alarm in told.report["alarms"]} == alarms
        assert f"This module was not tried on Prosody {version}" in server.log()
        alice, bob = world.people(server)
        say(alice, bob, "hello")
        bob.find(">hello<")


def test_a_version_that_was_tried_is_not_told(panel: Panel, gateway: Prosody) -> None:
    assert not panel.in_force().report["alarms"]
    assert "was not tried on" not in gateway.log()
