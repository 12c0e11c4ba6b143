"""Two real servers: the gateway of contoso.test, whose module follows a stand-in panel, and the outside."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from federation.gateway import objects
from tests.gateway.clients import Loop, Person, presence
from tests.gateway.servers import Authority, Dns, Prosody
from tests.gateway.standin import SECRET, Panel

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from federation.gateway.objects import Object

INSIDE = {
    "contoso.test": ("alice", "dave", "erin", "zoe"),
    "rooms.contoso.test": (),
    "sales.contoso.test": ("sam",),
}
OUTSIDE = {"fabrikam.test": ("bob", "bill"), "northwind.test": ("eve",), "public.test": ("paul",)}
EVERY_METHOD = ("sasl-tls", "dialback-tls", "dialback-tcp")


def organisation() -> list[Object]:
    """Alice may talk; Dave's policy has XMPP off; Erin is disabled; Zoe is in no directory."""
    return [
        objects.edge(federation=True),
        settings(),
        objects.domain("contoso.test"),
        objects.domain("sales.contoso.test"),
        objects.policy(1, federation=True, xmpp=True, default=True),
        objects.policy(2, federation=True, xmpp=False),
        objects.policy(3, federation=False, xmpp=False),
        objects.pool(1, site=1, survivable=False),
        objects.pool(2, site=1, survivable=True),
        fabrikam(),
        objects.partner(2, domains=["public.test"], type="public-unverified", methods=EVERY_METHOD),
        objects.user("alice@contoso.test", enabled=True, pool=1, policy=None),
        objects.user("dave@contoso.test", enabled=True, pool=1, policy=2),
        objects.user("erin@contoso.test", enabled=False, pool=1, policy=None),
        objects.user("sam@sales.contoso.test", enabled=True, pool=None, policy=None),
    ]


def settings(**changes: object) -> Object:
    """The XMPP gateway configuration, as it is installed."""
    values = {
        "connection_limit": 1000,
        "partner_connection_limit": 20,
        "keep_alive": 300,
        "establishment_timeout": 60,
        "inactivity_timeout": 600,
        "dialback": "",
    }
    return objects.xmpp(**(values | changes))  # type: ignore[arg-type]


def fabrikam(**changes: object) -> Object:
    values = {"domains": ["fabrikam.test"], "type": "federated", "methods": EVERY_METHOD} | changes
    return objects.partner(1, **values)  # type: ignore[arg-type]


def gateway_options(port: int, name: str = "gw.contoso.test", **more: object) -> str:
    """The lines for prosody.cfg.lua, as the panel gives them."""
    lines = {
        "federation_control_url": f"http://127.0.0.1:{port}/gateway/exchange",
        "federation_control_name": name,
        "federation_control_secret": SECRET,
        "federation_control_wait": 20,
    } | more
    rendered = "\n".join(
        f'{key} = "{v}"' if isinstance(v, str) else f"{key} = {v}" for key, v in lines.items()
    )
    return f"""
        modules_enabled = {{ "roster", "saslauth", "tls", "dialback", "disco", "ping", "posix", "carbons",
            "mam", "pep", "blocklist", "smacks", "s2s_bidi", "federation_control" }}
        modules_disabled = {{ "s2s" }}
        s2s_require_encryption = false; s2s_secure_auth = false
        {rendered}
    """


ORDINARY = """
    modules_enabled = { "roster", "saslauth", "tls", "dialback", "disco", "ping", "posix", "mam" }
    s2s_require_encryption = true; s2s_secure_auth = true
"""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what runs on real servers; all of them stand on the ground."""
    for item in items:
        if "ground" in getattr(item, "fixturenames", ()):
            item.add_marker("prosody")


@pytest.fixture(scope="session")
def ground() -> Iterator[Path]:
    """A folder that an unprivileged server can reach."""
    folder = Path(tempfile.mkdtemp(prefix="federation-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def dns() -> Iterator[Dns]:
    server = Dns()
    yield server
    server.close()


@pytest.fixture(scope="session")
def ca(ground: Path) -> Authority:
    return Authority(ground)


@pytest.fixture(scope="session")
def loop() -> Iterator[Loop]:
    made = Loop()
    yield made
    made.close()


@pytest.fixture(scope="module")
def panel() -> Iterator[Panel]:
    made = Panel()
    made.commit(*organisation())
    with made.serving():
        yield made


@pytest.fixture(scope="session")
def outside(ground: Path, dns: Dns, ca: Authority) -> Iterator[Prosody]:
    """The servers of others, in one process."""
    server = Prosody(ground / "outside", dns, ca, OUTSIDE, ORDINARY)
    try:
        yield server.start()
    finally:
        server.stop()


@pytest.fixture(scope="module")
def gateway(
    request: pytest.FixtureRequest, ground: Path, dns: Dns, ca: Authority, panel: Panel
) -> Iterator[Prosody]:
    """Our server, with the panel's latest revision in force."""
    folder = Path(tempfile.mkdtemp(prefix="gateway-", dir=ground))
    folder.chmod(0o755)
    server = Prosody(folder, dns, ca, INSIDE, gateway_options(panel.port))
    try:
        server.start()
        panel.in_force()
        yield server
    finally:
        server.stop()


@pytest.fixture
def sign_in(loop: Loop, request: pytest.FixtureRequest) -> Iterator[Callable[..., Person]]:
    """Signs people in, and out again after the test."""
    people: list[Person] = []

    def sign_in(server: Prosody, address: str) -> Person:
        person = Person(loop, server, address)
        people.append(person)
        return person

    yield sign_in
    for person in people:
        person.sign_out()


@pytest.fixture
def alice(gateway: Prosody, sign_in: Callable[..., Person]) -> Person:
    """Online at our gateway; in this folder she is not the administrator of tests/conftest.py."""
    person = sign_in(gateway, "alice@contoso.test")
    person.go_online()
    return person


@pytest.fixture
def bob(outside: Prosody, sign_in: Callable[..., Person]) -> Person:
    person = sign_in(outside, "bob@fabrikam.test")
    person.go_online()
    return person


@pytest.fixture
def no_streams_left(panel: Panel, gateway: Prosody) -> Iterator[None]:
    """The next test begins without a stream, by the rules that all begin with."""
    yield
    panel.commit(drop=("partner:1", "partner:2", "partner:3"))
    panel.wait_for(lambda r: not r.report["streams"], after=len(panel.requests))
    panel.commit(*organisation())
    panel.in_force()


@pytest.fixture
def friends(
    gateway: Prosody, outside: Prosody, sign_in: Callable[..., Person]
) -> Iterator[tuple[Person, Person]]:
    """Alice and Bob, online, each on the other's contact list."""
    alice, bob = sign_in(gateway, "alice@contoso.test"), sign_in(outside, "bob@fabrikam.test")
    for person, other in ((alice, bob), (bob, alice)):
        person.go_online()
        person.send(f"<presence to='{other.address}' type='subscribe'/>")
    for person, other in ((alice, bob), (bob, alice)):
        person.wait(presence(other.address, "subscribe"))
        person.send(f"<presence to='{other.address}' type='subscribed'/>")
    for person, other in ((alice, bob), (bob, alice)):
        person.wait(presence(other.full))
    yield alice, bob
    for person, other in ((alice, bob), (bob, alice)):
        item = f"<item jid='{other.address}' subscription='remove'/>"
        person.send(f"<iq type='set' id='rm'><query xmlns='jabber:iq:roster'>{item}</query></iq>")
        person.find("rm")
