"""List pages, the same for every tab: sort, search, filter, page, select, export.

A room declares one ``Listing`` in its tables.py; its view is

    listing.respond(request, Noun.objects.listed(), "noun/list.html")

Cost of a page: one query for the rows, one for their number (two beyond 25,000 rows on PostgreSQL), whatever
the size of the table; O(rows per page) work in Python.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from controlpanel.shell.export import csv_response
from controlpanel.shell.listview import ListView
from controlpanel.shell.paging import BadToken

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from django.http import HttpResponseBase, QueryDict
    from django.utils.functional import _StrPromise

    from controlpanel.shell.http import PanelRequest

Rows = Any  # a QuerySet of the room, with its own methods

#: A search longer than this finds nothing in any column, and is cut.
SEARCH_LIMIT = 200


@dataclass(frozen=True)
class Column:
    """One column. ``export`` gives the cell of the CSV file.

    ``order`` is what it sorts by: never NULL, and short, since the address of the next page holds it.
    """

    name: str
    label: _StrPromise | str
    export: Callable[[Any], object]
    order: tuple[str, ...] = ()
    centred: bool = False


@dataclass(frozen=True)
class Filter:
    """A field above the list, and what filling it in does to the rows.

    With ``choices`` it is a drop-down whose first line is ``everything`` ("All scopes"), else an input of
    ``kind``: "text", "date", or "hidden" for links that come from elsewhere.
    """

    name: str
    label: _StrPromise | str
    choices: Callable[[], Iterable[tuple[Any, Any]]] | None
    apply: Callable[[Rows, str], Rows]
    kind: str = "text"
    everything: _StrPromise | str = field(default=gettext_lazy("All"))

    def narrow(self, rows: Rows, value: str) -> Rows:
        """``rows`` with ``value`` filled in; a value that is no choice finds nothing."""
        if self.choices and value not in {str(choice) for choice, _label in self.choices()}:
            return rows.none()
        return self.apply(rows, value)


@dataclass(frozen=True)
class Listing:
    """What a list page shows. ``name`` names the export, ``order`` the column it is sorted by at first."""

    name: str
    columns: Sequence[Column]
    search: Callable[[Rows, str], Rows]
    order: str
    filters: Sequence[Filter] = ()
    search_label: _StrPromise | str = field(default=gettext_lazy("Search"))

    def respond(
        self,
        request: PanelRequest,
        rows: Rows,
        template: str,
        context: dict[str, Any] | None = None,
    ) -> HttpResponseBase:
        """The page, its fragment for htmx, or the CSV file, as the address asks."""
        view = ListView(self, request, rows)
        if request.GET.get("format") == "csv":
            return csv_response(self.name, self.columns, view.queryset.order_by(*view.ordering))
        try:
            view.page  # noqa: B018 # read here, so that a broken address is answered before anything is drawn
        except BadToken:
            messages.warning(
                request,
                _("That page of the list does not exist. This is the first one."),
            )
            return HttpResponseRedirect(view.address(page=None))
        whole = not request.htmx or request.htmx.boosted or request.htmx.history_restore_request
        shown = {
            "page": view,
            "base": "base.html" if whole else "shell/bare.html",
            **(context or {}),
        }
        response = render(request, template, shown)
        response["Vary"] = "HX-Request, Cookie"
        return response

    def narrowing(self, params: QueryDict) -> dict[str, str]:
        """The search ("q") and the filters that ``params`` fill in, cleaned and cut."""
        names = ("q", *(each.name for each in self.filters))
        values = {name: params.get(name, "").replace("\x00", "").strip()[:SEARCH_LIMIT] for name in names}
        return {name: value for name, value in values.items() if value}

    def matching(self, rows: Rows, narrowing: dict[str, str]) -> Rows:
        """``rows`` cut down by the search and the filters."""
        if text := narrowing.get("q"):
            rows = self.search(rows, text)
        for each in self.filters:
            if value := narrowing.get(each.name):
                rows = each.narrow(rows, value)
        return rows
