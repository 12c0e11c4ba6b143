"""Home."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Count
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import npgettext
from django.views.decorators.http import require_safe

from controlpanel.accounts import alarms
from controlpanel.accounts.doors import door
from controlpanel.accounts.rights import Right
from controlpanel.audit.models import AuditEvent
from controlpanel.lists.paging import count_of, count_text
from federation.certificates.models import Assignment, Request
from federation.certificates.words import left
from federation.directory.models import User
from federation.gateway.models import Gateway
from federation.overview.checklist import steps
from federation.policies.models import ExternalAccessPolicy, Scope
from federation.status.standing import stands
from federation.topology.models import Pool, Site
from federation.watch.watching import OK, watched

if TYPE_CHECKING:
    from django.http import HttpResponse

    from controlpanel.shell.http import PanelRequest

_LATEST = 8


@dataclass(frozen=True)
class Tile:
    """A number, what it counts, and the list of it."""

    number: str
    label: str
    url: str


@require_safe
@door(see=Right.VIEW)
def home(request: PanelRequest) -> HttpResponse:
    """How many of each thing there are, the latest changes, and the checklist."""
    changes = AuditEvent.objects.exclude(action__startswith="accounts:session:").order_by("-pk")[:_LATEST]
    now = timezone.now()
    shown = [{"step": step, "may": request.user.has_right(step.right)} for step in steps(now)]
    warned = request.user.has_right(Right.ADMINISTRATORS)
    return render(
        request,
        "overview/home.html",
        {
            "alarms": alarms.sentences(now) if warned else [],
            "topology": _topology(),
            "policies": _policies(),
            "certificates": _certificates(),
            "changes": changes,
            "steps": shown,
        },
    )


def _topology() -> list[Tile]:
    users, exact = count_of(User.objects.all())
    pools, sites = Pool.objects.count(), Site.objects.count()
    return [
        Tile(
            count_text(users, exact),
            npgettext("under a number", "User", "Users", users),
            reverse("directory:list"),
        ),
        Tile(
            count_text(pools),
            npgettext("under a number", "Pool", "Pools", pools),
            reverse("topology:pools-list"),
        ),
        Tile(
            count_text(sites),
            npgettext("under a number", "Site", "Sites", sites),
            reverse("topology:sites-list"),
        ),
        _gateways(),
    ]


def _certificates() -> list[Tile]:
    """How long the gateway's certificate lives, what ends within a month, what waits for an answer."""
    now = timezone.now()
    current = Assignment.objects.in_force(now)
    row = current.certificate if current else None
    soon = sum(each.status != OK for each in watched(now))
    waiting = Request.objects.count()
    return [
        Tile(
            left(row.not_before, row.not_after, now).words if row else _("None"),
            row.name if row else _("No certificate is assigned to the gateway"),
            reverse("certificates:gateway-details", args=[row.pk])
            if row
            else reverse("certificates:gateway-list"),
        ),
        Tile(
            count_text(soon),
            npgettext("under a number", "Certificate ends soon", "Certificates end soon", soon),
            reverse("certificates:gateway-timeline"),
        ),
        Tile(
            count_text(waiting),
            npgettext("under a number", "Pending request", "Pending requests", waiting),
            reverse("certificates:requests-list"),
        ),
    ]


def _gateways() -> Tile:
    """How many of the enabled gateways are up to date, without an error that stands."""
    found = stands(Gateway.objects.filter(enabled=True).listed(), timezone.now())
    well = sum(each.is_well for each in found)
    total = count_text(len(found))
    number = total if well == len(found) else f"{count_text(well)} / {total}"
    label = npgettext("under a number", "Gateway up to date", "Gateways up to date", len(found))
    return Tile(number, label, reverse("status:list"))


def _policies() -> list[Tile]:
    numbers = dict(ExternalAccessPolicy.objects.values_list("scope").annotate(Count("pk")))
    return [
        Tile(
            count_text(numbers.get(scope.value, 0)),
            _label(scope, numbers.get(scope.value, 0)),
            f"{reverse('policies:list')}?scope={scope.value}",
        )
        for scope in Scope
    ]


def _label(scope: Scope, number: int) -> str:
    """What stands under the number of policies of a scope."""
    if scope == Scope.GLOBAL:
        return npgettext("under a number", "Global policy", "Global policies", number)
    if scope == Scope.SITE:
        return npgettext("under a number", "Site policy", "Site policies", number)
    return npgettext("under a number", "User policy", "User policies", number)
