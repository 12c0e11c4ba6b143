"""What an external access policy may say (lync-reference.md, section 2). Pure Python."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

#: The switches in the order of the dialog; public audio/video had no control in Lync's panel.
SWITCHES = ("federated", "xmpp", "remote", "public", "public_av")

#: A switch that does nothing without another: (the dependent one, the one it needs).
NEEDS = (("xmpp", "federated"), ("public_av", "public"))

#: The Global policy after installation, and again after a reset: everything off.
DEFAULTS: dict[str, bool | str] = {**dict.fromkeys(SWITCHES, False), "description": ""}


def missing(switches: Mapping[str, bool]) -> list[tuple[str, str]]:
    """The pairs of NEEDS that ``switches`` breaks: on without what it needs."""
    return [(one, other) for one, other in NEEDS if switches[one] and not switches[other]]


def gains_and_losses(
    before: Mapping[str, bool], after: Mapping[str, bool]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The switches that the governed users gain, and those they lose, when ``before`` becomes ``after``.

    A switch that stands without the one it needs does nothing: its users do not have it.
    """
    had, have = _effective(before), _effective(after)
    return (
        tuple(name for name in SWITCHES if name in have - had),
        tuple(name for name in SWITCHES if name in had - have),
    )


def _effective(switches: Mapping[str, bool]) -> set[str]:
    on = {name for name in SWITCHES if switches[name]}
    return on - {one for one, other in NEEDS if other not in on}


def bare_name(text: str) -> str:
    """A typed name without the ``Tag:`` prefix that the shell prints (reference 2.1)."""
    prefix, colon, name = text.strip().partition(":")
    return name.strip() if colon and prefix.strip().casefold() == "tag" else text.strip()
