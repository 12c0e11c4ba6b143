"""Asks the DNS where the SRV records of domains of ours lead. No database."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.conf import settings

from federation.x509.discovery import find_srv, resolver
from federation.x509.streams import StreamRefused, Trouble

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from federation.x509.discovery import Place


@dataclass(frozen=True)
class Seen:
    """What the DNS said of one domain; ``targets`` as SrvLook keeps them."""

    domain: str
    targets: list[dict[str, Any]] = field(default_factory=list)
    trouble: Trouble | None = None
    params: Mapping[str, str] = field(default_factory=dict)


def look_up(domains: Sequence[str]) -> list[Seen]:
    """Ask for all ``domains`` side by side, at the name servers of PANEL_NAMESERVERS."""
    return asyncio.run(_all(domains))


async def _all(domains: Sequence[str]) -> list[Seen]:
    return list(await asyncio.gather(*(_one(domain) for domain in domains)))


async def _one(domain: str) -> Seen:
    servers, port = settings.PROBE_NAMESERVERS, settings.PROBE_NAMESERVER_PORT
    try:
        ask = resolver(servers, port=port, seconds=settings.PROBE_SECONDS / 2)
        return Seen(domain, _targets(await find_srv(domain, ask)))
    except StreamRefused as refused:
        return Seen(domain, trouble=refused.code, params=refused.params)


def _targets(places: Sequence[Place]) -> list[dict[str, Any]]:
    """The places with their addresses gathered; those of one target stand together."""
    found: dict[tuple[str, int], list[str]] = {}
    for place in places:
        addresses = found.setdefault((place.target.host, place.target.port), [])
        if place.address:
            addresses.append(place.address)
    return [
        {"host": host, "port": port, "addresses": sorted(addresses)}
        for (host, port), addresses in found.items()
    ]
