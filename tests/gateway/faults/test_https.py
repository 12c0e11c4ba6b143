"""Over HTTPS the gateway listens to the panel whose certificate it can check, and to nobody else."""

from __future__ import annotations

import ssl
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.gateway.conftest import gateway_options
from tests.gateway.servers import Authority
from tests.waiting import PATIENCE

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.gateway.servers import Dns, Prosody
    from tests.gateway.standin import Panel

HOST = "panel.test"


def context(authority: Authority, name: str = HOST, *, days: int = 30) -> ssl.SSLContext:
    """A server's side with a certificate for ``name``."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.TemporaryDirectory() as folder:
        authority.issue(Path(folder), "panel", [name], days=days)
        made.load_cert_chain(f"{folder}/panel.crt", f"{folder}/panel.key")
    return made


@pytest.fixture
def secure(made: Prosody, panel: Panel, dns: Dns, ca: Authority) -> Prosody:
    """The gateway, told to ask over HTTPS."""
    dns.ports[HOST] = panel.port
    made.extra = gateway_options(
        panel.port,
        federation_control_url=f"https://{HOST}:{panel.port}/gateway/exchange",
        federation_control_cafile=str(ca.file),
    )
    return made


def test_rules_come_over_https(panel: Panel, secure: Prosody, ca: Authority, says: Callable[[], str]) -> None:
    with panel.serving(tls=context(ca)):
        secure.start()
        panel.in_force()
        assert says() == "delivered"
        panel.commit(drop=("user:alice@contoso.test",))
        panel.in_force()
        assert says() == "user-unknown"


@pytest.mark.parametrize("fault", ["unknown authority", "another name", "over", "no TLS"])
def test_whoever_cannot_prove_to_be_the_panel_is_not_listened_to(
    panel: Panel, secure: Prosody, ca: Authority, says: Callable[[], str], fault: str, tmp_path: Path
) -> None:
    tls = {
        "unknown authority": context(Authority(tmp_path)),
        "another name": context(ca, "elsewhere.test"),
        "over": context(ca, days=-1),
        "no TLS": None,
    }[fault]
    with panel.serving(tls=tls):
        secure.start()
        deadline = time.monotonic() + PATIENCE
        while "panel-unreachable" not in secure.log() and time.monotonic() < deadline:
            time.sleep(0.05)
        assert "panel-unreachable" in secure.log()
        assert says() == "no-snapshot"
        assert panel.requests == []


IN_CLEAR = [
    "http://panel.test:{port}/gateway/exchange",
    "HTTP://panel.test:{port}/gateway/exchange",
    "http://127.0.0.1.panel.test:{port}/gateway/exchange",
    "http://127.0.0.1@panel.test:{port}/gateway/exchange",
]


@pytest.mark.parametrize("url", IN_CLEAR)
def test_over_http_nobody_but_this_machine_is_shown_the_token(
    panel: Panel, made: Prosody, dns: Dns, says: Callable[[], str], url: str
) -> None:
    """It is loaded closed: nothing is asked, and what lies on its disk lets nobody out."""
    dns.ports |= {HOST: panel.port, f"127.0.0.1.{HOST}": panel.port}
    with panel.serving():
        made.start()
        panel.in_force()
        assert says() == "delivered"
        made.stop()
        made.extra = gateway_options(panel.port, federation_control_url=url.format(port=panel.port))
        before = len(panel.requests)
        made.start()
        assert says() == "no-snapshot"
        assert "panel-in-clear: federation_control_url is no https:// address" in made.log()
        assert len(panel.requests) == before


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_panel_on_the_same_machine_is_asked_over_http(
    panel: Panel, made: Prosody, dns: Dns, says: Callable[[], str], host: str
) -> None:
    dns.ports["localhost"] = panel.port
    url = f"http://{host}:{panel.port}/gateway/exchange"
    made.extra = gateway_options(panel.port, federation_control_url=url)
    with panel.serving():
        made.start()
        panel.in_force()
        assert says() == "delivered"
