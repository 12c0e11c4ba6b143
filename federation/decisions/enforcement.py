"""What keeps gateways from enforcing what Test access answers: rooms above this one register here."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable


class Hindrance(NamedTuple):
    """Why gateways may do otherwise, in a sentence ("" when nothing hinders), and the page to go to."""

    sentence: str
    url: str


_registered: list[Callable[[], Hindrance]] = []


def register(tell: Callable[[], Hindrance]) -> None:
    """Ask ``tell`` from now on; once however often it is called."""
    if tell not in _registered:
        _registered.append(tell)


def hindrances() -> list[Hindrance]:
    """All that hinder now."""
    return [found for tell in _registered if (found := tell()).sentence]
