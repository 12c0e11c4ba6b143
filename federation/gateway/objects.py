"""The objects on the wire, one function a kind: (key, value) as wire.line() takes them. Pure Python.

They are the panel's objects with only what a server needs, neutral to the make of the server. References are
by number; addresses and domains are in stored form (federation.topology.names). A server must ignore kinds
and fields that it does not know.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

Object = tuple[str, dict[str, Any]]


def edge(*, federation: bool) -> Object:
    """Access Edge configuration: rule 1."""
    return "edge:global", {"federation": federation}


def xmpp(
    *,
    connection_limit: int,
    partner_connection_limit: int,
    keep_alive: int,
    establishment_timeout: int,
    inactivity_timeout: int,
    dialback: str,
) -> Object:
    """XMPP gateway configuration: inbound streams in all and of one partner; seconds; the dialback secret.

    ``keep_alive`` lies between two keep-alives, ``establishment_timeout`` before a stream must be
    authenticated, ``inactivity_timeout`` after its last stanza. ``dialback`` names the secret that is to be
    used, by when it was made; itself it goes sealed (replication/dialback.py). Documents from before these
    three were sent lack them: then a server goes by its own configuration.
    """
    return "xmpp:global", {
        "connection_limit": connection_limit,
        "dialback": dialback,
        "establishment_timeout": establishment_timeout,
        "inactivity_timeout": inactivity_timeout,
        "keep_alive": keep_alive,
        "partner_connection_limit": partner_connection_limit,
    }


def domain(name: str) -> Object:
    """A domain of ours. A server's hosts that are not among them do not federate."""
    return f"domain:{name}", {}


def policy(
    number: int, *, federation: bool, xmpp: bool, default: bool = False, site: int | None = None
) -> Object:
    """An external access policy. ``default`` is the Global one; with a ``site`` it is that site's."""
    scope = "global" if default else "user" if site is None else "site"
    return f"policy:{number}", {"federation": federation, "scope": scope, "site": site, "xmpp": xmpp}


def pool(number: int, *, site: int, survivable: bool) -> Object:
    """A pool and its site."""
    return f"pool:{number}", {"site": site, "survivable": survivable}


def partner(
    number: int,
    *,
    domains: Iterable[str],
    type: str,
    methods: Iterable[str],
    limit: int | None = None,
    proxy: str = "",
    keep_alive: bool = True,
) -> Object:
    """An XMPP federated partner: primary domain first, then additional ones.

    ``type`` and ``methods`` are the values of partners.rules.PartnerType and Method; ``limit`` None is the
    gateway configuration's; ``proxy`` is ``host`` or ``host:port``.
    """
    return f"partner:{number}", {
        "domains": list(domains),
        "keep_alive": keep_alive,
        "limit": limit,
        "methods": sorted(methods),
        "proxy": proxy,
        "type": type,
    }


def certificate(number: int, *, sha256: str, use_from: int) -> Object:
    """An assignment of a certificate, from a second since 1970 on; it makes the gateway ask at once.

    Which certificate is in force the panel says with every answer (replication/assigned.py).
    """
    return f"certificate:{number}", {"sha256": sha256, "use_from": use_from}


def user(address: str, *, enabled: bool, pool: int | None, policy: int | None) -> Object:
    """A user of the directory; ``policy`` is the one assigned, not the one that governs."""
    return f"user:{address}", {"enabled": enabled, "policy": policy, "pool": pool}
