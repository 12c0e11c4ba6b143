"""A domain that is blocked for SIP is seldom meant to be an XMPP partner, nor the other way round.

Both stand in rooms that do not know each other, so each leaves word here in its AppConfig.ready(), and asks
here before it takes a domain. Whoever means it says so once more: services refuse it without.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    #: Of stored domains those that are there, each with what it belongs to as people read it.
    Finder = Callable[[Collection[str]], Mapping[str, str]]

_finders: dict[str, Finder] = {}

BLOCKED, PARTNERS = "blocked", "partners"


def register(side: str, finder: Finder) -> None:
    """``finder`` knows the domains of ``side``."""
    _finders[side] = finder


def found(side: str, domains: Collection[str]) -> Mapping[str, str]:
    """Those of the stored ``domains`` that stand on ``side``."""
    return _finders[side](domains) if domains else {}
