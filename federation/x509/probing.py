"""A look at a domain's XMPP servers, as another server would have it. No Django.

``probe`` finds the servers in the DNS (discovery.py), visits each at once (visits.py) and notes what each
shows. A server offers SASL EXTERNAL only to whom it could believe: give ``identity`` to be seen as our
gateway.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from federation.x509.discovery import (
    Method,
    Place,
    Target,
    find_places,
    find_targets,
    resolver,
)
from federation.x509.outgoing import Allowed
from federation.x509.streams import StreamRefused, Trouble
from federation.x509.visits import Identity, Look, contexts, visit

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import dns.asyncresolver

SECONDS = 10.0
PUBLIC_AND_PRIVATE = Allowed()


@dataclass(frozen=True)
class Probe:
    """What a domain's servers showed, in the order in which other servers would try them."""

    domain: str
    looks: tuple[Look, ...] = ()
    trouble: Trouble | None = None  # of the DNS: then nothing was looked at
    params: Mapping[str, str] = field(default_factory=dict)

    @property
    def best(self) -> Look | None:
        """The first look without trouble."""
        return next((look for look in self.looks if look.trouble is None), None)


async def probe(
    domain: str,
    *,
    own_domain: str,
    ask: dns.asyncresolver.Resolver,
    identity: Identity | None = None,
    seconds: float = SECONDS,
    allowed: Allowed = PUBLIC_AND_PRIVATE,
) -> Probe:
    """Look at the servers of ``domain``; both domains in stored form. Never raises for what others do.

    ``ask``: see discovery.resolver(). ``seconds``: for each place; all are looked at side by side.
    """
    try:
        places = await find_places(await find_targets(domain, ask), ask)
    except StreamRefused as refused:
        return Probe(domain, trouble=refused.code, params=refused.params)
    if all(place.trouble is Trouble.NO_ADDRESS and not place.target.from_srv for place in places):
        return Probe(domain, trouble=Trouble.DOMAIN_UNKNOWN, params={"domain": domain})
    tls = contexts(identity)
    looks = await asyncio.gather(
        *(visit(place, domain, own_domain, tls, seconds, allowed) for place in places)
    )
    return Probe(domain, tuple(looks))


async def probe_place(
    address: str,
    port: int,
    domain: str,
    *,
    own_domain: str,
    method: Method = Method.START_TLS,
    identity: Identity | None = None,
    seconds: float = SECONDS,
    allowed: Allowed = PUBLIC_AND_PRIVATE,
) -> Look:
    """Look at one known place, such as our own gateway, without the DNS."""
    place = Place(Target(address, port, method, from_srv=False), address)
    return await visit(place, domain, own_domain, contexts(identity), seconds, allowed)


def probe_now(
    domain: str,
    *,
    own_domain: str,
    nameservers: Sequence[str] = (),
    nameserver_port: int = 53,
    identity: Identity | None = None,
    seconds: float = SECONDS,
    allowed: Allowed = PUBLIC_AND_PRIVATE,
) -> Probe:
    """probe() for code that does not await. Without ``nameservers`` the system's are asked."""
    try:
        ask = resolver(nameservers, port=nameserver_port, seconds=seconds / 2)
    except StreamRefused as refused:
        return Probe(domain, trouble=refused.code, params=refused.params)
    return asyncio.run(
        probe(domain, own_domain=own_domain, ask=ask, identity=identity, seconds=seconds, allowed=allowed)
    )
