"""The doors of pages: who gets in to look, and who may act."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Concatenate, ParamSpec

from django.core.exceptions import PermissionDenied

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpResponseBase

    from controlpanel.accounts.rights import Right
    from controlpanel.shell.http import PanelRequest

P = ParamSpec("P")


def door(
    *, see: Right, act: Right | None = None
) -> Callable[
    [Callable[Concatenate[PanelRequest, P], HttpResponseBase]],
    Callable[Concatenate[PanelRequest, P], HttpResponseBase],
]:
    """Let in whoever has ``see``; a request that is not GET or HEAD needs ``act`` (default: ``see``).

    Others get 403; somebody who is signed out was sent to the sign-in page before. The view learns in
    ``request.may_act`` whether to offer what it would refuse.
    """

    def wrap(
        view: Callable[Concatenate[PanelRequest, P], HttpResponseBase],
    ) -> Callable[Concatenate[PanelRequest, P], HttpResponseBase]:
        @wraps(view)
        def guarded(request: PanelRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            request.may_act = request.user.has_right(act or see)
            looking = request.method in {"GET", "HEAD"}
            if not (request.user.has_right(see) if looking else request.may_act):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return guarded

    return wrap
