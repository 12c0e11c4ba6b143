"""Containers and encrypted keys are opened in a child that has so much time and memory and no more."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from federation.x509 import opening
from federation.x509.findings import Refusal, Refused
from federation.x509.reading import read
from tests.processes import ROOT
from tests.x509.nested import PASSWORD, nested, tlv, with_pbkdf2, with_pkcs12, with_scrypt
from tests.x509.test_reading import pfx

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.x509.conftest import Chain

WAYS = {"PBES2": with_pbkdf2, "PKCS#12": with_pkcs12, "scrypt": with_scrypt}
HOURS = 2**31 - 1
OPENER = "federation.x509.opener"


def children(parent: int | None = None) -> list[int]:
    """The processes that open containers for this process, or for ``parent``."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            told = (folder / "stat").read_text().rpartition(")")[2].split()
            command = (folder / "cmdline").read_bytes()
        except OSError:
            continue
        if int(told[1]) == (parent or os.getpid()) and OPENER.encode() in command:
            found.append(int(folder.name))
    return found


def refusal(*files: bytes) -> Refusal:
    with pytest.raises(Refused) as caught:
        read(files, password=PASSWORD)
    return caught.value.code


def until(holds: Callable[[], object]) -> None:
    deadline = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.01)


#: What an encrypted part asks for in memory the library reports as a wrong password.
REFUSED = {Refusal.TOO_MUCH_WORK, Refusal.PASSWORD_WRONG}


@pytest.mark.parametrize("way", ["PBES2", "PKCS#12"])
def test_what_only_an_encrypted_part_asks_for_is_too_much_work(way: str) -> None:
    began = time.monotonic()
    assert refusal(nested(WAYS[way](HOURS), layers=2)) is Refusal.TOO_MUCH_WORK
    assert time.monotonic() - began < 10
    assert not children()


@pytest.mark.parametrize("layers", [1, 2, 3, 4])
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("rounds", [HOURS, 2**62])
def test_no_depth_hides_it(way: str, layers: int, rounds: int) -> None:
    began = time.monotonic()
    code = refusal(nested(WAYS[way](rounds), layers))
    assert code in REFUSED if layers > 1 else code is Refusal.TOO_MUCH_WORK
    assert time.monotonic() - began < 10


def test_all_files_of_one_reading_share_their_time() -> None:
    costly = [nested(with_pbkdf2(4_000_000), layers=2) for _file in range(15)]
    began = time.monotonic()
    refusal(*costly)
    assert time.monotonic() - began < 10


@pytest.mark.parametrize("way", WAYS)
def test_an_encrypted_key_alone_is_no_way_around_it(way: str) -> None:
    for rounds in (HOURS, 2**19):  # the latter: of scrypt 512 MiB, of the others little
        key = tlv(0x30, WAYS[way](rounds), tlv(4, os.urandom(160)))
        much = rounds == HOURS or way == "scrypt"
        assert refusal(key) is (Refusal.TOO_MUCH_WORK if much else Refusal.PASSWORD_WRONG)


def test_others_go_on_meanwhile() -> None:
    reading = threading.Thread(target=refusal, args=(nested(with_pbkdf2(HOURS), 2),))
    reading.start()
    longest, last = 0.0, time.monotonic()
    while reading.is_alive():
        time.sleep(0.01)
        longest, last = max(longest, time.monotonic() - last), time.monotonic()
    assert longest < 1


def test_so_many_at_once_and_the_next_are_told_to_come_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "PATIENCE", 0.01)
    costly, most = nested(with_pbkdf2(HOURS), 2), 0
    with ThreadPoolExecutor(6) as pool:
        asked = [pool.submit(refusal, costly) for _number in range(6)]
        while not all(each.done() for each in asked):
            most = max(most, len(children()))
            time.sleep(0.005)
    assert most == opening.AT_ONCE
    codes = [each.result() for each in asked]
    assert codes.count(Refusal.TOO_MUCH_WORK) == opening.AT_ONCE
    assert codes.count(Refusal.BUSY) == 6 - opening.AT_ONCE


def test_nothing_of_it_is_an_argument_or_in_the_environment(chain: Chain, tmp_path: Path) -> None:
    """And a child that was killed leaves a refusal, not a page that waits."""
    os.environ["PANEL_MASTER_KEY"] = "of-the-tests"
    costly = nested(with_pbkdf2(HOURS), 2)
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(refusal, costly)
        until(children)
        (child,) = children()
        command = Path(f"/proc/{child}/cmdline").read_bytes()
        surroundings = Path(f"/proc/{child}/environ").read_bytes()
        os.kill(child, signal.SIGKILL)
        assert asked.result() is Refusal.TOO_MUCH_WORK
    del os.environ["PANEL_MASTER_KEY"]
    assert PASSWORD.encode() not in command
    assert b"PANEL_" not in surroundings
    assert b"of-the-tests" not in surroundings
    assert read([pfx(chain, tmp_path, password=PASSWORD)], password=PASSWORD).key
    assert not children()


def test_no_child_outlives_the_process_that_asked(tmp_path: Path) -> None:
    (tmp_path / "costly").write_bytes(nested(with_pbkdf2(HOURS), 2))
    code = (
        "import sys; from federation.x509.reading import read; "
        f"read([open(sys.argv[1], 'rb').read()], password={PASSWORD!r})"
    )
    asks = subprocess.Popen([sys.executable, "-c", code, str(tmp_path / "costly")], cwd=ROOT)
    until(lambda: children(asks.pid))
    (child,) = children(asks.pid)
    asks.kill()
    asks.wait()
    until(lambda: not Path(f"/proc/{child}").exists() or _is_dead(child))


def _is_dead(child: int) -> bool:
    try:
        return Path(f"/proc/{child}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True
