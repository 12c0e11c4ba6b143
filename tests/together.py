"""Things that happen at once: each call in a thread, so that each has a database connection of its own."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

from django.db import connection, connections

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

T = TypeVar("T")
#: Longer than anything here waits for a lock.
LIMIT = 60


def together(calls: Sequence[Callable[[], T]]) -> list[T | BaseException]:
    """Run ``calls`` at once; what each returned or raised, in their order."""
    start = threading.Barrier(len(calls))

    def run(call: Callable[[], T]) -> T | BaseException:
        try:
            start.wait(LIMIT)
            return call()
        except BaseException as fault:  # it is the caller who judges it
            return fault
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(calls)) as pool:
        return [future.result(LIMIT) for future in [pool.submit(run, call) for call in calls]]


def impatient() -> None:
    """Let this thread's connection wait a moment for a lock, and no longer."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SET lock_timeout = 500" if connection.vendor == "postgresql" else "PRAGMA busy_timeout = 500"
        )


class Meanwhile:
    """A moment in one thread that another waits for, and a moment that it may last."""

    def __init__(self) -> None:
        self._come = threading.Event()

    def happened(self) -> None:
        """Let the others go on, and give them time to run into our locks."""
        self._come.set()
        threading.Event().wait(0.5)

    def wait(self) -> None:
        """Wait until it happened."""
        assert self._come.wait(LIMIT)
