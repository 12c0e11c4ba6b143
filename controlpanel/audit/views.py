"""The pages of the change log. They only read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from controlpanel.accounts.doors import door
from controlpanel.accounts.rights import Right
from controlpanel.audit.models import AuditEvent
from controlpanel.audit.tables import LISTING, MEMBERS

if TYPE_CHECKING:
    from django.http import HttpResponse, HttpResponseBase

    from controlpanel.shell.http import PanelRequest

#: How many members the page of an event shows.
SHOWN_MEMBERS = 100


@require_safe
@door(see=Right.VIEW)
def event_list(request: PanelRequest) -> HttpResponseBase:
    """What happened, newest first."""
    return LISTING.respond(request, AuditEvent.objects.readable_by(request.user), "audit/list.html")


@require_safe
@door(see=Right.VIEW)
def event_details(request: PanelRequest, pk: int) -> HttpResponse:
    """One event with all that was and is, and the first of its members."""
    event = get_object_or_404(AuditEvent.objects.readable_by(request.user), pk=pk)
    members = event.members.select_related("event").order_by("object_name", "pk")[:SHOWN_MEMBERS]
    return render(request, "audit/details.html", {"event": event, "members": members})


@require_safe
@door(see=Right.VIEW)
def event_members(request: PanelRequest, pk: int) -> HttpResponseBase:
    """All that an event on many concerned: page by page, to search, or as a file."""
    event = get_object_or_404(AuditEvent.objects.readable_by(request.user), pk=pk)
    return MEMBERS.respond(
        request, event.members.select_related("event"), "audit/members.html", {"event": event}
    )
