"""The doors of the tab XMPP Federated Partners."""

from __future__ import annotations

from tests.doors import CHANGES, SEES, Door
from tests.partners.makers import make_partner


def a_partner() -> list[int]:
    """The key of a partner."""
    return [make_partner().pk]


DOORS = (
    Door("partners:list"),
    Door("partners:details", args=a_partner, post=CHANGES, post_is=422),
    Door("partners:new", get=CHANGES, post=CHANGES, post_is=422),
    Door("partners:consequences", get=CHANGES),
    Door("partners:open", get=SEES, get_is=302, query="row=1"),
    # Without a selection both send back to the list.
    Door("partners:delete", get=CHANGES, get_is=302, post=CHANGES, post_is=302),
)
