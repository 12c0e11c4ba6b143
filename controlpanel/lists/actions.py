"""What the toolbar does with selected rows, the same for every tab."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import redirect, render

from controlpanel.audit.commits import Gone
from controlpanel.lists.selection import one_selected, say_none_selected
from controlpanel.shell import aftermath
from controlpanel.shell.details import ReasonForm, list_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.db.models import QuerySet
    from django.http import HttpResponse

    from controlpanel.lists.listing import Listing
    from controlpanel.lists.selection import Selection
    from controlpanel.shell.http import PanelRequest

#: How many names a confirmation prints.
SHOWN_NAMES = 20


def open_selected(request: PanelRequest, listing: Listing, rows: QuerySet[Any], details: str) -> HttpResponse:
    """Edit > Show details: to the page (URL name ``details``) of the selected row."""
    row = one_selected(request, listing, rows)
    return redirect(details, pk=row.pk) if row else redirect(list_of(request))


def confirm(
    request: PanelRequest,
    chosen: Selection,
    template: str,
    act: Callable[[Any, str], str],
    *,
    form: ReasonForm | None = None,
    many: bool = False,
    **context: Any,
) -> HttpResponse:
    """Ask, then ``act(rows, reason)``, which returns what to say, and go back to the list.

    ``act`` gets the very rows that were shown, as a list; with ``many``, for sets too large to read, the
    QuerySet that finds them.

    The page is shown again with status 422 when the form has errors, and 409 when the rows are not those that
    were shown. What a service refuses is said in the message bar of the list; nothing is half done.
    """
    back = list_of(request)
    if not chosen.count:
        say_none_selected(request)
        return redirect(back)
    form = form or ReasonForm(request.POST if request.method == "POST" else None)
    if form.is_valid() and (rows := _agreed(request, chosen, many=many)) is not None:
        try:
            if said := act(rows, form.cleaned_data["reason"]):
                messages.success(request, said, extra_tags=aftermath.follow_up())
        except Gone:
            chosen.say_changed(request)
        except ValidationError as refusal:
            for sentence in refusal.messages:
                messages.error(request, sentence)
        return redirect(back)
    status = 422 if form.errors else 409 if form.is_bound and not form.is_pending else 200
    shown = {"selection": chosen, "form": form, "back": back, "rows": chosen.rows[:SHOWN_NAMES]}
    return render(request, template, {**shown, **context}, status=status)


def _agreed(request: PanelRequest, chosen: Selection, *, many: bool) -> Any:
    if many:
        return chosen.rows if chosen.unchanged(request) else None
    return chosen.confirmed(request)
