"""What rooms have only counted so far becomes an event when somebody is about to read the change log.

The change log is below all rooms and cannot ask for it: a room calls ``register`` in its AppConfig.ready().
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from django.db import DatabaseError

if TYPE_CHECKING:
    from collections.abc import Callable

_registered: list[Callable[[], None]] = []


def register(write: Callable[[], None]) -> None:
    """Call ``write`` before the log is read; once however often it is registered."""
    if write not in _registered:
        _registered.append(write)


def write_all() -> None:
    """Let everybody write. A busy database keeps nobody from reading."""
    for write in _registered:
        with suppress(DatabaseError):
            write()
