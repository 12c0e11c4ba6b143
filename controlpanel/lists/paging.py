"""Pages of a list by key, not by offset: page 20,000 costs what page 1 costs.

A page is named by the last row before it (or the first row after it): the values of the columns it is sorted
by, ending in the primary key. SQL finds the place by index; nothing is counted off. The token in the address
also carries the position of the row, so that the foot can say "51-100".
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.core.serializers.json import DjangoJSONEncoder
from django.core.signing import BadSignature, Signer
from django.db import connections, models
from django.db.models import Q
from django.utils.formats import number_format
from django.utils.http import urlsafe_base64_decode, urlsafe_base64_encode
from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from collections.abc import Sequence

#: Where PostgreSQL's planner expects more rows than this, its estimate stands and nothing is counted.
COUNT_LIMIT = 25_000


class BadToken(ValueError):
    """The address names a page in a way that this list does not write."""


@dataclass(frozen=True)
class Page:
    """Some consecutive rows. ``start`` is the position of the first, from 1; tokens name the neighbours."""

    rows: list[Any]
    start: int
    previous: str
    next: str

    @property
    def end(self) -> int:
        """The position of the last row."""
        return self.start + len(self.rows) - 1


def page_of(queryset: models.QuerySet[Any], order: Sequence[str], size: int, token: str) -> Page:
    """The page that ``token`` names ("" is the first) of ``queryset`` sorted by ``order``.

    ``order`` must end in a unique field and none of its values may be NULL. One query. Raises BadToken, also
    when the page has no rows (any more).
    """
    tokens = Tokens(queryset, order)
    backwards, position, values = tokens.read(token) if token else (False, 0, [])
    if values:
        queryset = queryset.filter(_beyond(order, values, backwards=backwards))
    rows = list(queryset.order_by(*(_reverse(order) if backwards else order))[: size + 1])
    more = len(rows) > size
    rows = rows[:size]
    if backwards:
        rows.reverse()
        start = max(position - len(rows), 1) if more else 1
        before, after = more, bool(values)
    else:
        start, before, after = position + 1, bool(values), more
    if not rows:
        if token:
            raise BadToken(token)
        return Page([], 0, "", "")
    return Page(
        rows,
        start,
        tokens.of_row("b", start, rows[0]) if before else "",
        tokens.of_row("a", start + len(rows) - 1, rows[-1]) if after else "",
    )


def count_of(queryset: models.QuerySet[Any]) -> tuple[int, bool]:
    """How many rows there are, and whether that is exact.

    Always exact on SQLite; on PostgreSQL its planner's estimate beyond COUNT_LIMIT: at most two queries.
    """
    bare = queryset.order_by().values("pk")
    if connections[queryset.db].vendor == "postgresql":
        plan = bare.explain(format="json")  # "" when Django knows that nothing can match
        if plan and (estimate := int(json.loads(plan)[0]["Plan"]["Plan Rows"])) > COUNT_LIMIT:
            return estimate, False
    return bare.count(), True


def count_text(count: int, is_exact: bool = True) -> str:
    """A number for a reader: "10,201", or "about 1,000,000" when it is estimated."""
    shown = number_format(count, force_grouping=True)
    return shown if is_exact else _("about %(number)s") % {"number": shown}


def _field(queryset: models.QuerySet[Any], name: str) -> models.Field[Any, Any]:
    if name in queryset.query.annotations:
        return queryset.query.annotations[name].output_field
    model: Any = queryset.model
    *path, last = name.split("__")
    for step in path:
        model = model._meta.get_field(step).related_model
    field: models.Field[Any, Any] = model._meta.pk if last == "pk" else model._meta.get_field(last)
    return field


def _beyond(order: Sequence[str], values: Sequence[Any], *, backwards: bool) -> Q:
    """Rows after ``values`` in ``order`` (or before them): a > x, or a = x and (b > y, or ...)."""
    condition = Q()
    for name, value in reversed(list(zip(order, values, strict=True))):
        field = name.lstrip("-")
        sign = "lt" if name.startswith("-") != backwards else "gt"
        farther = Q(**{f"{field}__{sign}": value})
        condition = farther | (Q(**{field: value}) & condition) if condition else farther
    # Says again of the first column alone what follows from the rest, so that an index on it can serve.
    first, sign = (
        order[0].lstrip("-"),
        "lte" if order[0].startswith("-") != backwards else "gte",
    )
    return Q(**{f"{first}__{sign}": values[0]}) & condition


def _reverse(order: Sequence[str]) -> list[str]:
    return [name[1:] if name.startswith("-") else f"-{name}" for name in order]


class Tokens:
    """Names of pages of one list in one order: "a" is after a row, "b" before one, "z" the end of the list.

    They are signed, so that no value reaches SQL that did not come from there, and none of another order.
    """

    def __init__(self, queryset: models.QuerySet[Any], order: Sequence[str]) -> None:
        self._queryset, self._order = queryset, [name.removeprefix("-") for name in order]
        self._signer = Signer(sep=".", salt=":".join(["panel.paging", queryset.model._meta.label, *order]))

    def of_row(self, kind: str, position: int, row: Any) -> str:
        """The token of the page that starts beyond ``row``."""
        return self._write([kind, position, *(_value(row, name) for name in self._order)])

    def of_end(self, count: int) -> str:
        """The token of the last page of a list of ``count`` rows."""
        return self._write(["z", count + 1])

    def read(self, token: str) -> tuple[bool, int, list[Any]]:
        """Whether the page lies before the row, the row's position and its values (none for "z")."""
        try:
            kind, position, *values = json.loads(urlsafe_base64_decode(self._signer.unsign(token)))
            fields = [_field(self._queryset, name) for name in self._order]
            typed = [field.to_python(value) for field, value in zip(fields, values, strict=bool(values))]
        except (BadSignature, ValueError, ValidationError) as fault:
            raise BadToken(token) from fault
        return kind != "a", position, typed

    def _write(self, parts: list[Any]) -> str:
        raw = json.dumps(parts, cls=_Exact, separators=(",", ":"), ensure_ascii=False)
        return self._signer.sign(urlsafe_base64_encode(raw.encode()))


class _Exact(DjangoJSONEncoder):
    """Django's own cuts microseconds off, and rows of one millisecond would be shown twice or never."""

    def default(self, value: Any) -> Any:
        return value.isoformat() if isinstance(value, datetime) else super().default(value)


def _value(row: Any, name: str) -> Any:
    for step in name.split("__"):
        row = getattr(row, step)
    return row
