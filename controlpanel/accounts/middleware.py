"""Ask everybody to sign in, and end a session that nobody uses or that lasts too long."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib import auth
from django.contrib.auth.middleware import LoginRequiredMiddleware

from controlpanel.accounts import services

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponseBase

#: The session is written at most this often, so that reading pages does not write to the database.
_STEP = 300


class SignedInMiddleware(LoginRequiredMiddleware):
    """Lets nobody in who is signed out, but to views marked ``login_not_required``.

    Those do not even look at the session: the health check must answer when the database is away. Signs out
    after IDLE_MINUTES without a request, and SESSION_HOURS after the first one; one session write each five
    minutes of work. No browser keeps an answer: who sits down next must not find it by the way back.
    """

    def process_view(
        self, request: HttpRequest, view_func: Any, view_args: Any, view_kwargs: Any
    ) -> HttpResponseBase | None:
        """Send whoever must sign in to do so."""
        if not getattr(view_func, "login_required", True):
            return None
        if request.user.is_authenticated:
            self._note_use(request)
        return super().process_view(request, view_func, view_args, view_kwargs)

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """Keep it out of every cache (OWASP ASVS 14.3.2); static files do not come this way."""
        response.headers.setdefault("Cache-Control", "private, no-store")
        if getattr(request, "signed_out", False):  # by whichever page; not "storage", where preferences lie
            response.headers["Clear-Site-Data"] = '"cache"'
        return response

    @staticmethod
    def _note_use(request: HttpRequest) -> None:
        """Look at when the session began and was last used, and note this use."""
        session, now = request.session, int(time.time())
        since, seen = session.get("since", now), session.get("seen", now)
        if now - seen > settings.IDLE_MINUTES * 60 or now - since > settings.SESSION_HOURS * 3600:
            auth.logout(request)
        elif "since" not in session or now - seen >= _STEP:
            services.note_use(session, since=since, seen=now)
