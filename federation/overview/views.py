"""Home."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Count
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import npgettext
from django.views.decorators.http import require_safe

from controlpanel.accounts.doors import door
from controlpanel.accounts.rights import Right
from controlpanel.audit.models import AuditEvent
from federation.overview.checklist import steps
from federation.policies.models import ExternalAccessPolicy, Scope

if TYPE_CHECKING:
    from django.http import HttpResponse

    from controlpanel.shell.http import PanelRequest

_LATEST = 8


@require_safe
@door(see=Right.VIEW)
def home(request: PanelRequest) -> HttpResponse:
    """How many policies of each scope, the latest changes, and the checklist."""
    numbers = dict(ExternalAccessPolicy.objects.values_list("scope").annotate(Count("pk")))
    tiles = [
        {
            "label": _label(scope, numbers.get(scope.value, 0)),
            "number": numbers.get(scope.value, 0),
            "url": f"{reverse('policies:list')}?scope={scope.value}",
        }
        for scope in Scope
    ]
    changes = AuditEvent.objects.exclude(action__startswith="accounts:session:").order_by("-pk")[:_LATEST]
    request.may_act = request.user.has_right(Right.CHANGE)
    return render(
        request,
        "overview/home.html",
        {"tiles": tiles, "changes": changes, "steps": steps()},
    )


def _label(scope: Scope, number: int) -> str:
    """What stands under the number of policies of a scope."""
    if scope == Scope.GLOBAL:
        return npgettext("under a number", "Global policy", "Global policies", number)
    if scope == Scope.SITE:
        return npgettext("under a number", "Site policy", "Site policies", number)
    return npgettext("under a number", "User policy", "User policies", number)
