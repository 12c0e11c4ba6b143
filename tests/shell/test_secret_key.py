"""The secret that the panel makes once, also when several processes start at the same moment."""

from __future__ import annotations

import os
import threading
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from typing import TYPE_CHECKING

import pytest

from controlpanel.shell.secretkey import kept_secret

if TYPE_CHECKING:
    from pathlib import Path


def test_processes_that_start_at_once_share_one_secret(tmp_path: Path) -> None:
    path = tmp_path / "state" / "secret-key"
    with ProcessPoolExecutor(4, mp_context=get_context("spawn")) as pool:
        secrets = set(pool.map(kept_secret, [path] * 16))
    assert len(secrets) == 1
    assert path.stat().st_mode & 0o777 == 0o600
    assert [each.name for each in path.parent.iterdir()] == ["secret-key"]


def test_containers_that_all_are_process_1_share_one_secret(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "getpid", lambda: 1)
    path, start = tmp_path / "secret-key", threading.Barrier(8)

    def make() -> str:
        start.wait(20)
        return kept_secret(path)

    with ThreadPoolExecutor(8) as pool:
        secrets = {future.result(20) for future in [pool.submit(make) for _ in range(8)]}
    assert len(secrets) == 1


def test_what_a_killed_process_left_does_not_stop_the_next(tmp_path: Path) -> None:
    path = tmp_path / "secret-key"
    (tmp_path / f"secret-key.{os.getpid()}").write_text("half")
    assert len(kept_secret(path)) >= 50


@pytest.mark.parametrize("mask", [0o000, 0o077, 0o777])
def test_the_umask_makes_no_difference(tmp_path: Path, mask: int) -> None:
    before = os.umask(mask)
    try:
        kept_secret(tmp_path / "secret-key")
    finally:
        os.umask(before)
    assert (tmp_path / "secret-key").stat().st_mode & 0o777 == 0o600
