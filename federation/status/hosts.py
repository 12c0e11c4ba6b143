"""The domains that a gateway is said to serve, against those that it has as hosts.

It decides about people of any domain of ours that is a host there: what it is said to serve changes nothing
on the wire. It is what an administrator expects, so a difference is told; and what partners are led to by
SRV records. Of a gateway of which nothing is said, what it reports is believed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from federation.topology.models import LocalDomain

if TYPE_CHECKING:
    from collections.abc import Iterable

    from federation.gateway.models import Gateway


class Hosts(NamedTuple):
    """Names of domains, in order. ``has`` is None while the gateway has not told.

    ``missing`` is said but not there, ``unsaid`` there but not said.
    """

    said: list[str]
    has: list[str] | None

    @property
    def missing(self) -> list[str]:
        """What its people and partners are promised in vain."""
        return [name for name in self.said if name not in self.has] if self.has is not None else []

    @property
    def unsaid(self) -> list[str]:
        """What it serves though nobody said so."""
        return [name for name in self.has or () if self.said and name not in self.said]

    def serves(self, domain: str) -> bool:
        """Whether ``domain`` is led to it: as said, else as reported, else it may be any."""
        return domain in self.said if self.said else self.has is None or domain in self.has


def hosts_of(gateway: Gateway) -> Hosts:
    """Of one gateway (``listed()``); no query."""
    report = getattr(gateway, "report", None)
    return Hosts(sorted(each.domain for each in gateway.domains.all()), report.hosts if report else None)


def unserved(gateways: Iterable[Gateway]) -> list[str]:
    """Domains of ours that no gateway has, as far as they tell; none while one does not tell. One query."""
    found = [hosts_of(gateway) for gateway in gateways]
    if not found or any(each.has is None for each in found):
        return []
    there = {name for each in found for name in each.has or ()}
    return [name for name in LocalDomain.objects.values_list("domain", flat=True) if name not in there]
