"""/metrics, for whoever has the token."""

from __future__ import annotations

import hmac
from time import monotonic
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from controlpanel.metrics.guesses import guesses
from controlpanel.metrics.registry import exposition
from controlpanel.shell.http import client_address, network

if TYPE_CHECKING:
    from django.http import HttpRequest


@require_safe
@never_cache
@login_not_required
def metrics(request: HttpRequest) -> HttpResponse:
    """The numbers. Without PANEL_METRICS_TOKEN there are none (404); other tokens get 401, too many 429."""
    if not settings.METRICS_TOKEN:
        raise Http404
    now, source = monotonic(), network(client_address(request))
    if seconds := guesses.wait(source, now):
        return HttpResponse(status=429, headers={"Retry-After": str(seconds)})
    given = request.headers.get("Authorization", "").removeprefix("Bearer ").encode()
    if not hmac.compare_digest(given, settings.METRICS_TOKEN.encode()):
        guesses.note(source, now)
        return HttpResponse(status=401, headers={"WWW-Authenticate": "Bearer"})
    return HttpResponse("".join(exposition()), content_type="text/plain; version=0.0.4; charset=utf-8")
