"""One list as one reader sees it: its rows, its heads, and the addresses that lead on from it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.formats import number_format
from django.utils.functional import cached_property
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from controlpanel.shell.paging import Page, Tokens, count_of, page_of

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

    from controlpanel.shell.http import PanelRequest
    from controlpanel.shell.lists import Column, Listing, Rows

ROWS_PER_PAGE = (25, 50, 100, 200)
_DEFAULT_ROWS = 50


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
        self.narrowed = listing.narrowing(request.GET)
        self.queryset = listing.matching(rows, self.narrowed)
        self.token = request.GET.get("page", "")

    @cached_property
    def sort(self) -> str:
        """The order that the address asks for, such as "-name"; "" when there is no such column."""
        wanted = self.request.GET.get("sort", "")
        known = {column.name for column in self.listing.columns if column.order}
        return wanted if wanted.removeprefix("-") in known else ""

    @cached_property
    def _sort(self) -> tuple[Column, bool]:
        """The column sorted by, and whether downwards."""
        wanted = self.sort or self.listing.order
        columns = {column.name: column for column in self.listing.columns}
        return columns[wanted.removeprefix("-")], wanted.startswith("-")

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
        return page_of(self.queryset, self.ordering, self.per_page, self.token)

    @cached_property
    def _count(self) -> tuple[int, bool]:
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
        return self.narrowed.get("q", "")

    @property
    def is_narrowed(self) -> bool:
        """Whether a search or a filter hides rows."""
        return bool(self.narrowed)

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
                "value": self.narrowed.get(each.name, ""),
                "choices": [
                    {"value": value, "label": label, "chosen": str(value) == self.narrowed.get(each.name)}
                    for value, label in (each.choices() if each.choices else ())
                ],
            }
            for each in self.listing.filters
        ]

    @property
    def kept(self) -> list[tuple[str, str]]:
        """What the search form must carry on besides its own fields."""
        return [("sort", self.sort)] if self.sort else []

    @property
    def narrowing(self) -> list[tuple[str, str]]:
        """Search and filters, as an action on all matching rows must send them."""
        return list(self.narrowed.items())

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
        return self.address(page=self._end) if self.page.next else ""

    @property
    def _end(self) -> str:
        return Tokens(self.queryset, self.ordering).of_end(self.count)

    @cached_property
    def export_url(self) -> str:
        """The CSV file of all rows that match."""
        return self.address(format="csv", page=None)

    @property
    def clear_url(self) -> str:
        """The list without search and filters."""
        return self.request.path

    def address(self, **changes: str | None) -> str:
        """This page's address with some parameters changed; None takes one away, as if it were empty."""
        params = {**self.narrowed, "sort": self.sort, "page": self.token, **changes}
        query = urlencode({name: value for name, value in params.items() if value})
        return f"{self.request.path}?{query}" if query else self.request.path
