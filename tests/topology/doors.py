"""Doors of the tabs Sites and Pools."""

from __future__ import annotations

from tests.doors import CHANGES, Door
from tests.makers import make_pool, make_site


def a_site() -> list[int]:
    """The key of a site."""
    return [make_site().pk]


def a_pool() -> list[int]:
    """The key of a pool."""
    return [make_pool().pk]


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
)
