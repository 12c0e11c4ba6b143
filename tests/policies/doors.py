"""Doors of the tab External Access Policy."""

from __future__ import annotations

from tests.doors import CHANGES, SEES, Door
from tests.makers import global_policy, make_site


def the_global() -> list[int]:
    """The key of a policy."""
    return [global_policy().pk]


def a_site() -> list[int]:
    """The key of a site that has no policy."""
    return [make_site().pk]


DOORS = (
    Door("policies:list"),
    Door("policies:details", args=the_global, post=CHANGES, post_is=422),
    Door("policies:effect", args=the_global, get=CHANGES, query="federated=on"),
    Door("policies:named", get_is=302, query="identity=Global"),
    Door("policies:new-user", get=CHANGES, post=CHANGES, post_is=422),
    Door("policies:select-site", get=CHANGES),
    Door("policies:new-site", args=a_site, get=CHANGES, post=CHANGES, post_is=302),
    Door("policies:open", get=SEES, get_is=302, query="row=1"),
    Door("policies:copy", get=CHANGES, get_is=302, query="row=1"),
    # Without a selection both send back to the list.
    Door("policies:delete", get=CHANGES, get_is=302, post=CHANGES, post_is=302),
)
