"""Who hears of every event in the transaction of its change: rooms register here at start.

The change log is below all rooms and cannot ask for them. A room calls ``register`` in its AppConfig.ready().
A listener must be quick, and what it raises undoes the change. It is called when the event is written: its
members and the rows may be written after it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from controlpanel.audit.models import AuditEvent

_registered: list[Callable[[AuditEvent], None]] = []


def register(listener: Callable[[AuditEvent], None]) -> None:
    """Tell ``listener`` from now on; once however often it is called."""
    if listener not in _registered:
        _registered.append(listener)


def tell(event: AuditEvent) -> None:
    """Tell everybody."""
    for listener in _registered:
        listener(event)
