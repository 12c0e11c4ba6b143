"""Doors of the tab SIP Federated Providers."""

from __future__ import annotations

from federation.providers.models import FederatedProvider
from tests.doors import CHANGES, Door


def a_provider() -> list[int]:
    """The key of one that ships."""
    return [FederatedProvider.objects.get(name="Yahoo!").pk]


DOORS = (
    Door("providers:list"),
    Door("providers:details", args=a_provider, post=CHANGES, post_is=422),
    Door("providers:new-hosted", get=CHANGES, post=CHANGES, post_is=422),
    Door("providers:new-public", get=CHANGES, post=CHANGES, post_is=422),
    Door("providers:open", get_is=302, query="row=1"),
    # Without a selection it sends back to the list.
    Door("providers:delete", get=CHANGES, get_is=302, post=CHANGES, post_is=302),
)
