"""The panel's processes are killed while they take a commit and while gateways wait in them."""

from __future__ import annotations

import sqlite3
import tempfile
import threading
import time
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.gateway.conftest import INSIDE, gateway_options
from tests.gateway.faults.test_restore import ORGANISATION, SET_ALICE
from tests.gateway.servers import Prosody
from tests.realpanel import RealPanel, Visitor
from tests.waiting import until

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.gateway.servers import Authority, Dns

HERE = "/federation/edge/xmpp/1/"
#: Seconds from sending a commit to killing whoever takes it: before, in and after what it writes.
DELAYS = (0.0, 0.01, 0.02, 0.04, 0.06, 0.1)


@pytest.fixture
def panel(tmp_path: Path) -> Iterator[RealPanel]:
    made = RealPanel(tmp_path / "state")
    try:
        yield made.start()
    finally:
        made.stop()


@pytest.fixture
def made(ground: Path, dns: Dns, ca: Authority, panel: RealPanel) -> Iterator[Prosody]:
    folder = Path(tempfile.mkdtemp(prefix="killed-", dir=ground))
    folder.chmod(0o755)
    options = gateway_options(panel.port, federation_control_secret=panel.python(ORGANISATION))
    server = Prosody(folder, dns, ca, INSIDE, options)
    try:
        yield server.start()
    finally:
        server.stop()


def seen(panel: RealPanel) -> tuple[int, int]:
    """What is committed, and how many events say so."""
    with closing(sqlite3.connect(panel.state / "panel.sqlite3")) as database:
        (value,) = database.execute("SELECT keep_alive FROM edge_xmppgatewayconfiguration").fetchone()
        told = "SELECT count(*) FROM audit_auditevent WHERE action = 'edge:xmpp:change'"
        (events,) = database.execute(told).fetchone()
    return value, events


def commit_and_kill(
    panel: RealPanel, admin: Visitor, seconds: int, after: float | None, held: bool = False
) -> bool:
    """Commit a value, and kill the panel's processes after so many seconds, or (None) once it is there.

    Returns whether the commit is there, whole.
    """
    before, events = seen(panel)
    form = admin.page(HERE).form("Commit").fill(keep_alive=str(seconds))
    sender = threading.Thread(target=admin.send, args=(form,))
    with closing(sqlite3.connect(panel.state / "panel.sqlite3")) as writer:
        if held:
            writer.execute("BEGIN IMMEDIATE")
        sender.start()
        if after is None:
            until(lambda: seen(panel)[0] == seconds)
        else:
            time.sleep(after)
        assert sender.is_alive() or not held
        panel.kill_workers()
        sender.join(30)
        writer.rollback()
    until(lambda: panel.metric("up") is not None)
    value, now = seen(panel)
    assert (value, now) in {(before, events), (seconds, events + 1)}
    return value == seconds


def test_nothing_is_lost_and_the_last_commit_is_in_force_at_the_end(
    panel: RealPanel, made: Prosody, says: Callable[[], str]
) -> None:
    admin = Visitor(panel.port)
    admin.sign_in()
    until(lambda: panel.metric("well") == 1)
    assert says() == "delivered"
    assert not commit_and_kill(panel, admin, 61, 1.0, held=True)  # surely in the middle of it
    for number, after in enumerate(DELAYS):
        commit_and_kill(panel, admin, 70 + number, after)
    assert commit_and_kill(panel, admin, 80, None)  # surely after it
    assert says() == "delivered"  # by what it has, whoever is killed
    panel.python(SET_ALICE.format(values=(False,)))
    until(lambda: says() == "user-disabled")
    until(lambda: panel.metric("well") == 1)
    assert panel.metric("revision_lag") == 0
    assert "are as the data say" in panel.manage("gateway_snapshot", "--check")
