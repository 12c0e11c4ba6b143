"""The doors of the tab Status."""

from __future__ import annotations

from controlpanel.accounts.rights import Right
from federation.gateway import services as gateways
from federation.replication import services
from tests.doors import SEES, Door
from tests.makers import MAKER, make_site
from tests.people import with_right

KEEPS_SECRETS = with_right(Right.SECRETS)


def a_gateway() -> list[int]:
    """The key of a gateway."""
    gateway, _secret = gateways.create_gateway(name="xmpp1.contoso.com", site=make_site(), actor=MAKER)
    return [gateway.pk]


def a_revision() -> list[int]:
    """The number of a revision."""
    return [services.publish().number]


DOORS = (
    Door("status:list"),
    Door("status:details", args=a_gateway, post=KEEPS_SECRETS, post_is=422),
    Door("status:new", get=KEEPS_SECRETS, post=KEEPS_SECRETS, post_is=422),
    Door("status:open", get=SEES, get_is=302, query="row=1"),
    # Without a selection both send back to the list.
    Door("status:delete", get=KEEPS_SECRETS, get_is=302, post=KEEPS_SECRETS, post_is=302),
    Door("status:secret", args=a_gateway, get=KEEPS_SECRETS, post=KEEPS_SECRETS, post_is=409),
    # When none runs another history it sends back to the list.
    Door("status:follow", get=KEEPS_SECRETS, get_is=302, post=KEEPS_SECRETS, post_is=302),
    Door("status:module"),
    Door("status:in-force", args=a_revision),
)
