"""Doors of the tabs Access Edge Configuration and XMPP Gateway Configuration."""

from __future__ import annotations

from controlpanel.accounts.rights import Right
from tests.doors import CHANGES, Door
from tests.people import with_right


def the_row() -> list[int]:
    """The key of either configuration."""
    return [1]


DOORS = (
    Door("edge:access-list"),
    Door("edge:access-details", args=the_row, post=CHANGES, post_is=422),
    Door("edge:access-open", get_is=302, query="row=1"),
    Door("edge:access-effect"),
    Door("edge:xmpp-list"),
    Door("edge:xmpp-details", args=the_row, post=CHANGES, post_is=422),
    Door("edge:xmpp-open", get_is=302, query="row=1"),
    Door("edge:xmpp-secret", get=with_right(Right.SECRETS), post=with_right(Right.SECRETS), post_is=409),
)
