"""End a session that nobody uses, or that lasts too long."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib import auth

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

#: The session is written at most this often, so that reading pages does not write to the database.
_STEP = 300


class IdleSessionMiddleware:
    """Signs out after IDLE_MINUTES without a request, and SESSION_HOURS after the first one.

    One session write each five minutes of work.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Look at when the session began and was last used, and note this use."""
        if request.user.is_authenticated:
            session, now = request.session, int(time.time())
            since, seen = session.get("since", now), session.get("seen", now)
            if now - seen > settings.IDLE_MINUTES * 60 or now - since > settings.SESSION_HOURS * 3600:
                auth.logout(request)
            elif "since" not in session or now - seen >= _STEP:
                session["since"], session["seen"] = since, now
        return self.get_response(request)
