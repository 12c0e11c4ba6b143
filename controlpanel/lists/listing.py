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
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from controlpanel.lists import criteria
from controlpanel.lists.export import csv_response
from controlpanel.lists.listview import ListView
from controlpanel.lists.paging import BadToken

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from django.http import HttpResponseBase, QueryDict
    from django.utils.functional import _StrPromise

    from controlpanel.lists.criteria import Judged, Property
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


def last_changed_column() -> Column:
    """When a Recorded row changed last, and by whom; shell/_changed_cell.html draws it."""
    return Column(
        "changed",
        gettext_lazy("Last changed"),
        lambda row: f"{row.changed_at:%Y-%m-%d %H:%M:%SZ} {row.changed_by}",
        ("changed_at",),
    )


def yes_no_filter(name: str, label: _StrPromise | str) -> Filter:
    """A filter by a switch of the row."""
    return Filter(
        name,
        label,
        lambda: [("1", gettext_lazy("Yes")), ("0", gettext_lazy("No"))],
        lambda rows, value: rows.filter(**{name: value == "1"}),
        everything=format_lazy("{label}: {all}", label=label, all=gettext_lazy("all")),
    )


@dataclass(frozen=True)
class Narrowing:
    """What cuts a list down: the values of search and filters by their names, and the "Add filter" rows."""

    values: dict[str, str]
    criteria: list[Judged]

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """As parameters of an address or fields of a form."""
        return self.without(None)

    def without(self, criterion: Judged | None) -> list[tuple[str, str]]:
        """The same, leaving out one of the criteria."""
        kept = [each.asked.fields for each in self.criteria if each is not criterion]
        return [*self.values.items(), *(pair for fields in kept for pair in fields)]


@dataclass(frozen=True)
class Listing:
    """What a list page shows. ``name`` names the export, ``order`` the column it is sorted by at first.

    ``export_only`` are columns of the CSV file that the page has no room for.
    """

    name: str
    columns: Sequence[Column]
    search: Callable[[Rows, str], Rows]
    order: str
    filters: Sequence[Filter] = ()
    properties: Sequence[Property] = ()
    selectable: bool = True
    search_label: _StrPromise | str = field(default=gettext_lazy("Search"))
    export_only: Sequence[Column] = ()

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
            columns = [*self.columns, *self.export_only]
            return csv_response(self.name, columns, view.queryset.order_by(*view.ordering))
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

    def narrowing(self, params: QueryDict) -> Narrowing:
        """The search ("q"), the filters and the criteria that ``params`` fill in, cleaned and cut."""
        names = ("q", *(each.name for each in self.filters))
        values = {name: params.get(name, "").replace("\x00", "").strip()[:SEARCH_LIMIT] for name in names}
        judged = criteria.judge(self.properties, criteria.asked(params)) if self.properties else []
        return Narrowing({name: value for name, value in values.items() if value}, judged)

    def matching(self, rows: Rows, narrowing: Narrowing) -> Rows:
        """``rows`` cut down by the search, the filters and the criteria."""
        if text := narrowing.values.get("q"):
            rows = self.search(rows, text)
        for each in self.filters:
            if value := narrowing.values.get(each.name):
                rows = each.narrow(rows, value)
        return criteria.narrow(rows, narrowing.criteria)
