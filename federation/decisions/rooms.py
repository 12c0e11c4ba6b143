"""Which domains are services of rooms, as gateways learn it by asking them (XEP-0030).

A room above hears it from the gateways; it leaves word here in its AppConfig.ready().
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_askers: list[Callable[[str], bool]] = []


def register(knows: Callable[[str], bool]) -> None:
    """``knows`` says whether a stored domain is a service of rooms."""
    if knows not in _askers:
        _askers.append(knows)


def is_rooms(domain: str) -> bool:
    """Whether a service of rooms answers at the stored ``domain``, as far as any gateway knows."""
    return any(knows(domain) for knows in _askers)
