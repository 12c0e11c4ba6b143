"""The database is restored from an older backup: gateways go on with what was committed later, until told."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests import postgres
from tests.gateway.conftest import INSIDE, gateway_options
from tests.gateway.servers import Prosody
from tests.realpanel import RealPanel
from tests.waiting import until

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.gateway.servers import Authority, Dns

ORGANISATION = """
from federation.directory import services as directory
from federation.edge import services as edge
from federation.gateway import services as gateways
from federation.partners import services as partners
from federation.policies import services as policies
from federation.policies.models import ExternalAccessPolicy
from federation.topology import services as topology
site = topology.create_site(name="Paris", actor=MAKER)
pool = topology.create_pool(fqdn="pool1.contoso.test", site=site, actor=MAKER)
topology.create_domain(domain="contoso.test", actor=MAKER)
partners.create_partner(domain="fabrikam.test", type="federated", actor=MAKER)
edge.change_access(federation=True, actor=MAKER)
policies.change_policy(ExternalAccessPolicy.objects.get(), federated=True, xmpp=True, actor=MAKER)
directory.create_user(address="alice@contoso.test", pool=pool, actor=MAKER)
print(json.dumps(gateways.create_gateway(name="gw.contoso.test", site=site, actor=MAKER)[1]))
"""
SET_ALICE = """
from federation.directory import services as directory
from federation.directory.models import User
for on in {values}:
    directory.set_enabled(User.objects.filter(address="alice@contoso.test"), on, actor=MAKER)
"""
OTHERWISE = """
from federation.edge import services as edge
for seconds in (101, 102, 103, 104, 105):
    edge.change_gateway(keep_alive=seconds, actor=MAKER)
"""


class Backups:
    """The database as README.md says to back it up and to restore it."""

    def __init__(self, panel: RealPanel, file: Path, url: str) -> None:
        self.panel, self.file, self.url = panel, file, url

    def back_up(self) -> None:
        """While the panel runs."""
        if self.url:
            _run("pg_dump", "--format=custom", f"--file={self.file}", self.url)
        else:
            _run("sqlite3", str(self.panel.state / "panel.sqlite3"), f".backup {self.file}")

    def restore(self) -> None:
        """While it is stopped."""
        if self.url:
            tidy = ["--clean", "--if-exists", "--single-transaction"]
            _run("pg_restore", *tidy, f"--dbname={self.url}", str(self.file))
            return
        for end in ("-wal", "-shm"):
            (self.panel.state / f"panel.sqlite3{end}").unlink(missing_ok=True)
        shutil.copy(self.file, self.panel.state / "panel.sqlite3")


def _run(*command: str) -> None:
    path = f"{postgres.programs()}:{os.environ['PATH']}"
    subprocess.run(command, check=True, env={**os.environ, "PATH": path}, timeout=60)


@pytest.fixture(params=["sqlite", "postgresql"])
def backups(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Backups]:
    """A panel that runs."""
    if request.param == "sqlite":
        yield from _running(tmp_path, "")
    else:
        with postgres.server() as url:
            yield from _running(tmp_path, url)


def _running(folder: Path, url: str) -> Iterator[Backups]:
    panel = RealPanel(folder / "state", url)
    try:
        yield Backups(panel.start(), folder / "backup", url)
    finally:
        panel.stop()


@pytest.fixture
def made(ground: Path, dns: Dns, ca: Authority, backups: Backups) -> Iterator[Prosody]:
    """A gateway that follows it."""
    folder = Path(tempfile.mkdtemp(prefix="restore-", dir=ground))
    folder.chmod(0o755)
    secret = backups.panel.python(ORGANISATION)
    options = gateway_options(backups.panel.port, federation_control_secret=secret)
    server = Prosody(folder, dns, ca, INSIDE, options)
    try:
        yield server.start()
    finally:
        server.stop()


def test_a_restored_panel_is_followed_once_somebody_says_so(
    backups: Backups, made: Prosody, says: Callable[[], str]
) -> None:
    panel = backups.panel

    def is_well() -> bool:
        return panel.metric("well") == 1

    def has_strayed() -> bool:
        return panel.metric("strayed") == 1

    def alice(*values: bool) -> None:
        panel.python(SET_ALICE.format(values=values))

    until(is_well)
    assert says() == "delivered"
    assert "No gateway runs another history" in panel.manage("gateways_follow", fails=True)
    backups.back_up()
    alice(False, True, False)
    until(lambda: says() == "user-disabled")

    panel.stop()
    backups.restore()
    panel.start()
    until(has_strayed)  # by what stands in the panel Alice may talk, by the gateway's rules not
    assert "gw.contoso.test (revision " in panel.manage("gateways_follow", fails=True)
    panel.python(OTHERWISE)  # and the panel's numbers are beyond the gateway's again
    time.sleep(3)
    assert has_strayed()
    assert says() == "user-disabled"
    made.stop()
    made.start()  # from its disk
    assert says() == "user-disabled"
    assert has_strayed()

    assert "They follow" in panel.manage("gateways_follow", "--yes", "--reason", "restored")
    until(is_well)
    assert says() == "delivered"
    alice(False)
    until(lambda: says() == "user-disabled")
    assert is_well()
