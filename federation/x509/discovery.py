"""Where a domain's servers are: SRV, then addresses (RFC 6120, 3.2; XEP-0368). No Django.

The resolver is the caller's: its name servers, their ports, its time limit. Whatever the DNS answers, no more
than MOST_TARGETS places are looked at.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import dns.asyncresolver
import dns.exception
import dns.name
import dns.resolver

from federation.x509.streams import StreamRefused, Trouble

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dns.rdtypes.IN.SRV import SRV

PORT = 5269
MOST_TARGETS = 8
MOST_ADDRESSES = 4  # of one host


class Method(StrEnum):
    """How TLS begins."""

    START_TLS = "starttls"
    DIRECT = "direct"


SERVICES = {Method.START_TLS: "_xmpp-server._tcp", Method.DIRECT: "_xmpps-server._tcp"}


@dataclass(frozen=True)
class Target:
    """A place to look at: from an SRV record, or without any the domain itself on port 5269.

    ``host`` is "" where the record says that there is no such service (RFC 2782).
    """

    host: str
    port: int
    method: Method
    priority: int = 0
    weight: int = 0
    from_srv: bool = True


@dataclass(frozen=True)
class Place:
    """A target at one of its addresses; ``trouble`` and ``params`` when it has none."""

    target: Target
    address: str
    trouble: Trouble | None = None
    params: tuple[tuple[str, str], ...] = ()


def resolver(
    nameservers: Sequence[str] = (), *, port: int = 53, seconds: float = 5.0
) -> dns.asyncresolver.Resolver:
    """A resolver with these name servers, or the system's; raises StreamRefused(NO_RESOLVER) without any."""
    try:
        made = dns.asyncresolver.Resolver(configure=not nameservers)
    except dns.resolver.NoResolverConfiguration:
        raise StreamRefused(Trouble.NO_RESOLVER) from None
    if nameservers:
        made.nameservers, made.port = list(nameservers), port
    made.lifetime = seconds
    return made


async def find_targets(domain: str, ask: dns.asyncresolver.Resolver) -> list[Target]:
    """The targets of a domain in stored form, best first; raises StreamRefused."""
    found = await asyncio.gather(*(_services(domain, method, ask) for method in Method))
    targets = [target for of_method in found for target in of_method]
    if not targets:
        return [Target(domain, PORT, Method.START_TLS, from_srv=False)]
    offered = [target for target in targets if target.host]
    if not offered:
        raise StreamRefused(Trouble.SERVICE_REFUSED, service=SERVICES[targets[0].method])
    return sorted(offered, key=lambda each: (each.priority, -each.weight, each.host, each.port))[
        :MOST_TARGETS
    ]


async def find_srv(domain: str, ask: dns.asyncresolver.Resolver) -> list[Place]:
    """Where the SRV records for STARTTLS lead, with addresses; none without records. Raises StreamRefused."""
    targets = await _services(domain, Method.START_TLS, ask)
    if targets and not any(target.host for target in targets):
        raise StreamRefused(Trouble.SERVICE_REFUSED, service=SERVICES[Method.START_TLS])
    targets.sort(key=lambda each: (each.priority, -each.weight, each.host, each.port))
    return await find_places([target for target in targets if target.host], ask)


async def find_places(targets: Sequence[Target], ask: dns.asyncresolver.Resolver) -> list[Place]:
    """The targets with their addresses, IPv6 first; one without any is kept, with what went wrong."""
    found = await asyncio.gather(*(_places(target, ask) for target in targets))
    return [place for places in found for place in places]


async def _services(domain: str, method: Method, ask: dns.asyncresolver.Resolver) -> list[Target]:
    records: list[SRV] = await _lookup(f"{SERVICES[method]}.{domain}", "SRV", ask)
    return [
        Target(
            "" if record.target == dns.name.root else record.target.to_text(omit_final_dot=True).lower(),
            record.port,
            method,
            record.priority,
            record.weight,
        )
        for record in records[: 4 * MOST_TARGETS]
    ]


async def _places(target: Target, ask: dns.asyncresolver.Resolver) -> list[Place]:
    try:
        found = await asyncio.gather(*(_lookup(target.host, kind, ask) for kind in ("AAAA", "A")))
    except StreamRefused as refused:
        return [Place(target, "", refused.code, tuple(refused.params.items()))]
    addresses = [record.address for records in found for record in records[:MOST_ADDRESSES]]
    if not addresses:
        return [Place(target, "", Trouble.NO_ADDRESS, (("host", target.host),))]
    return [Place(target, address) for address in addresses]


async def _lookup(name: str, kind: str, ask: dns.asyncresolver.Resolver) -> list[Any]:
    """The records of a name; none is no failure. Raises StreamRefused for a server that does not answer."""
    try:
        return list(await ask.resolve(name, kind, search=False))
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return []
    except dns.resolver.LifetimeTimeout:
        raise StreamRefused(Trouble.DNS_TIMEOUT, name=name) from None
    except (dns.exception.DNSException, OSError, ValueError):
        raise StreamRefused(Trouble.DNS_FAILED, name=name) from None
