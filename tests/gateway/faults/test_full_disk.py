"""A real disk that is full: the alarm stands until all the rules are on it again and could be read back."""

from __future__ import annotations

import subprocess
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from federation.gateway import objects
from tests.gateway.faults.signs import alarmed, calm, store
from tests.gateway.servers import NOBODY
from tests.waiting import until

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.gateway.servers import Prosody
    from tests.gateway.standin import Panel


class Disk:
    """A file system of 64 kB, where a gateway keeps what it keeps."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.filler = folder / "filler"

    def fill(self) -> None:
        """Until not one more byte is taken."""
        with self.filler.open("wb", buffering=0) as file:
            for size in (4096, 1):
                with suppress(OSError):
                    while file.write(b"x" * size) == size:
                        pass
            with pytest.raises(OSError, match="No space left"):
                file.write(b"x")

    def free(self) -> None:
        self.filler.unlink()


@pytest.fixture
def disk(made: Prosody) -> Iterator[Disk]:
    """Mounted; where that is not allowed this fails, for nothing else is a full disk."""
    folder = store(made)
    folder.mkdir(parents=True)
    options = f"size=64k,uid={NOBODY},gid={NOBODY},mode=755"
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, (
        f"This test mounts a small file system, so it must run as root: {done.stderr}"
    )
    yield Disk(folder)
    made.stop()
    subprocess.run(["umount", str(folder)], check=True)


#: More than what the gateway frees when it forgets what it had.
LARGE = ("novelty:1", {"text": "x" * 30_000})


def alice(**changes: object) -> objects.Object:
    values = {"enabled": True, "pool": 1, "policy": None} | changes
    return objects.user("alice@contoso.test", **values)  # type: ignore[arg-type]


def test_after_a_full_disk_the_rules_of_the_next_commit_outlive_a_restart(
    panel: Panel, made: Prosody, disk: Disk, says: Callable[[], str]
) -> None:
    with panel.serving():
        made.start()
        panel.in_force()
        disk.fill()
        panel.commit(alice(enabled=False), LARGE)
        panel.wait_for(alarmed("disk"))
        assert says() == "user-disabled"
        assert not (disk.folder / "state").exists()
        disk.free()
        seen = len(panel.requests)
        panel.commit(alice(policy=2))
        panel.wait_for(lambda request: bool(request.everything), after=seen)
        panel.wait_for(
            lambda r: calm(r) and r.have is not None and r.have.revision == panel.revision, after=seen
        )
    made.stop()
    made.start()
    until(lambda: f"Revision {panel.revision} from disk" in made.log())
    assert says() == "policy-xmpp-off"


def test_a_disk_that_has_room_again_gets_the_rules_without_another_commit(
    panel: Panel, made: Prosody, disk: Disk, says: Callable[[], str]
) -> None:
    with panel.serving():
        made.start()
        panel.in_force()
        disk.fill()
        panel.commit(alice(enabled=False), LARGE)
        panel.wait_for(alarmed("disk"))
        disk.free()
        panel.wait_for(calm, after=len(panel.requests))
    made.stop()
    made.start()
    assert says() == "user-disabled"


def test_while_the_disk_stays_full_the_alarm_stays_and_the_rules_are_followed(
    panel: Panel, made: Prosody, disk: Disk, says: Callable[[], str]
) -> None:
    with panel.serving():
        made.start()
        panel.in_force()
        disk.fill()
        panel.commit(alice(enabled=False), LARGE)
        panel.wait_for(alarmed("disk"))
        seen = len(panel.requests)
        for number in range(5):
            panel.commit(alice(policy=2 if number % 2 else 3))
            panel.in_force(after=seen)
        assert says() == "policy-federation-off"
        panel.wait_for(lambda r: bool(r.everything), after=seen)
        later = [request for request in panel.requests[seen:] if not request.report_only]
        assert all(alarmed("disk")(request) for request in later)
        assert sum(bool(request.everything) for request in later) < len(later)
        assert not (disk.folder / "journal").exists()
    made.stop()
    made.start()
    assert says() == "no-snapshot"


def test_what_vanished_from_the_disk_is_written_again_as_a_whole(
    panel: Panel, made: Prosody, says: Callable[[], str]
) -> None:
    """A journal alone is nothing, whoever took the state away."""
    with panel.serving():
        made.start()
        panel.in_force()
        (store(made) / "state").unlink()
        seen = len(panel.requests)
        panel.commit(alice(enabled=False))
        panel.wait_for(lambda request: bool(request.everything), after=seen)
        panel.wait_for(calm, after=len(panel.requests))
        until(lambda: (store(made) / "state").exists())
    made.stop()
    made.start()
    assert says() == "user-disabled"
