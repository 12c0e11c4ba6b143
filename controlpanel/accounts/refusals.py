"""What is said to those who are turned away."""

from __future__ import annotations

from typing import TYPE_CHECKING

from controlpanel.accounts import hashing
from controlpanel.shell import busy

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse, HttpResponseBase


class RefusalMiddleware:
    """Answers with a page when too many want a password hashed."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Do nothing: it is the refusal that counts."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """The page, when no turn came."""
        if isinstance(error, hashing.Crowded):
            return busy.page(request, hashing.SENTENCE, hashing.PATIENCE)
        return None
