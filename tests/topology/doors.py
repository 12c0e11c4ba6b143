"""Doors of the tabs Sites, Pools and Domains."""

from __future__ import annotations

from federation.topology import services as topology
from tests.doors import CHANGES, Door
from tests.makers import MAKER, make_pool, make_site


def a_site() -> list[int]:
    """The key of a site."""
    return [make_site().pk]


def a_pool() -> list[int]:
    """The key of a pool."""
    return [make_pool().pk]


def a_domain() -> list[int]:
    """The key of a domain of ours."""
    return [topology.create_domain(domain="contoso.com", actor=MAKER).pk]


DOORS = (
    Door("topology:sites-list"),
    Door("topology:sites-details", args=a_site, post=CHANGES, post_is=422),
    Door("topology:sites-new", get=CHANGES, post=CHANGES, post_is=422),
    Door("topology:sites-open", get_is=302, query="row=1"),
    Door("topology:sites-delete", get=CHANGES, get_is=302, post=CHANGES, post_is=302),
    Door("topology:sites-suggest"),
    Door("topology:pools-list"),
    Door("topology:pools-details", args=a_pool, post=CHANGES, post_is=422),
    Door("topology:pools-new", get=CHANGES, post=CHANGES, post_is=422),
    Door("topology:pools-open", get_is=302, query="row=1"),
    Door("topology:pools-delete", get=CHANGES, get_is=302, post=CHANGES, post_is=302),
    Door("topology:domains-list"),
    Door("topology:domains-details", args=a_domain, post=CHANGES, post_is=422),
    Door("topology:domains-new", get=CHANGES, post=CHANGES, post_is=422),
    Door("topology:domains-open", get_is=302, query="row=1"),
    Door("topology:domains-delete", get=CHANGES, get_is=302, post=CHANGES, post_is=302),
)
