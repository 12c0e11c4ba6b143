"""The request as the panel knows it."""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address, ip_network
from typing import TYPE_CHECKING

from django.conf import settings
from django.http import HttpRequest

if TYPE_CHECKING:
    from django_htmx.middleware import HtmxDetails

    from controlpanel.accounts.models import Administrator


class PanelRequest(HttpRequest):
    """A request after the middleware: somebody is signed in, and htmx has been looked at."""

    user: Administrator
    htmx: HtmxDetails
    may_act: bool  # set by the door: whether to offer what changes something


def client_address(request: HttpRequest) -> str:
    """The address the request came from.

    Behind ``TRUSTED_PROXIES`` proxies it is the entry that the outermost of them wrote into
    X-Forwarded-For; what stands further left was sent by the client and is not believed.
    """
    if count := settings.TRUSTED_PROXIES:
        hops = [hop.strip() for hop in request.headers.get("X-Forwarded-For", "").split(",")]
        if len(hops) >= count and (address := _address(hops[-count])):
            return address
    given = str(request.META.get("REMOTE_ADDR", ""))
    return _address(given) or given


def network(address: str) -> str:
    """Whose address it is, for counting: an IPv6 /64 is one household's, so it is one; "-" when unknown."""
    try:
        known = ip_address(address)
    except ValueError:
        return "-"
    return str(ip_network((known, 64), strict=False)) if isinstance(known, IPv6Address) else address


def _address(text: str) -> str:
    """``text`` in its one spelling, an IPv4 address within IPv6 as IPv4; "" for what is no address."""
    try:
        known = ip_address(text)
    except ValueError:
        return ""
    if isinstance(known, IPv6Address):
        if known.scope_id:
            return ""  # a zone means nothing away from the machine that wrote it
        known = known.ipv4_mapped or known
    return str(known)
