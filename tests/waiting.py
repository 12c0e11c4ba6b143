"""Wait for a condition, and never for a number of seconds: a busy machine is no finding."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

#: Seconds after which what should happen is not going to.
PATIENCE = 90


def until(holds: Callable[[], object]) -> float:
    """Wait until it holds; returns how many seconds that took."""
    began = time.monotonic()
    while not holds():
        assert time.monotonic() - began < PATIENCE, "never"
        time.sleep(0.02)
    return time.monotonic() - began
