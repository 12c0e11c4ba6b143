"""What the message bar goes on to say of a commit once the page is there, such as where it is in force.

The shell is below all rooms and cannot ask for it: a room calls ``register`` in its AppConfig.ready().
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_registered: list[Callable[[], str]] = []


def register(address: Callable[[], str]) -> None:
    """Ask ``address`` after each commit for a fragment's address; "" is nothing to say."""
    if address not in _registered:
        _registered.append(address)


def follow_up() -> str:
    """The address of the fragment that belongs to the commit of a moment ago; "" for none."""
    return next(filter(None, (address() for address in _registered)), "")
