"""How much of a body is read from somebody who is not signed in: what a form of theirs may need, and no more.

What administrators send has limits of its own (settings, shell/uploads.py), and so has what gateways send:
they are let in before their bodies are read (federation/replication/admission.py).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.auth.views import redirect_to_login
from django.http import HttpResponse

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

#: Octets. A sign-in has some hundred.
MOST = 64 * 1024


class StrangersBodyMiddleware:
    """Answers without reading: 413, or where one must sign in, the way there. Before all that read forms."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Nothing of its own."""
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view_func: Any, _view_args: Any, _view_kwargs: Any
    ) -> HttpResponseBase | None:
        """Look at what is announced; at the session only when that is much."""
        if getattr(view_func, "csrf_exempt", False) or _announced(request) <= MOST:
            return None
        if request.user.is_authenticated:
            return None
        if getattr(view_func, "login_required", True):
            return redirect_to_login(request.get_full_path())
        return HttpResponse(status=413)


def _announced(request: HttpRequest) -> int:
    length = request.META.get("CONTENT_LENGTH") or "0"
    return int(length) if length.isdecimal() else 0
