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


def bare_name(text: str) -> str:
    """A typed name without the ``Tag:`` prefix that the shell prints (reference 2.1)."""
    prefix, colon, name = text.strip().partition(":")
    return name.strip() if colon and prefix.strip().casefold() == "tag" else text.strip()
