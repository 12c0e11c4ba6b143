"""The endpoints of the gateways. No session, no CSRF: the token in each request is who they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import HttpResponse, StreamingHttpResponse, UnreadablePostError
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_POST

from federation.edge.sealing import SealBroken
from federation.gateway import requests, wire
from federation.replication import admission, assigned, dialback, exchange

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

    from federation.gateway.models import Gateway

    _Answer = Callable[[HttpRequest, Gateway, requests.Request], HttpResponseBase]

_SCHEME = "Bearer "
_LOOPBACK = ("127.", "::1")
#: What proxies add. Behind one on this machine the peer is always loopback, whoever asks.
_FORWARDED = ("Forwarded", "Via", "X-Forwarded-", "X-Real-Ip", "X-Client-Ip")


@csrf_exempt
@login_not_required
@require_POST
@sensitive_variables()
def exchange_documents(request: HttpRequest) -> HttpResponseBase:
    """One exchange: 204 nothing new, 200 a document; 400, 401, 403, 408, 409, 413 or 429 when refused."""
    return _in_turn(request, _exchange)


@csrf_exempt
@login_not_required
@require_POST
@sensitive_variables()
def certificate(request: HttpRequest) -> HttpResponseBase:
    """The assigned certificate with its key, sealed; 204 when none is.

    409 when the gateway has no sealing key, 421 over a line that is open, 503 when a key cannot be opened.
    """
    return _in_turn(request, _certificate)


@csrf_exempt
@login_not_required
@require_POST
@sensitive_variables()
def dialback_secret(request: HttpRequest) -> HttpResponseBase:
    """The dialback secret, sealed; 409, 421 or 503 as for the certificate."""
    return _in_turn(request, _dialback)


@sensitive_variables()
def _in_turn(request: HttpRequest, answer: _Answer) -> HttpResponseBase:
    """Admit whoever asks (admission.py), then hear and answer, or refuse.

    The turn ends with the answer, a document's when it was taken whole or its reader is gone.
    """
    try:
        token = _token(request)
        turn = admission.admit(token)
    except exchange.Refused as refused:
        headers = {"WWW-Authenticate": "Bearer"} if refused.status == 401 else {}
        return HttpResponse(status=refused.status, headers=headers)
    holds_on = False
    try:
        asked = requests.parse(request.body)
        response = answer(request, exchange.known(asked.gateway, token), asked)
        if isinstance(response, StreamingHttpResponse):
            response.streaming_content = admission.Held(iter(response), turn)
            holds_on = True
    except UnreadablePostError:
        return HttpResponse(status=408)
    except wire.Malformed as fault:
        return HttpResponse(f"{fault}\n", status=400, content_type="text/plain; charset=utf-8")
    except exchange.Refused as refused:
        return HttpResponse(status=refused.status)
    finally:
        if not holds_on:
            turn.end()
    return response


@sensitive_variables()
def _token(request: HttpRequest) -> str:
    """The token that is shown. Raises Refused, also when what follows is too long to be read."""
    credentials = request.headers.get("Authorization", "")
    if not credentials.startswith(_SCHEME):
        raise exchange.Refused(401)
    if int(request.headers.get("Content-Length") or 0) > wire.LONGEST_REQUEST:
        raise exchange.Refused(413)
    return credentials.removeprefix(_SCHEME).strip()


def _exchange(_request: HttpRequest, gateway: Gateway, asked: requests.Request) -> HttpResponseBase:
    document = exchange.answer(gateway, asked).document
    response: HttpResponseBase = HttpResponse(status=204)
    if document is not None:
        response = StreamingHttpResponse(document.pieces(), content_type=wire.MEDIA_TYPE)
        response["Content-Length"] = str(document.length)
        response["Cache-Control"] = "no-store"
    if gateway.can_unseal and (told := assigned.fingerprint(timezone.now())):
        response[assigned.HEADER] = told
    return response


def _certificate(request: HttpRequest, gateway: Gateway, _asked: requests.Request) -> HttpResponseBase:
    return _sealed(request, gateway, lambda: assigned.sealed_for(gateway, timezone.now()))


def _dialback(request: HttpRequest, gateway: Gateway, _asked: requests.Request) -> HttpResponseBase:
    return _sealed(request, gateway, lambda: dialback.sealed_for(gateway))


@sensitive_variables()
def _sealed(request: HttpRequest, gateway: Gateway, make: Callable[[], bytes | None]) -> HttpResponseBase:
    if not _is_closed_line(request):
        return HttpResponse(status=421)  # sealed or not, a secret goes over no line that is open
    if not gateway.can_unseal:
        return HttpResponse(status=409)
    try:
        sealed = make()
    except (ValidationError, SealBroken):
        return HttpResponse(status=503)
    response = HttpResponse(sealed, content_type="application/octet-stream")
    response["Cache-Control"] = "no-store"
    return response if sealed else HttpResponse(status=204)


def _is_closed_line(request: HttpRequest) -> bool:
    """Whether nobody but proxies we trust can listen: TLS, or this machine and no proxy in between."""
    peer = request.META.get("REMOTE_ADDR", "")
    is_passed_on = any(name.title().startswith(_FORWARDED) for name in request.headers)
    return request.is_secure() or (peer.startswith(_LOOPBACK) and not is_passed_on)
