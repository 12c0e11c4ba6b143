"""What keeps a gateway from using or keeping the dialback secret is tried again until it is gone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.gateway.lua import run

if TYPE_CHECKING:
    from pathlib import Path

FIRST: dict[str, Any] = {"wanted": "first"}


def answers(folder: Path, *commands: dict[str, Any]) -> list[str]:
    """After each command: fetches, loads, the secret in use, what the hosts a, b and c have; the alarms."""
    printed = run("dialback.lua", folder, commands=commands)
    return [" ".join(line.split()) for line in printed.splitlines()]


def test_what_is_in_use_and_kept_is_fetched_once(tmp_path: Path) -> None:
    assert answers(tmp_path, FIRST, FIRST) == ["1 2 first of first, of first, -"] * 2


def test_a_host_that_lost_its_dialback_gets_it_back(tmp_path: Path) -> None:
    """The other is not left with the secret before, the alarm stays until all have theirs."""
    told = answers(tmp_path, {"broken": "a.test", **FIRST}, FIRST, {"mended": True}, FIRST)
    assert told == [
        "1 1 first -, of first, -, dialback-refused",
        "2 1 first -, of first, -, dialback-refused",
        "3 2 first of first, of first, -",
        "3 2 first of first, of first, -",
    ]


def test_a_secret_wanted_again_after_another_failed_is_loaded_again(tmp_path: Path) -> None:
    told = answers(tmp_path, FIRST, {"broken": "b.test", "wanted": "second"}, {"mended": True, **FIRST})
    assert told[1:] == ["2 3 second of second, -, -, dialback-refused", "3 5 first of first, of first, -"]


def test_what_the_disk_did_not_take_is_written_later_and_nothing_is_loaded_for_it(tmp_path: Path) -> None:
    told = answers(tmp_path, {"full": True, **FIRST}, FIRST, {"full": False}, FIRST)
    assert told == [
        "1 2 first of first, of first, -, dialback-not-kept",
        "2 2 first of first, of first, -, dialback-not-kept",
        "3 2 first of first, of first, -",
        "3 2 first of first, of first, -",
    ]


def test_each_alarm_ends_by_itself(tmp_path: Path) -> None:
    told = answers(tmp_path, {"broken": "a.test", "full": True, **FIRST}, {"mended": True}, {"full": False})
    assert told == [
        "1 1 first -, of first, -, dialback-not-kept, dialback-refused",
        "2 2 first of first, of first, -, dialback-not-kept",
        "3 2 first of first, of first, -",
    ]
