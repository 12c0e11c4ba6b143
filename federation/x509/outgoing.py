"""Connections to where names lead that somebody else chose: a partner's DNS may say what it likes. No Django.

``connect`` is the one place where the panel connects to an address that came from data. It looks at the very
address that it then connects to, so that no second answer of the DNS can take its place.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import TYPE_CHECKING

from federation.x509.streams import StreamRefused, Trouble

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class Kind(StrEnum):
    """Addresses where no partner's server is, or where one is only if the organisation says so."""

    LOOPBACK = "loopback"  # this machine itself
    LINK_LOCAL = "link-local"  # what is on the same wire; metadata of clouds
    MULTICAST = "multicast"
    UNSPECIFIED = "unspecified"
    BROADCAST = "broadcast"
    RESERVED = "reserved"
    PRIVATE = "private"


_RANGES = [
    (ip_network(text), kind)
    for kind, several in {
        Kind.LOOPBACK: ("127.0.0.0/8", "::1/128"),
        Kind.LINK_LOCAL: ("169.254.0.0/16", "fe80::/10"),
        Kind.MULTICAST: ("224.0.0.0/4", "ff00::/8"),
        Kind.UNSPECIFIED: ("0.0.0.0/8", "::/128"),
        Kind.BROADCAST: ("255.255.255.255/32",),
        Kind.RESERVED: ("240.0.0.0/4",),
        Kind.PRIVATE: (
            *("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "198.18.0.0/15"),
            *("192.0.0.0/24", "fc00::/7", "fec0::/10"),
        ),
    }.items()
    for text in several
]
#: IPv6 that ends in the IPv4 it stands for: mapped, compatible, translated, NAT64 (RFC 4291, 2765, 6052).
_ENDS_IN_IPV4 = [ip_network(text) for text in ("::ffff:0:0/96", "::/96", "::ffff:0:0:0/96", "64:ff9b::/96")]
_NAT64_OF_ONES_OWN = IPv6Network("64:ff9b:1::/48")  # RFC 8215
_THIS_NETWORK = IPv4Network("0.0.0.0/8")
_ISATAP = {b"\x00\x00\x5e\xfe", b"\x02\x00\x5e\xfe"}  # RFC 5214, 6.1
#: They begin as IPv4-compatible addresses do, and are what they are.
_NOTHING_INSIDE = {IPv6Address("::"), IPv6Address("::1")}


@dataclass(frozen=True)
class Allowed:
    """What the organisation allows beside public addresses. ``loopback`` is for tests."""

    private: bool = True
    loopback: bool = False

    def permits(self, kind: Kind | None) -> bool:
        """Whether to connect to such an address."""
        return (
            kind is None
            or (kind is Kind.PRIVATE and self.private)
            or (kind is Kind.LOOPBACK and self.loopback)
        )


def refused(address: str, allowed: Allowed) -> Kind | None:
    """Why ``address``, or the IPv4 address inside it, is not connected to; None when it is."""
    given = ip_address(address)
    for each in (given, *(_inside(given) if isinstance(given, IPv6Address) else ())):
        kind = next(
            (kind for network, kind in _RANGES if each.version == network.version and each in network), None
        )
        if not allowed.permits(kind):
            return kind
    return None


def _inside(address: IPv6Address) -> Iterator[IPv4Address]:
    """The IPv4 addresses that a router or the system may make of ``address``."""
    octets = address.packed
    if address in _NOTHING_INSIDE:
        return
    if any(address in network for network in _ENDS_IN_IPV4) or octets[8:12] in _ISATAP:
        yield IPv4Address(octets[12:])
    if address.sixtofour:
        yield address.sixtofour
    if address.teredo:
        yield from address.teredo
    if address in _NAT64_OF_ONES_OWN:  # at any of the places of RFC 6052, 2.2
        places = (octets[6:8] + octets[9:11], octets[7:8] + octets[9:12], octets[9:13], octets[12:])
        yield from (found for place in places if (found := IPv4Address(place)) not in _THIS_NETWORK)


async def connect(
    protocol: Callable[[], asyncio.Protocol], address: str, port: int, allowed: Allowed
) -> asyncio.Transport:
    """A connection to ``address``, an IP address; raises StreamRefused when it may not be, and OSError."""
    if kind := refused(address, allowed):
        raise StreamRefused(Trouble.ADDRESS_REFUSED, address=address, range=kind.value)
    transport, _protocol = await asyncio.get_running_loop().create_connection(protocol, address, port)
    return transport
