"""Default routing and SIP federated providers exclude each other (lync-reference.md, 3.1 and 3.3).

The edge knows the routing method, the providers' room knows the providers, and rooms of one layer never
import each other. So each leaves word here in its AppConfig.ready(), and asks here before it writes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_default_route: list[Callable[[], bool]] = []
_providers: list[Callable[[], int]] = []


def register_default_route(in_force: Callable[[], bool]) -> None:
    """``in_force`` says whether default routing is on, and holds that until the transaction ends."""
    if in_force not in _default_route:
        _default_route.append(in_force)


def register_providers(count: Callable[[], int]) -> None:
    """``count`` says how many providers there are."""
    if count not in _providers:
        _providers.append(count)


def is_default_route() -> bool:
    """Whether everything goes to one default route, so that no provider can be made. Holds the answer."""
    return any(in_force() for in_force in _default_route)


def count_of_providers() -> int:
    """How many providers stand in the way of default routing."""
    return sum(count() for count in _providers)
