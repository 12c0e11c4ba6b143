"""Preferences of the reader's browser, the health check, and what is said of a failure."""

from __future__ import annotations

import sys

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import Error, connection
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import resolve_url
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe
from django.views.defaults import server_error

from controlpanel.shell import busy
from controlpanel.shell.context import ROWS_PER_PAGE, THEMES

_YEAR = 365 * 24 * 3600


@require_POST
@login_not_required
def preferences(request: HttpRequest) -> HttpResponse:
    """Remember the theme or the rows per page in a cookie, and go back to where the reader was."""
    target = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(target, {request.get_host()}, request.is_secure()):
        target = resolve_url("home")
    response = HttpResponseRedirect(target)
    allowed = {"theme": THEMES, "rows": tuple(map(str, ROWS_PER_PAGE))}
    for name, values in allowed.items():
        if (value := request.POST.get(name)) in values:
            response.set_cookie(
                f"{settings.COOKIE_PREFIX}{name}",
                value,
                max_age=_YEAR,
                samesite="Lax",
                secure=request.is_secure() or bool(settings.COOKIE_PREFIX),
                httponly=True,
            )
    return response


@require_safe
@never_cache
@login_not_required
def health(request: HttpRequest) -> HttpResponse:
    """Say "ok" when the database answers, status 503 when it does not; no detail for strangers."""
    try:
        connection.ensure_connection()
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error:
        return HttpResponse("unavailable\n", status=503, content_type="text/plain")
    return HttpResponse("ok\n", content_type="text/plain")


@login_not_required
def failed(request: HttpRequest) -> HttpResponse:
    """What Django calls when something failed: a fault, or middleware found the database busy."""
    return busy.page(request) if busy.is_busy(sys.exc_info()[1]) else server_error(request)
