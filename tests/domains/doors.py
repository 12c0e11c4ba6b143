"""Doors of the tab SIP Federated Domains."""

from __future__ import annotations

from tests.domains.makers import allow
from tests.doors import CHANGES, Door


def a_domain() -> list[int]:
    """The key of a domain."""
    return [allow().pk]


DOORS = (
    Door("domains:list"),
    Door("domains:details", args=a_domain, post=CHANGES, post_is=422),
    Door("domains:new-allowed", get=CHANGES, post=CHANGES, post_is=422),
    Door("domains:new-blocked", get=CHANGES, post=CHANGES, post_is=422),
    Door("domains:open", get_is=302, query="row=1"),
    # Without a selection it sends back to the list.
    Door("domains:delete", get=CHANGES, get_is=302, post=CHANGES, post_is=302),
    Door("domains:import", get=CHANGES, post=CHANGES, post_is=422),
)
