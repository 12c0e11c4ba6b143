"""What the edge's settings may say (lync-reference.md, 3.1 and 4.1). Pure Python.

Of the shell's numbers only the range of the TLS connections is documented; the other ranges are ours, wide
enough for any organisation and narrow enough to catch a slip of the hand.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


class Number(NamedTuple):
    """A number as it is installed, and its limits."""

    default: int
    least: int
    most: int


class Routing(StrEnum):
    """How the edge finds the server of another domain."""

    DNS_SRV = "dns-srv"
    DEFAULT_ROUTE = "default-route"


#: The boxes of the panel's page, in its order, and those that had no control there.
SWITCHES = ("federation", "discovery", "archiving_disclaimer", "remote", "anonymous")
HIDDEN_SWITCHES = (
    "clearing_house",
    "keep_crls",
    "mark_verifiable",
    "contacts_limit",
    "user_replicator",
)

#: A box that does nothing without another: (the dependent one, the one it needs).
NEEDS = (("discovery", "federation"), ("archiving_disclaimer", "federation"))

#: The numbers of the Access Edge service that only the shell could set.
EDGE_NUMBERS = {
    "tls_count": Number(4, 1, 4),
    "discovered_rate": Number(20, 1, 1000),
    "discovered_contacts": Number(1000, 1, 100_000),
    "discovered_report_minutes": Number(60, 1, 1440),
    "accepted_certificates": Number(1000, 1, 100_000),
    "rejected_certificates": Number(500, 1, 100_000),
    "certificates_deleted": Number(20, 1, 100),
}

#: The numbers of the XMPP gateway.
GATEWAY_NUMBERS = {
    "connection_limit": Number(1000, 1, 100_000),
    "partner_connection_limit": Number(20, 1, 10_000),
    "keep_alive": Number(300, 10, 86_400),
    "establishment_timeout": Number(60, 5, 600),
    "inactivity_timeout": Number(600, 30, 86_400),
    "subscription_refresh": Number(28_800, 300, 604_800),
}


class Code(StrEnum):
    """Why a combination of settings is refused."""

    NEEDS_FEDERATION = "needs-federation"
    NO_ROUTE = "default-route-missing"
    DISCOVERY_BY_ROUTE = "discovery-needs-dns-srv"
    PROVIDERS_IN_THE_WAY = "delete-providers-first"  # count
    PARTNER_ABOVE_ALL = "partner-limit-above-limit"  # limit


def refusals(edge: Mapping[str, Any], providers: int) -> Iterator[tuple[str, Code, dict[str, int]]]:
    """What is wrong with the edge's settings: (field, code, parameters).

    ``providers`` is how many SIP federated providers there are: they and default routing exclude each other.
    """
    for one, other in NEEDS:
        if edge[one] and not edge[other]:
            yield one, Code.NEEDS_FEDERATION, {}
    if edge["routing"] == Routing.DEFAULT_ROUTE:
        if not edge["default_route"]:
            yield "default_route", Code.NO_ROUTE, {}
        if edge["discovery"]:
            yield "discovery", Code.DISCOVERY_BY_ROUTE, {}
        if providers:
            yield "routing", Code.PROVIDERS_IN_THE_WAY, {"count": providers}


def gateway_refusals(gateway: Mapping[str, int]) -> Iterator[tuple[str, Code, dict[str, int]]]:
    """What is wrong with the gateway's settings: one partner gets no more connections than all together."""
    limit = gateway["connection_limit"]
    if gateway["partner_connection_limit"] > limit:
        yield "partner_connection_limit", Code.PARTNER_ABOVE_ALL, {"limit": limit}
