"""The endpoints of the gateways. No session, no CSRF: the secret in each request is who they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import HttpResponse, StreamingHttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_POST

from federation.gateway import requests, wire
from federation.replication import assigned, exchange

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponseBase

    from federation.gateway.models import Gateway

_SCHEME = "Bearer "
_LOOPBACK = ("127.", "::1")
#: What proxies add. Behind one on this machine the peer is always loopback, whoever asks.
_FORWARDED = frozenset(
    {"Forwarded", "Via", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-Ip"}
)


@csrf_exempt
@login_not_required
@require_POST
def exchange_documents(request: HttpRequest) -> HttpResponseBase:
    """One exchange: 204 nothing new, 200 a document; 400, 401, 403, 413 or 429 when it is refused."""
    known = _known(request)
    if isinstance(known, HttpResponse):
        return known
    gateway, asked, _secret = known
    try:
        document = exchange.answer(gateway, asked).document
    except exchange.Refused as refused:
        return HttpResponse(status=refused.status)
    response: HttpResponseBase = HttpResponse(status=204)
    if document is not None:
        response = StreamingHttpResponse(document.pieces(), content_type=wire.MEDIA_TYPE)
        response["Content-Length"] = str(document.length)
        response["Cache-Control"] = "no-store"
    if told := assigned.fingerprint(timezone.now()):
        response[assigned.HEADER] = told
    return response


@csrf_exempt
@login_not_required
@require_POST
@sensitive_variables()
def certificate(request: HttpRequest) -> HttpResponse:
    """The assigned certificate with its key, sealed; 204 when none is, 421 over a line that is open."""
    known = _known(request)
    if isinstance(known, HttpResponse):
        return known
    if not _is_closed_line(request):
        return HttpResponse(status=421)  # whoever reads the secret on the way could open the key
    gateway, _asked, secret = known
    try:
        sealed = assigned.sealed_for(gateway, secret, timezone.now())
    except ValidationError:
        return HttpResponse(status=503)
    response = HttpResponse(sealed, content_type="application/octet-stream")
    response["Cache-Control"] = "no-store"
    return response if sealed else HttpResponse(status=204)


def _is_closed_line(request: HttpRequest) -> bool:
    """Whether nobody but proxies we trust can listen: TLS, or this machine and no proxy in between."""
    peer = request.META.get("REMOTE_ADDR", "")
    return request.is_secure() or (peer.startswith(_LOOPBACK) and not _FORWARDED & request.headers.keys())


@sensitive_variables()
def _known(request: HttpRequest) -> tuple[Gateway, requests.Request, str] | HttpResponse:
    """Who asks, what, and with which secret; or the answer that refuses it."""
    credentials = request.headers.get("Authorization", "")
    if not credentials.startswith(_SCHEME):
        return HttpResponse(status=401, headers={"WWW-Authenticate": "Bearer"})
    if int(request.headers.get("Content-Length") or 0) > wire.LONGEST_REQUEST:
        return HttpResponse(status=413)
    secret = credentials.removeprefix(_SCHEME).strip()
    try:
        asked = requests.parse(request.body)
        return exchange.known(asked.gateway, secret), asked, secret
    except wire.Malformed as fault:
        return HttpResponse(f"{fault}\n", status=400, content_type="text/plain; charset=utf-8")
    except exchange.Refused as refused:
        return HttpResponse(status=refused.status)
