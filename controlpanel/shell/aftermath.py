"""What the message bar goes on to say of a commit once the page is there, such as where it is in force.

The shell is below all rooms and cannot ask for it: a room calls ``register`` in its AppConfig.ready().
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest

_registered: list[Callable[[], str]] = []
_warners: list[Callable[[], str]] = []


def register(address: Callable[[], str]) -> None:
    """Ask ``address`` after each commit for a fragment's address; "" is nothing to say."""
    if address not in _registered:
        _registered.append(address)


def follow_up() -> str:
    """The address of the fragment that belongs to the commit of a moment ago; "" for none."""
    return next(filter(None, (address() for address in _registered)), "")


def register_warning(tell: Callable[[], str]) -> None:
    """Ask ``tell`` after each commit for a sentence, which may hold a link; "" is nothing to warn of."""
    if tell not in _warners:
        _warners.append(tell)


def say(request: HttpRequest, sentence: str) -> None:
    """Tell of a commit, and what follows from it; what hinders it from having an effect is a warning."""
    messages.success(request, sentence, extra_tags=follow_up())
    warn(request)


def warn(request: HttpRequest) -> None:
    """Warn after a commit that was told already."""
    for sentence in warnings():
        messages.warning(request, sentence)


def warnings() -> list[str]:
    """What all warn of."""
    return [sentence for tell in _warners if (sentence := tell())]
