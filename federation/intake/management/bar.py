"""A bar that shows how far a command is, for people who watch it."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

from federation.intake.plan import Plan, finish

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

_WIDTH = 40


class Bar:
    """A bar on stderr; silent where nobody watches. ``share`` says how far the work is, from 0 to 1."""

    def __init__(self, label: str, share: Callable[[int], float] | None = None) -> None:
        self.label, self.share, self.stream = label, share, sys.stderr
        self.is_watched = self.stream.isatty()
        self._next = 0.0

    def __call__(self, rows: int) -> None:
        """Draw the bar, ten times a second at most."""
        if not self.is_watched or time.monotonic() < self._next:
            return
        self._next = time.monotonic() + 0.1
        if self.share:
            share = min(self.share(rows), 1.0)
            self.stream.write(
                f"\r{self.label} [{'#' * round(share * _WIDTH):{_WIDTH}}] {share:4.0%} {rows:,}"
            )
        else:
            self.stream.write(f"\r{self.label} {rows:,}")
        self.stream.flush()

    def clear(self) -> None:
        """Take the bar away."""
        if self.is_watched:
            self.stream.write("\r\x1b[K")
            self.stream.flush()


def watched(label: str, work: Generator[int, None, Plan], share: Callable[[int], float]) -> Plan:
    """Run ``work`` to its end under a bar."""
    bar = Bar(label, share)
    try:
        return finish(work, bar)
    finally:
        bar.clear()
