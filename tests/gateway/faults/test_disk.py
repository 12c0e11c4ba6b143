"""A damaged, missing, full or backdated disk: nobody gets out by mistake, and the panel mends it."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from federation.gateway import objects
from tests.gateway.conftest import gateway_options
from tests.gateway.faults.signs import alarmed, calm, store

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.gateway.servers import Prosody
    from tests.gateway.standin import Panel


def truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-40])


def empty(path: Path) -> None:
    path.write_bytes(b"")


def flip(path: Path) -> None:
    path.write_bytes(path.read_bytes().replace(b'"xmpp":false', b'"xmpp":true', 1))


def directory(path: Path) -> None:
    path.unlink()
    path.mkdir()


@pytest.mark.parametrize("damage", [truncate, empty, flip, directory, Path.unlink])
def test_a_damaged_state_on_disk_lets_nobody_out_until_the_panel_is_back(
    panel: Panel, made: Prosody, says: Callable[[], str], damage: Callable[[Path], None]
) -> None:
    with panel.serving():
        made.start()
        panel.in_force()
    made.stop()
    damage(store(made) / "state")
    made.start()
    assert says() == "no-snapshot"
    if damage is directory:
        return  # an administrator must clear that away
    seen = len(panel.requests)
    with panel.serving():
        if damage is not Path.unlink:
            panel.wait_for(alarmed("disk-state"), after=seen)
        panel.in_force(after=seen)
        assert says() == "delivered"


def test_a_damaged_journal_is_believed_up_to_the_damage(
    panel: Panel, made: Prosody, says: Callable[[], str]
) -> None:
    with panel.serving():
        made.start()
        panel.in_force()
        for number in range(3):
            panel.commit(objects.user(f"u{number}@contoso.test", enabled=True, pool=1, policy=None))
            panel.in_force()
    made.stop()
    truncate(store(made) / "journal")
    made.start()
    assert says() == "delivered"
    made.stop()
    seen = len(panel.requests)
    with panel.serving():
        made.start()
        first = panel.wait_for(alarmed("disk-state"), after=seen)
        assert first.everything
        panel.wait_for(calm, after=seen)
        panel.in_force()
    assert not (store(made) / "journal").exists()


def test_a_long_journal_gives_way_to_a_full_document(
    panel: Panel, made: Prosody, says: Callable[[], str]
) -> None:
    with panel.serving():
        made.start()
        panel.in_force()
        for number in range(6):  # 18 MB
            panel.commit(*((f"novelty:{n}", {"text": f"{number}" * 60_000}) for n in range(50)))
            panel.in_force()
        panel.wait_for(lambda request: request.everything, after=1)
        deadline = time.monotonic() + 10
        while (store(made) / "journal").exists() and time.monotonic() < deadline:
            time.sleep(0.05)
        assert not (store(made) / "journal").exists()
        panel.commit(objects.user("alice@contoso.test", enabled=False, pool=1, policy=None))
        panel.in_force()
        assert says() == "user-disabled"
    made.stop()
    made.start()
    deadline = time.monotonic() + 10
    while f"Revision {panel.revision} from disk" not in made.log() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert says() == "user-disabled"


def test_a_clock_that_was_set_back_does_not_make_old_rules_young(
    panel: Panel, made: Prosody, says: Callable[[], str]
) -> None:
    made.extra = gateway_options(panel.port, federation_control_max_age=3600)
    with panel.serving():
        made.start()
        panel.in_force()
    made.stop()
    (store(made) / "contact").write_text(f"{int(time.time()) + 7200}\n")
    made.start()
    assert says() == "no-snapshot"
    seen = len(panel.requests)
    with panel.serving():
        panel.wait_for(calm, after=seen)
        assert says() == "delivered"


def test_a_journal_that_cannot_be_written_gives_way_to_a_full_document(
    panel: Panel, made: Prosody, says: Callable[[], str]
) -> None:
    with panel.serving():
        made.start()
        panel.in_force()
        (store(made) / "journal").symlink_to("/dev/full")
        panel.commit(objects.user("alice@contoso.test", enabled=False, pool=1, policy=None))
        panel.wait_for(alarmed("disk"))
        panel.wait_for(calm)
        assert not (store(made) / "journal").is_symlink()
        assert says() == "user-disabled"
    made.stop()
    made.start()
    assert says() == "user-disabled"
