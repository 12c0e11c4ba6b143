"""The rules of "May they talk?" written down a second time, from the design and not from the code.

``answer()`` is the plain statement; ``every_case()`` has every combination of switches, partner types,
directions and kinds. What enforces the rules elsewhere is held against the same cases.
"""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

KINDS = [
    *("message-normal", "message-chat", "message-headline", "message-groupchat", "message-error"),
    *("presence-subscribe", "presence-subscribed", "presence-unsubscribe", "presence-unsubscribed"),
    *("presence-probe", "presence-available", "presence-unavailable", "presence-directed", "presence-error"),
    *("iq-get", "iq-set", "iq-result", "iq-error"),
    *("room-join", "room-invitation-mediated", "room-invitation-direct"),
]
#: "" is a domain of no partner.
PARTNERS = ("", "federated", "public-verified", "public-unverified")
#: Who has the local address; the last two are no people.
LOCALS = ("unknown", "disabled", "survivable", "disabled-survivable", "enabled", "server", "component")

CODES = {
    1: "edge-federation-off",
    2: "partner-unknown",
    3: "user-unknown",
    4: "user-disabled",
    5: "home-survivable",
    6: "policy-federation-off",
    7: "policy-xmpp-off",
    8: "group-chat",
    9: "contact-required",
}


class Case(NamedTuple):
    """One combination."""

    edge: bool
    partner: str
    local: str
    federated: bool
    xmpp: bool
    direction: str
    kind: str
    contact: bool


def every_case(*, kind: str) -> Iterator[Case]:
    """All combinations for one kind of stanza."""
    on_off = (True, False)
    directions = ("outbound", "inbound")
    yield from map(Case._make, product(on_off, PARTNERS, LOCALS, on_off, on_off, directions, (kind,), on_off))


def broken(case: Case) -> set[int]:
    """The numbers of the rules that do not hold, whether or not they are asked."""
    groups = {"message-groupchat", "room-join", "room-invitation-mediated", "room-invitation-direct"}
    no_user = case.local in {"unknown", "server", "component"}
    unlisted = case.direction == "inbound" and case.partner == "public-unverified" and not case.contact
    found = {
        1: not case.edge,
        2: not case.partner,
        3: no_user,
        4: no_user or "disabled" in case.local,
        5: "survivable" in case.local,
        6: no_user or not case.federated,
        7: no_user or not case.xmpp,
        8: case.kind in groups or case.local == "component",
        9: unlisted,
    }
    return {number for number, is_broken in found.items() if is_broken}


def asked(case: Case) -> set[int]:
    """The numbers of the rules that are asked at all."""
    if case.local == "component":
        return {1, 2, 8}
    if "unsubscribe" in case.kind:  # unsubscribe and unsubscribed
        return {2}
    if case.local == "server":
        return {1, 2}
    return set(range(1, 10))


def answer(case: Case) -> str:
    """The code of the first rule that is asked and broken; empty when the stanza may pass."""
    return CODES.get(min(asked(case) & broken(case), default=0), "")


def loses_its_note(case: Case) -> bool:
    """Outbound presence to a public partner leaves without its status note."""
    return (
        not answer(case)
        and case.direction == "outbound"
        and case.partner.startswith("public")
        and case.kind.startswith(("presence", "room-join"))
    )
