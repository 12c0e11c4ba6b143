"""The request as the panel knows it."""

from __future__ import annotations

from ipaddress import ip_address
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
        if len(hops) >= count and _is_address(hops[-count]):
            return hops[-count]
    return str(request.META.get("REMOTE_ADDR", ""))


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return "%" not in text  # a zone means nothing away from the machine that wrote it
