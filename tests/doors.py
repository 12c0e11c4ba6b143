"""What a room's doors.py holds: one Door for each URL name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from controlpanel.accounts.rights import Right
from tests.people import NOBODY, with_right

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

SEES = with_right(Right.VIEW)
CHANGES = with_right(Right.CHANGE)


def _nothing() -> Sequence[object]:
    return ()


@dataclass(frozen=True)
class Door:
    """One URL name: who gets in to look (GET) and to act (POST), and which status they get.

    ``args`` makes what the address needs in the test's database. A status of 405 goes with NOBODY: the method
    does not exist, whoever asks. ``others`` is what those get who do not get in, when it is not the usual.
    """

    name: str
    get: frozenset[str] = SEES
    post: frozenset[str] = NOBODY
    get_is: int = 200
    post_is: int = 405
    args: Callable[[], Sequence[object]] = _nothing
    query: str = ""
    others: int | None = None
