"""A domain is ours or somebody else's, never both (design.md, section 5: what is ours is no federation).

This room knows ours, rooms above know those of others. Such a room leaves word here in its AppConfig.ready(),
and calls ``LocalDomain.objects.hold()`` before it takes a domain.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_others: list[Callable[[str], str]] = []


def register(claim: Callable[[str], str]) -> None:
    """``claim`` says in a sentence whose a stored domain is; "" when it is nobody's."""
    if claim not in _others:
        _others.append(claim)


def claim_on(domain: str) -> str:
    """Why the stored ``domain`` cannot be ours; "" when it can."""
    return next((said for claim in _others if (said := claim(domain))), "")
