"""The endpoint of the gateways. No session, no CSRF: the secret in each request is who they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse, StreamingHttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from federation.gateway import requests, wire
from federation.replication import exchange

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponseBase

_SCHEME = "Bearer "


@csrf_exempt
@login_not_required
@require_POST
def exchange_documents(request: HttpRequest) -> HttpResponseBase:
    """One exchange: 204 nothing new, 200 a document; 400, 401, 403, 413 or 429 when it is refused."""
    credentials = request.headers.get("Authorization", "")
    if not credentials.startswith(_SCHEME):
        return HttpResponse(status=401, headers={"WWW-Authenticate": "Bearer"})
    if int(request.headers.get("Content-Length") or 0) > wire.LONGEST_REQUEST:
        return HttpResponse(status=413)
    try:
        asked = requests.parse(request.body)
        gateway = exchange.known(asked.gateway, credentials.removeprefix(_SCHEME).strip())
    except wire.Malformed as fault:
        return HttpResponse(f"{fault}\n", status=400, content_type="text/plain; charset=utf-8")
    except exchange.Refused as refused:
        return HttpResponse(status=refused.status)
    document = exchange.answer(gateway, asked).document
    if document is None:
        return HttpResponse(status=204)
    response = StreamingHttpResponse(document.pieces(), content_type=wire.MEDIA_TYPE)
    response["Content-Length"] = str(document.length)
    response["Cache-Control"] = "no-store"
    return response
