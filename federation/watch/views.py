"""The tab Partners' servers, and the calendar."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.db.models import F
from django.db.models.functions import Coalesce
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from controlpanel.accounts.doors import door
from controlpanel.accounts.rights import Right
from controlpanel.audit.actor import Actor
from controlpanel.audit.models import AuditEvent
from controlpanel.lists import actions
from controlpanel.lists.selection import selected
from federation.watch import feeds, services, telling
from federation.watch.forms import LookForm
from federation.watch.models import Look
from federation.watch.tables import LOOKS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.http import HttpRequest, HttpResponseBase

    from controlpanel.shell.http import PanelRequest
    from federation.watch.models import LookQuerySet


@require_safe
@door(see=Right.VIEW, act=Right.SECRETS)
def look_list(request: PanelRequest) -> HttpResponseBase:
    """What partners' servers showed last."""
    return LOOKS.respond(request, _looks(), "watch/list.html", {"now": timezone.now()})


def _looks() -> LookQuerySet:
    return Look.objects.annotate(ends=Coalesce(F("not_after"), F("seen_at")))


@require_safe
@door(see=Right.VIEW, act=Right.SECRETS)
def look_details(request: PanelRequest, pk: int) -> HttpResponse:
    """One domain: its places, its certificate, what is wrong."""
    row = get_object_or_404(Look, pk=pk)
    shown = {
        "row": row,
        "places": telling.places(row),
        "warnings": telling.warnings(row),
        "facts": next(iter(row.certificates), None),
        "left": row.left(timezone.now()),
        "history": AuditEvent.objects.history(row),
        "back": reverse("watch:list"),
    }
    return render(request, "watch/look.html", shown)


@require_safe
@door(see=Right.VIEW)
def open_look(request: PanelRequest) -> HttpResponse:
    """Edit > Show details."""
    return actions.open_selected(request, LOOKS, _looks(), "watch:details")


@door(see=Right.SECRETS)
def delete_selected(request: PanelRequest) -> HttpResponse:
    """Edit > Delete."""

    def act(looks: Sequence[Look], reason: str) -> str:
        count = services.delete_looks(looks, actor=Actor.of(request), reason=reason)
        said = ngettext("%(count)s look was deleted.", "%(count)s looks were deleted.", count)
        return said % {"count": count}

    chosen = selected(request, LOOKS, _looks())
    return actions.confirm(request, chosen, "watch/delete.html", act)


@door(see=Right.SECRETS)
def new_look(request: PanelRequest) -> HttpResponse:
    """Look at the servers of a domain now."""
    form = LookForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            row = services.look_at(form.cleaned_data["domain"], actor=Actor.of(request))
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, _("“%(name)s” was looked at.") % {"name": row})
            return redirect("watch:details", pk=row.pk)
    shown = {"form": form, "back": reverse("watch:list")}
    return render(request, "watch/new.html", shown, status=422 if form.errors else 200)


@door(see=Right.SECRETS)
def show_feed(request: PanelRequest) -> HttpResponse:
    """The calendar's secret address, and a new one."""
    if request.method == "POST":
        services.renew_feed(actor=Actor.of(request))
        messages.success(request, _("The calendar has a new address. The former one finds nothing any more."))
        return redirect("watch:feed")
    address = request.build_absolute_uri(reverse("watch:calendar", args=[feeds.secret()]))
    return render(request, "watch/feed.html", {"address": address, "back": reverse("watch:list")})


@require_safe
@login_not_required
def calendar(request: HttpRequest, secret: str) -> HttpResponse:
    """The calendar, for whoever knows its address."""
    if not feeds.is_secret(secret):
        raise Http404
    text = feeds.calendar(timezone.now(), request.get_host().partition(":")[0])
    response = HttpResponse(text, content_type="text/calendar; charset=utf-8")
    response["Cache-Control"] = "no-store"
    return response
