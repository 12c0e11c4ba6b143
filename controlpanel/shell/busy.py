"""A database that is busy: somebody else holds what this request wants to write, for longer than it may wait.

SQLite has one writer at a time, and an import of very many lines, or the removal of very many users, can take
longer than the others wait (settings: ``timeout``). PostgreSQL ends one of two who wait for each other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import OperationalError
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse, HttpResponseBase
    from django.utils.functional import _StrPromise

SENTENCE = _("The panel is busy with a large change, such as an import. Try again in a moment.")
#: Lock not available, deadlock, serialization failure (PostgreSQL, appendix A).
_STATES = frozenset({"55P03", "40P01", "40001"})
_AGAIN = 10  # seconds


def is_busy(error: BaseException | None) -> bool:
    """Whether ``error`` says no more than that others are writing: the same may succeed in a moment."""
    if not isinstance(error, OperationalError):
        return False
    cause = error.__cause__
    name = getattr(cause, "sqlite_errorname", None) or ""
    return name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")) or getattr(cause, "sqlstate", "") in _STATES


def page(request: HttpRequest, sentence: _StrPromise = SENTENCE, again: int = _AGAIN) -> HttpResponse:
    """The page that says so, and to try again after ``again`` seconds. What was sent has changed nothing."""
    response = render(request, "503.html", {"sentence": sentence}, status=503)
    response["Retry-After"] = again
    return response


class BusyMiddleware:
    """Answers with that page instead of a failure."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Do nothing: it is the failure that counts."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """The page, when a view found the database busy."""
        return page(request) if is_busy(error) else None
