"""The rules of "May they talk?" written down a second time, from the design and not from the code.

``answer()`` is the plain statement; ``every_case()`` has every combination of switches, partner types,
directions and kinds. What enforces the rules elsewhere is held against the same cases.
"""

from __future__ import annotations

from itertools import product, starmap
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

KINDS = [
    *("message-normal", "message-chat", "message-headline", "message-groupchat", "message-error"),
    *("presence-subscribe", "presence-subscribed", "presence-unsubscribe", "presence-unsubscribed"),
    *("presence-probe", "presence-available", "presence-unavailable", "presence-directed", "presence-error"),
    *("iq-get", "iq-set", "iq-result", "iq-error"),
    *("room-join", "room-invitation-mediated", "room-invitation-direct"),
    "room-invitation-channel",
]
#: "" is a domain of no partner.
PARTNERS = ("", "federated", "public-verified", "public-unverified")
#: What never is between people.
GROUPS = {"message-groupchat", "room-join", "room-invitation-mediated", "room-invitation-direct"}
GROUPS |= {"room-invitation-channel"}
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
    rooms: bool = False  # the remote domain is a service of rooms
    ours: bool = False  # both domains are our own


def every_case(*, kind: str) -> Iterator[Case]:
    """All combinations for one kind of stanza, with a domain that is not ours."""
    on_off = (True, False)
    ways = ("outbound", "inbound")
    every = product(on_off, PARTNERS, LOCALS, on_off, on_off, ways, (kind,), on_off, on_off)
    yield from starmap(Case, every)


def broken(case: Case) -> set[int]:
    """The numbers of the rules that do not hold, whether or not they are asked."""
    leaves = case.kind in {"presence-unavailable", "presence-unsubscribe", "presence-unsubscribed"}
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
        8: case.kind in GROUPS or case.local == "component" or (case.rooms and not leaves),
        9: unlisted,
    }
    return {number for number, is_broken in found.items() if is_broken}


def asked(case: Case) -> set[int]:
    """The numbers of the rules that are asked at all."""
    if case.ours:
        return set()
    if case.local == "component":
        return {1, 2, 8}
    if "unsubscribe" in case.kind and case.partner:  # unsubscribe and unsubscribed
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
        and not case.ours
        and case.direction == "outbound"
        and case.partner.startswith("public")
        and case.kind.startswith(("presence", "room-join"))
    )


def is_emptied(case: Case) -> bool:
    """Who may not write may withdraw, and leave a room; that says nothing else."""
    leaves = "unsubscribe" in case.kind or case.kind == "presence-unavailable"
    return leaves and not answer(case) and bool(answer(case._replace(kind="message-chat")))
