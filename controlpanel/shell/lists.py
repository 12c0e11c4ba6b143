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
from django.http import HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.utils.formats import number_format
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from controlpanel.shell.export import csv_response
from controlpanel.shell.paging import BadToken, Page, count_of, last_token, page_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from django.http import HttpResponseBase
    from django.utils.functional import _StrPromise

    from controlpanel.shell.http import PanelRequest

Rows = Any  # a QuerySet of the room, with its own methods

ROWS_PER_PAGE = (25, 50, 100, 200)
_DEFAULT_ROWS = 50
#: A search longer than this finds nothing in any column, and is cut.
SEARCH_LIMIT = 200


@dataclass(frozen=True)
class Column:
    """One column. ``order`` is what it sorts by (never NULL); ``export`` gives the cell of the CSV file."""

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
        return self.apply(rows, value.replace("\x00", "")[:SEARCH_LIMIT])


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

    def matching(self, rows: Rows, params: QueryDict) -> Rows:
        """``rows`` cut down by the search and the filters in ``params``."""
        if text := params.get("q", "").replace("\x00", "").strip()[:SEARCH_LIMIT]:
            rows = self.search(rows, text)
        for each in self.filters:
            if value := params.get(each.name, ""):
                rows = each.narrow(rows, value)
        return rows


@dataclass(frozen=True)
class Head:
    """The head of a column: ``sort`` is "", "ascending" or "descending"; ``url`` sorts by it."""

    label: _StrPromise | str
    name: str
    centred: bool
    url: str
    sort: str


class ListView:
    """One list as one reader sees it: what shell/list.html draws."""

    def __init__(self, listing: Listing, request: PanelRequest, rows: Rows) -> None:
        self.listing = listing
        self.request = request
        self.params = request.GET
        self.queryset = listing.matching(rows, self.params)

    @cached_property
    def _sort(self) -> tuple[Column, bool]:
        """The column sorted by, and whether downwards."""
        wanted = self.params.get("sort") or self.listing.order
        columns = {column.name: column for column in self.listing.columns if column.order}
        column = columns.get(wanted.lstrip("-"))
        return (
            (column, wanted.startswith("-")) if column else (columns[self.listing.order.lstrip("-")], False)
        )

    @cached_property
    def ordering(self) -> list[str]:
        """What the rows are sorted by, ending in the key."""
        column, down = self._sort
        order = [
            (name[1:] if name.startswith("-") else f"-{name}") if down else name for name in column.order
        ]
        return [*order, "-pk" if order[0].startswith("-") else "pk"]

    @cached_property
    def per_page(self) -> int:
        """Rows per page, as the reader's browser remembers."""
        wanted = self.request.COOKIES.get("rows", "")
        return int(wanted) if wanted in map(str, ROWS_PER_PAGE) else _DEFAULT_ROWS

    @cached_property
    def page(self) -> Page:
        """The rows shown. Raises BadToken."""
        return page_of(self.queryset, self.ordering, self.per_page, self.params.get("page", ""))

    @cached_property
    def _count(self) -> tuple[int, bool]:
        page = self.page
        if not page.previous and not page.next and not self.params.get("page"):
            return len(page.rows), True
        return count_of(self.queryset)

    @property
    def count(self) -> int:
        """How many rows match."""
        return self._count[0]

    @property
    def count_text(self) -> str:
        """The number for a reader: "10,201", or "about 1,000,000" when it is estimated."""
        count, exact = self._count
        shown = number_format(count, force_grouping=True)
        return shown if exact else _("about %(number)s") % {"number": shown}

    @property
    def search_text(self) -> str:
        """What is searched for."""
        return self.params.get("q", "")[:SEARCH_LIMIT]

    @property
    def is_narrowed(self) -> bool:
        """Whether a search or a filter hides rows."""
        return any(self.params.get(name) for name in ("q", *(each.name for each in self.listing.filters)))

    @cached_property
    def heads(self) -> list[Head]:
        """The heads of the columns."""
        current, down = self._sort
        return [
            Head(
                label=column.label,
                name=column.name,
                centred=column.centred,
                url=self.address(
                    sort=f"-{column.name}" if column is current and not down else column.name,
                    page=None,
                )
                if column.order
                else "",
                sort=("descending" if down else "ascending") if column is current else "",
            )
            for column in self.listing.columns
        ]

    @cached_property
    def filters(self) -> list[dict[str, Any]]:
        """The drop-downs with their choices; ``chosen`` marks the one in force."""
        return [
            {
                "name": each.name,
                "label": each.label,
                "everything": each.everything,
                "kind": "choice" if each.choices else each.kind,
                "value": self.params.get(each.name, "")[:SEARCH_LIMIT],
                "choices": [
                    {"value": value, "label": label, "chosen": str(value) == self.params.get(each.name)}
                    for value, label in (each.choices() if each.choices else ())
                ],
            }
            for each in self.listing.filters
        ]

    @property
    def kept(self) -> list[tuple[str, str]]:
        """What the search form must carry on besides its own fields."""
        return [("sort", sort)] if (sort := self.params.get("sort")) else []

    @property
    def narrowing(self) -> list[tuple[str, str]]:
        """Search and filters, as an action on all matching rows must send them."""
        names = ("q", *(each.name for each in self.listing.filters))
        return [(name, value) for name in names if (value := self.params.get(name))]

    @property
    def rows_choices(self) -> list[tuple[int, bool]]:
        """Numbers of rows per page, with the one in force marked."""
        return [(number, number == self.per_page) for number in ROWS_PER_PAGE]

    @cached_property
    def first_url(self) -> str:
        """The first page; "" when this is it."""
        return self.address(page=None) if self.page.previous else ""

    @cached_property
    def previous_url(self) -> str:
        """The page before; "" when there is none."""
        return self.address(page=self.page.previous) if self.page.previous else ""

    @cached_property
    def next_url(self) -> str:
        """The page after; "" when there is none."""
        return self.address(page=self.page.next) if self.page.next else ""

    @cached_property
    def last_url(self) -> str:
        """The last page; "" when this is it."""
        return self.address(page=last_token(self.count)) if self.page.next else ""

    @cached_property
    def export_url(self) -> str:
        """The CSV file of all rows that match."""
        return self.address(format="csv", page=None)

    @property
    def clear_url(self) -> str:
        """The list without search and filters."""
        return self.request.path

    def address(self, **changes: str | None) -> str:
        """This page's address with some parameters changed (None takes one away)."""
        params = self.params.copy()
        for name in ("row", "all", "format"):
            params.pop(name, None)
        for name, value in changes.items():
            if value is None:
                params.pop(name, None)
            else:
                params[name] = value
        return f"{self.request.path}?{params.urlencode()}" if params else self.request.path
