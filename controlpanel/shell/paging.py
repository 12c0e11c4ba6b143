"""Pages of a list by key, not by offset: page 20,000 costs what page 1 costs.

A page is named by the last row before it (or the first row after it): the values of the columns it is sorted
by, ending in the primary key. SQL finds the place by index; nothing is counted off. The token in the address
also carries the position of the row, so that the foot can say "51-100".
"""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connections, models
from django.db.models import Q

if TYPE_CHECKING:
    from collections.abc import Sequence

#: Up to here rows are counted; beyond, PostgreSQL's planner is asked for its estimate.
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

    ``order`` must end in a unique field and none of its values may be NULL. One query. Raises BadToken.
    """
    backwards, position, values = _parse(queryset, order, token)
    if values:
        queryset = queryset.filter(_beyond(order, values, backwards=backwards))
    rows = list(queryset.order_by(*(_reverse(order) if backwards else order))[: size + 1])
    more = len(rows) > size
    rows = rows[:size]
    if backwards:
        rows.reverse()
        start = max(position - len(rows), 1) if more else 1
        before, after = more, True
    else:
        start, before, after = position + 1, bool(values), more
    if not rows:
        return Page([], 0, "", "")
    return Page(
        rows,
        start,
        _token("b", start, rows[0], order) if before else "",
        _token("a", start + len(rows) - 1, rows[-1], order) if after else "",
    )


def last_token(count: int) -> str:
    """The token of the last page of a list of ``count`` rows."""
    return _encode(["z", count])


def count_of(queryset: models.QuerySet[Any]) -> tuple[int, bool]:
    """How many rows there are, and whether that is exact.

    Exact up to COUNT_LIMIT and always on SQLite; else PostgreSQL's estimate: at most two cheap queries.
    """
    bare = queryset.order_by().values("pk")
    connection = connections[queryset.db]
    if connection.vendor != "postgresql":
        return bare.count(), True
    count = bare[: COUNT_LIMIT + 1].count()
    if count <= COUNT_LIMIT:
        return count, True
    plan = json.loads(bare.explain(format="json"))
    return max(int(plan[0]["Plan"]["Plan Rows"]), count), False


def _parse(queryset: models.QuerySet[Any], order: Sequence[str], token: str) -> tuple[bool, int, list[Any]]:
    if not token:
        return False, 0, []
    try:
        kind, position, *values = json.loads(base64.urlsafe_b64decode(token.encode("ascii") + b"=="))
        if kind == "z" and not values:
            return True, int(position) + 1, []
        if kind not in {"a", "b"} or len(values) != len(order) or not 0 < int(position) < 10**12:
            raise BadToken(token)
        fields = [_field(queryset, name.lstrip("-")) for name in order]
        typed = [field.to_python(value) for field, value in zip(fields, values, strict=True)]
    except (
        ValueError,
        TypeError,
        binascii.Error,
        UnicodeError,
        ValidationError,
        RecursionError,
    ) as fault:
        raise BadToken(token) from fault
    if None in typed:
        raise BadToken(token)
    return kind == "b", int(position), typed


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


def _token(kind: str, position: int, row: Any, order: Sequence[str]) -> str:
    return _encode([kind, position, *(_value(row, name.lstrip("-")) for name in order)])


def _value(row: Any, name: str) -> Any:
    for step in name.split("__"):
        row = getattr(row, step)
    return row


def _encode(parts: list[Any]) -> str:
    raw = json.dumps(parts, cls=DjangoJSONEncoder, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")
