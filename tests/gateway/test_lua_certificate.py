"""A certificate that was refused is tried again when something changed, and its alarm ends."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.gateway.lua import run

if TYPE_CHECKING:
    from pathlib import Path

HOSTS: list[dict[str, Any]] = [{"host": "a.test", "shows": "old"}, {"host": "b.test", "shows": "old"}]
REFUSED = "1 certificate-refused"


def answers(folder: Path, *commands: dict[str, Any]) -> list[str]:
    """Fetches so far and alarms, after each command; the hosts come first and are left out."""
    printed = run("certificates.lua", folder, commands=[*HOSTS, *commands])
    return [line.strip() for line in printed.splitlines()[len(HOSTS) :]]


@pytest.mark.parametrize(
    "change", [[{"reload": True}], [{"host": "c.test", "shows": "old"}, {"again": True}]]
)
def test_what_was_refused_is_tried_again_after_a_change(tmp_path: Path, change: list[dict[str, Any]]) -> None:
    new = {"announce": "new"}
    told = answers(tmp_path / "certs", new, new, {"make": True}, new, *change, new)
    assert told[:4] == [REFUSED] * 4
    assert told[-1] == "2"


def test_a_commit_that_changes_none_of_our_hosts_is_no_reason_to_try_again(tmp_path: Path) -> None:
    new: dict[str, Any] = {"announce": "new"}
    again: dict[str, Any] = {"again": True}
    told = answers(tmp_path / "certs", new, *[again, new] * 3)
    assert told == [REFUSED] * 7


def test_what_was_not_valid_yet_is_tried_again_once_it_is(tmp_path: Path) -> None:
    early = {"announce": "early"}
    told = answers(tmp_path / "certs", {"make": True}, early, early, {"later": True}, early)
    assert told[1:] == [REFUSED] * 3 + ["2"]


def test_a_host_that_comes_later_gets_what_is_assigned(tmp_path: Path) -> None:
    """The others show it already."""
    made, new = {"make": True}, {"announce": "new"}
    told = answers(tmp_path / "certs", made, new, {"host": "c.test", "shows": "old"}, {"again": True})
    assert told == ["0", "1", "1", "2"]
    assert (tmp_path / "certs/c.test.crt").read_text() == "new"


def test_the_alarm_ends_when_the_served_one_is_assigned_again_or_none(tmp_path: Path) -> None:
    for last in ({"announce": "old"}, {"announce": None}):
        assert answers(tmp_path / "certs", {"announce": "new"}, last) == [REFUSED, "1"]


def test_every_host_is_looked_at(tmp_path: Path) -> None:
    odd = {"host": "c.test", "shows": "another"}
    told = answers(tmp_path / "certs", {"make": True}, odd, {"announce": "old"})
    assert told[-1] == "1"
