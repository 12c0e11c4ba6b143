"""The assigned certificate reaches the gateway and is served without a session lost, or changes nothing."""

from __future__ import annotations

import json
import stat
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes

from federation.gateway.sealing import Purpose, seal
from federation.gateway.secret import sealing_key, token
from tests.gateway.clients import settle
from tests.gateway.conftest import INSIDE, gateway_options, organisation
from tests.gateway.faults.signs import alarmed, calm
from tests.gateway.servers import Prosody
from tests.gateway.standin import SECRET, Panel

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.gateway.clients import Person
    from tests.gateway.servers import Authority, Dns

NAMES = ["contoso.test", "sales.contoso.test"]


class Made(NamedTuple):
    """A certificate with its key, both PEM, and its SHA-256."""

    bundle: str
    key: str
    sha256: str


def make(ca: Authority, *names: str, days: int = 30) -> Made:
    with tempfile.TemporaryDirectory() as folder:
        ca.issue(Path(folder), "made", names, days=days)
        bundle, key = ((Path(folder) / f"made.{suffix}").read_text() for suffix in ("crt", "key"))
    digest = x509.load_pem_x509_certificate(bundle.encode()).fingerprint(hashes.SHA256())
    return Made(bundle, key, digest.hex())


def assign(
    panel: Panel, made: Made, *, secret: str = SECRET, announced: str = "", order: str | None = None
) -> None:
    told = json.dumps({"bundle": made.bundle, "key": made.key, "order": order}).encode()
    sealed = seal(told, key=sealing_key(secret), gateway=panel.gateway, purpose=Purpose.CERTIFICATE)
    panel.certificate = announced or made.sha256, sealed
    panel.commit()  # ends the wait


def shows(panel: Panel, sha256: str) -> None:
    panel.wait_for(lambda request: request.report.get("certificate") == sha256)


@pytest.fixture
def panel() -> Iterator[Panel]:
    made = Panel()
    made.commit(*organisation())
    with made.serving():
        yield made


@pytest.fixture
def served(ground: Path, dns: Dns, ca: Authority, panel: Panel) -> Iterator[Prosody]:
    """A gateway that takes its certificates from the panel; first one that was put there by hand."""
    folder = Path(tempfile.mkdtemp(prefix="certificate-", dir=ground))
    folder.chmod(0o755)
    options = gateway_options(panel.port, federation_control_certificates=str(folder / "certs"))
    server = Prosody(folder, dns, ca, INSIDE, options)
    try:
        server.start()
        panel.in_force()
        shows(panel, by_hand(server).sha256)
        yield server
    finally:
        server.stop()


def by_hand(server: Prosody) -> Made:
    files = [server.folder / f"certs/contoso.test.{suffix}" for suffix in ("crt", "key")]
    bundle, key = (file.read_text() for file in files)
    digest = x509.load_pem_x509_certificate(bundle.encode()).fingerprint(hashes.SHA256())
    return Made(bundle, key, digest.hex())


def test_an_assigned_certificate_is_served_and_no_session_is_lost(
    served: Prosody, outside: Prosody, panel: Panel, ca: Authority, sign_in: Callable[..., Person]
) -> None:
    alice, bob = sign_in(served, "alice@contoso.test"), sign_in(outside, "bob@fabrikam.test")
    bob.go_online()
    alice.send(f"<message to='{bob.full}' type='chat'><body>before</body></message>")
    bob.find("before")
    streams = panel.wait_for(lambda r: bool(r.report["streams"])).report["streams"]

    made = make(ca, *NAMES)
    assign(panel, made)
    shows(panel, made.sha256)

    assert by_hand(served) == made
    for name in NAMES:
        for suffix in ("crt", "key"):
            file = served.folder / f"certs/{name}.{suffix}"
            assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert not list((served.folder / "certs").glob("*.old"))
    alice.send(f"<message to='{bob.full}' type='chat'><body>after</body></message>")
    bob.find("after")
    settle(alice)
    assert panel.requests[-1].report["streams"][0]["since"] == streams[0]["since"]


def unsealed(panel: Panel, made: Made) -> None:
    assign(panel, made, secret="2.another")


def foreign_key(panel: Panel, made: Made) -> None:
    assign(panel, made._replace(key=make(OTHER[0], *NAMES).key))


def another_one(panel: Panel, made: Made) -> None:
    assign(panel, made, announced="0" * 64)


OTHER: list[Authority] = []


@pytest.mark.parametrize("fault", [unsealed, foreign_key, another_one])
def test_what_cannot_be_served_changes_nothing(
    served: Prosody, panel: Panel, ca: Authority, fault: Callable[[Panel, Made], None]
) -> None:
    OTHER[:] = [ca]
    before = by_hand(served)
    fault(panel, make(ca, *NAMES))
    panel.wait_for(alarmed("certificate-refused"))
    assert by_hand(served) == before
    assert panel.requests[-1].report["certificate"] == before.sha256


@pytest.mark.parametrize("names, days", [(["contoso.test"], 30), (NAMES, -1)], ids=["a name missing", "over"])
def test_a_certificate_that_partners_would_refuse_is_refused_here(
    served: Prosody, panel: Panel, ca: Authority, names: list[str], days: int
) -> None:
    before = by_hand(served)
    assign(panel, make(ca, *names, days=days))
    panel.wait_for(alarmed("certificate-refused"))
    assert by_hand(served) == before


def test_after_a_refusal_the_next_one_is_taken(served: Prosody, panel: Panel, ca: Authority) -> None:
    assign(panel, make(ca, "contoso.test"))
    panel.wait_for(alarmed("certificate-refused"))
    made = make(ca, *NAMES)
    assign(panel, made)
    shows(panel, made.sha256)
    panel.wait_for(lambda request: not request.report["alarms"])


def test_what_the_server_does_not_serve_is_taken_back(
    ground: Path, dns: Dns, ca: Authority, panel: Panel
) -> None:
    folder = Path(tempfile.mkdtemp(prefix="certificate-", dir=ground))
    folder.chmod(0o755)
    (folder / "elsewhere").mkdir()
    options = gateway_options(panel.port, federation_control_certificates=str(folder / "elsewhere"))
    server = Prosody(folder, dns, ca, INSIDE, options)
    try:
        server.start()
        panel.in_force()
        before = by_hand(server)
        assign(panel, make(ca, *NAMES))
        panel.wait_for(alarmed("certificate-not-served"))
        assert not list((folder / "elsewhere").iterdir())
        shows(panel, before.sha256)
    finally:
        server.stop()


def test_what_the_panel_cannot_seal_is_reported_and_asked_for_again(
    served: Prosody, panel: Panel, ca: Authority
) -> None:
    before, made = by_hand(served), make(ca, *NAMES)
    panel.unsealable = 503
    assign(panel, made)
    panel.wait_for(alarmed("certificate-not-fetched"))
    panel.in_force()  # everything else goes on
    assert by_hand(served) == before
    panel.unsealable = 0
    panel.commit()
    shows(panel, made.sha256)
    panel.wait_for(calm)


@pytest.mark.parametrize("order", ["1.0001", "0.9999", None, "9", 7])
def test_an_older_one_that_was_sealed_rightly_is_not_taken_again(
    served: Prosody, panel: Panel, ca: Authority, order: str | None
) -> None:
    """Whoever ends the TLS in front of the panel may keep what it sealed, and announce what it likes."""
    older, newer = make(ca, *NAMES), make(ca, *NAMES)
    assign(panel, older, order="1.0001")
    shows(panel, older.sha256)
    kept = panel.certificate
    assign(panel, newer, order="1.0002")
    shows(panel, newer.sha256)
    if order == "1.0001":
        panel.certificate = kept
        panel.commit()
    else:
        assign(panel, older, order=order)
    panel.wait_for(alarmed("certificate-refused"))
    assert by_hand(served) == newer
    served.stop()
    seen = len(panel.requests)
    served.start()
    panel.wait_for(alarmed("certificate-refused"), after=seen)
    assert by_hand(served) == newer
    assign(panel, older, order="2.0000")  # of a database that was restored, and that gateways follow
    shows(panel, older.sha256)
    panel.wait_for(calm)


def test_the_secret_itself_never_travels(served: Prosody, panel: Panel, ca: Authority) -> None:
    made = make(ca, *NAMES)
    assign(panel, made)
    shows(panel, made.sha256)
    assert panel.credentials == {f"Bearer {token(SECRET)}"}


def test_a_gateway_with_an_old_secret_gets_the_rules_and_no_certificate(
    ground: Path, dns: Dns, ca: Authority, panel: Panel
) -> None:
    """One that was made before secrets had a sealing key; the module is the present one."""
    panel.secret = "made-before"
    folder = Path(tempfile.mkdtemp(prefix="certificate-", dir=ground))
    folder.chmod(0o755)
    more = {"federation_control_secret": "made-before", "federation_control_certificates": f"{folder}/certs"}
    server = Prosody(folder, dns, ca, INSIDE, gateway_options(panel.port, **more))
    try:
        server.start()
        panel.in_force()
        before = by_hand(server)
        assign(panel, make(ca, *NAMES), secret="2.another")
        panel.wait_for(alarmed("certificate-refused"))
        assert by_hand(server) == before
    finally:
        server.stop()
