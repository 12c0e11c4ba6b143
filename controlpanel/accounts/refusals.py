"""What is said to those who are turned away, and what is kept of it."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.csrf import csrf_failure

from controlpanel.accounts import hashing
from controlpanel.accounts.actions import Action
from controlpanel.accounts.forms import SignInForm
from controlpanel.accounts.services import traces
from controlpanel.accounts.services.counters import LockedOut
from controlpanel.shell import busy, processlog
from controlpanel.shell.http import client_address, network

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse, HttpResponseBase


class RefusalMiddleware:
    """Answers with a page when no password may be tried, and notes each page that is refused (403)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Whoever refused: it is the answer that counts."""
        response = self.get_response(request)
        if response.status_code == 403:
            _note_refusal(request)
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """The page, when no turn came or too many failures stand. They have been told; one line is enough."""
        if isinstance(error, hashing.Crowded):
            request.refusal_told = True  # type: ignore[attr-defined]  # read by processlog.NotRefused
            return busy.page(request, hashing.SENTENCE, hashing.PATIENCE)
        if isinstance(error, LockedOut):
            request.refusal_told = True  # type: ignore[attr-defined]
            return locked_out(request, error)
        return None


def sentence(refusal: LockedOut) -> str:
    """Why no password is tried now, and what to do."""
    if refusal.whole:
        return _(
            "Too many attempts. Signing in failed too often from your network. Wait a quarter of an hour, or"
            " sign in from elsewhere."
        )
    return _(
        "Too many attempts. Wait a quarter of an hour, or ask another administrator to unlock the account."
    )


def locked_out(request: HttpRequest, refusal: LockedOut) -> HttpResponse:
    """The sign-in page that says so."""
    shown = {"form": SignInForm(request), "locked": sentence(refusal)}
    return after_lock_out(render(request, "accounts/login.html", shown, status=429), refusal)


def after_lock_out(response: HttpResponse, refusal: LockedOut) -> HttpResponse:
    """``response`` with the seconds after which a password is tried again."""
    response["Retry-After"] = max(1, round((refusal.until - timezone.now()).total_seconds()))
    return response


@login_not_required
def forged(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Django's page for a form that did not come from ours; the line in the log says that it was that."""
    request.refused_as_forged = True  # type: ignore[attr-defined]
    return csrf_failure(request, reason)


def _note_refusal(request: HttpRequest) -> None:
    """One line; and an event when somebody signed in was refused. A busy database keeps no page away."""
    user: Any = request.user
    known, address = user.is_authenticated, client_address(request)
    cause = "forged" if hasattr(request, "refused_as_forged") else "rights"
    processlog.told(
        "page-refused",
        network=network(address),
        time=timezone.now().isoformat(timespec="milliseconds"),
        name=user.username if known else "signed out",
        address=address,
        reason=cause,
        method=request.method,
        path=request.path[:200],
    )
    if known:
        with suppress(DatabaseError):
            traces.note(Action.REFUSED, user, address=address, cause=cause, now=timezone.now())
