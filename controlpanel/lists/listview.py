"""One list as one reader sees it: its rows, its heads, and the addresses that lead on from it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.urls import NoReverseMatch, reverse
from django.utils.functional import cached_property
from django.utils.http import urlencode

from controlpanel.lists.paging import Page, Tokens, count_of, count_text, page_of
from controlpanel.lists.withheld import without_secrets
from controlpanel.shell.context import ROWS_PER_PAGE, preference

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

    from controlpanel.lists.criteria import Judged
    from controlpanel.lists.listing import Column, Listing, Rows
    from controlpanel.shell.http import PanelRequest

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
        self.queryset = without_secrets(listing.matching(rows, self.narrowed))
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
        wanted = preference(self.request, "rows")
        return int(wanted) if wanted in map(str, ROWS_PER_PAGE) else _DEFAULT_ROWS

    @cached_property
    def page(self) -> Page:
        """The rows shown, each with the address of its page in ``page_url``. Raises BadToken."""
        page = page_of(self.queryset, self.ordering, self.per_page, self.token)
        start, _zero, end = self.url("details", 0).rpartition("0")
        for row in page.rows:
            row.page_url = f"{start}{row.pk}{end}" if start else ""
        return page

    def url(self, name: str, *args: object) -> str:
        """The address of the tab's URL name ``name`` ("open", "new", "delete"); "" when it has none."""
        match = self.request.resolver_match
        try:
            return reverse((match.view_name if match else "").removesuffix("list") + name, args=args)
        except NoReverseMatch:
            return ""

    @property
    def open_url(self) -> str:
        """Where Edit > Show details leads."""
        return self.url("open")

    @property
    def new_url(self) -> str:
        """Where New leads."""
        return self.url("new")

    @property
    def delete_url(self) -> str:
        """Where Edit > Delete leads."""
        return self.url("delete")

    @cached_property
    def _count(self) -> tuple[int, bool]:
        count = count_of(self.queryset)  # asked always, so that a list costs the same however long it is
        return (self.page.end, True) if self.page.start == 1 and not self.page.next else count

    @property
    def count(self) -> int:
        """How many rows match."""
        return self._count[0]

    @property
    def count_text(self) -> str:
        """The number for a reader."""
        return count_text(*self._count)

    @property
    def search_text(self) -> str:
        """What is searched for."""
        return self.narrowed.values.get("q", "")

    @property
    def is_narrowed(self) -> bool:
        """Whether a search or a filter hides rows."""
        return bool(self.narrowed.pairs)

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
                "value": self.narrowed.values.get(each.name, ""),
                "choices": [
                    {
                        "value": value,
                        "label": label,
                        "chosen": str(value) == self.narrowed.values.get(each.name),
                    }
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
        return self.narrowed.pairs

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
        params = {"sort": self.sort, "page": self.token, **changes}
        return self._with([*self.narrowed.pairs, *params.items()])

    @property
    def criteria(self) -> list[tuple[Judged, str]]:
        """The filled-in "Add filter" rows, each with the address of the list without it."""
        sort = [("sort", self.sort)]
        return [(each, self._with([*self.narrowed.without(each), *sort])) for each in self.narrowed.criteria]

    @property
    def criteria_fields(self) -> list[tuple[str, str]]:
        """Those rows as the search form carries them on."""
        return [pair for each in self.narrowed.criteria for pair in each.asked.fields]

    @property
    def plain_fields(self) -> list[tuple[str, str]]:
        """Search and filters as the form of the rows carries them on."""
        return [*self.narrowed.values.items(), *self.kept]

    def _with(self, pairs: list[tuple[str, str | None]] | list[tuple[str, str]]) -> str:
        query = urlencode([(name, value) for name, value in pairs if value])
        return f"{self.request.path}?{query}" if query else self.request.path
