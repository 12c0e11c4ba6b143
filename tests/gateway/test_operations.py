"""What an administrator of the server sees: a log line for each refusal, figures, commands of the shell."""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.gateway.clients import say, settle
from tests.gateway.conftest import INSIDE, gateway_options
from tests.gateway.lua import run
from tests.gateway.servers import AS_NOBODY, Prosody, free_ports, program
from tests.waiting import until

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.gateway.clients import Person
    from tests.gateway.servers import Authority, Dns
    from tests.gateway.standin import Panel


@pytest.fixture(scope="module")
def http() -> int:
    (port,) = free_ports(1)
    return port


@pytest.fixture(scope="module")
def gateway(ground: Path, dns: Dns, ca: Authority, panel: Panel, http: int) -> Iterator[Prosody]:
    folder = Path(tempfile.mkdtemp(prefix="operations-", dir=ground))
    folder.chmod(0o755)
    options = gateway_options(panel.port, federation_control_max_age="1 day")
    options = options.replace('"smacks"', '"smacks", "http_openmetrics", "admin_shell"')
    options += f"""
        statistics = "internal"; statistics_interval = "manual"; http_ports = {{ {http} }}
        https_ports = {{}}; openmetrics_allow_ips = {{ "127.0.0.1" }}
        admin_socket = "{folder}/data/prosody.sock"
    """
    server = Prosody(folder, dns, ca, INSIDE, options)
    try:
        server.start()
        panel.in_force()
        yield server
    finally:
        server.stop()


def figures(port: int) -> dict[str, float]:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=20) as answer:
        lines = answer.read().decode().splitlines()
    found = (re.fullmatch(r"prosody_mod_federation_control_+(\S+) (\S+)", line) for line in lines)
    return {each[1]: float(each[2]) for each in found if each}


def test_a_refusal_is_a_line_in_the_log_and_a_figure(
    panel: Panel, gateway: Prosody, outside: Prosody, http: int, sign_in: Callable[..., Person]
) -> None:
    dave, alice = sign_in(gateway, "dave@contoso.test"), sign_in(gateway, "alice@contoso.test")
    bob = sign_in(outside, "bob@fabrikam.test")
    refused = 'refused_total{code="policy-xmpp-off",direction="outbound"}'
    before = figures(http).get(refused, 0)
    for number in range(3):
        say(dave, bob, f"secret-words-{number}")
    say(alice, bob, "hello")
    bob.find(">hello<")
    settle(dave)
    line = "Refused outbound, here dave@contoso.test, there bob@fabrikam.test, message-chat: policy-xmpp-off"
    assert f"\tinfo\t{line}" in gateway.log()
    passed = "\tdebug\tPassed outbound, here alice@contoso.test, there bob@fabrikam.test, message-chat"
    assert passed in gateway.log()
    assert "secret-words-" not in "".join(
        each for each in gateway.log().splitlines() if "federation_control" in each
    )
    found = figures(http)
    assert found[refused] == before + 3
    assert found['passed_total{direction="outbound"}'] >= 1
    assert found["revision"] == panel.revision
    assert found["panel_silence_seconds"] < 60
    assert found["waiting"] == 0


def test_refusals_are_lines_in_the_log_however_long_the_panel_is_away(
    panel: Panel, gateway: Prosody, sign_in: Callable[..., Person]
) -> None:
    dave, asked = sign_in(gateway, "dave@contoso.test"), len(panel.requests)
    panel.fault = lambda _request: (500, b"")
    try:
        for number in range(200):  # as many as a report holds
            dave.send(f"<message to='u{number}@fabrikam.test' type='chat'><body>x</body></message>")
        settle(dave)
        panel.wait_for(lambda r: r.report_only, after=asked)

        def is_told() -> bool:
            dave.send("<message to='one.more@fabrikam.test' type='chat'><body>x</body></message>")
            settle(dave)
            return "there one.more@fabrikam.test, message-chat: policy-xmpp-off" in gateway.log()

        until(is_told)
    finally:
        panel.fault = None
    panel.in_force(after=len(panel.requests))


def test_a_reload_of_the_module_brings_streams_back(
    panel: Panel, gateway: Prosody, outside: Prosody, http: int, sign_in: Callable[..., Person]
) -> None:
    alice, bob = sign_in(gateway, "alice@contoso.test"), sign_in(outside, "bob@fabrikam.test")
    dave = sign_in(gateway, "dave@contoso.test")
    say(alice, bob, "before")
    bob.find(">before<")
    asked = len(panel.requests)
    assert "Module reloaded" in shell(gateway, 'module:reload("federation_control", "*")')
    panel.in_force(after=asked)
    say(dave, bob, "refused")
    dave.wait(lambda s: s.get("id") == "refused" and s.get("type") == "error")
    say(alice, bob, "after")
    bob.find(">after<")
    assert not bob.has(">refused<")
    say(bob, alice, "back")
    alice.find(">back<")
    assert figures(http)["revision"] == panel.revision


def shell(gateway: Prosody, command: str) -> str:
    """What the admin shell says to a command."""
    control = program()
    if control == "prosody":
        control = "prosodyctl"
    else:  # the unpacked one, told where it is, as prosody13.sh does with the server
        script, inner = Path(control), Path(control).parent / "root/usr/bin/prosodyctl"
        found = re.sub(r"(?m)^(CFG_\w+DIR)='/usr", r"\1=os.getenv('UNPACKED_ROOT')..'/usr", inner.read_text())
        inner.write_text(found)
        control = str(script.with_name("prosodyctl"))
        Path(control).write_text(script.read_text().replace('usr/bin/prosody"', 'usr/bin/prosodyctl"'))
        Path(control).chmod(0o755)
    words = [control, "--config", str(gateway.folder / "prosody.cfg.lua"), "shell", command]
    if os.geteuid() == 0:
        words = [*AS_NOBODY, *words]
    environment = {**os.environ, "HOME": str(gateway.folder)}
    done = subprocess.run(
        words, capture_output=True, text=True, check=False, cwd=gateway.folder, env=environment, timeout=60
    )
    return done.stdout + done.stderr


def test_the_shell_says_what_is_in_force_and_why_somebody_may_not_write(
    panel: Panel, gateway: Prosody, outside: Prosody, sign_in: Callable[..., Person]
) -> None:
    dave, bob = sign_in(gateway, "dave@contoso.test"), sign_in(outside, "bob@fabrikam.test")
    say(dave, bob, "words")
    settle(dave)
    status = shell(gateway, "federation:status()")
    assert f"Revision {panel.revision} in force since 20" in status
    assert (
        "outbound, here dave@contoso.test, there bob@fabrikam.test, message-chat: policy-xmpp-off" in status
    )
    asked = shell(gateway, 'federation:why("dave@contoso.test", "bob@fabrikam.test")')
    assert "from dave@contoso.test to bob@fabrikam.test: policy-xmpp-off; back: policy-xmpp-off" in asked
    asked = shell(gateway, 'federation:why("Alice@CONTOSO.test", "bob@fabrikam.test")')
    assert "from alice@contoso.test to bob@fabrikam.test: allowed; back: allowed" in asked


@pytest.mark.parametrize(
    "value, seconds",
    [("3600", "3600"), ("1 day", "86400"), ("12 hours", "43200"), ("2 weeks", "1209600"), ("never", "nil")],
)
def test_a_period_is_seconds_or_words(value: str, seconds: str) -> None:
    assert run("period.lua", value).strip().removesuffix(".0") == seconds


@pytest.mark.parametrize("value", ["soon", "1 moon", "-5"])
def test_what_is_no_period_closes_the_module(value: str) -> None:
    assert "is no period" in run("period.lua", value)
