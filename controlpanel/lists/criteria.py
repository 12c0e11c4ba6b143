"""The "Add filter" rows of a list: property, operator, value; several at once, kept in the address.

The address holds them as parallel parameters: ``?property=pool&operator=is&value=pool01.contoso.com``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from django.http import QueryDict
    from django.utils.functional import _StrPromise

#: More rows than anybody fills in.
MOST_CRITERIA = 20
_MOST_VALUE = 512

OPERATORS: dict[str, _StrPromise] = {
    "is": _("Equal to"),
    "not": _("Not equal to"),
    "starts": _("Starts with"),
}


@dataclass(frozen=True)
class Property:
    """What a row can ask about. ``equal`` and ``starts`` say in Q what a typed value asks for.

    They return None when the value names nothing that exists; then "is" finds nothing and "not" everything.
    ``suggest`` offers values for what was typed so far.
    """

    name: str
    label: _StrPromise | str
    equal: Callable[[str], Q | None]
    starts: Callable[[str], Q] | None = None
    suggest: Callable[[str], Iterable[str]] | None = None

    @property
    def operators(self) -> list[tuple[str, Any]]:
        """The operators that make sense for it."""
        return [(name, label) for name, label in OPERATORS.items() if name != "starts" or self.starts]


@dataclass(frozen=True)
class Criterion:
    """One filled-in row."""

    about: str
    operator: str
    value: str

    @property
    def fields(self) -> list[tuple[str, str]]:
        """As parameters of an address."""
        return [("property", self.about), ("operator", self.operator), ("value", self.value)]


@dataclass(frozen=True)
class Judged:
    """A row with what it asks of the database; ``condition`` None finds nothing, and ``problem`` says why."""

    asked: Criterion
    condition: Q | None
    problem: _StrPromise | str = ""


def asked(params: QueryDict) -> list[Criterion]:
    """The rows in ``params`` that have a value."""
    rows = zip(params.getlist("property"), params.getlist("operator"), params.getlist("value"), strict=False)
    criteria = [
        Criterion(name, operator, value.replace("\x00", "").strip()[:_MOST_VALUE])
        for name, operator, value in rows
    ]
    return [each for each in criteria if each.value][:MOST_CRITERIA]


def judge(properties: Sequence[Property], criteria: Iterable[Criterion]) -> list[Judged]:
    """What each of ``criteria`` asks for."""
    known = {each.name: each for each in properties}
    return [_judge(known.get(each.about), each) for each in criteria]


def narrow(rows: Any, judged: Iterable[Judged]) -> Any:
    """``rows`` that meet all of ``judged``."""
    for each in judged:
        rows = rows.none() if each.condition is None else rows.filter(each.condition)
    return rows


def query(about: str, operator: str, value: str) -> str:
    """One row as the query of an address."""
    return urlencode(Criterion(about, operator, value).fields)


def _judge(property_: Property | None, criterion: Criterion) -> Judged:
    if property_ is None or criterion.operator not in dict(property_.operators):
        return Judged(criterion, None, _("This property has no such operator."))
    if criterion.operator == "starts" and property_.starts:
        return Judged(criterion, property_.starts(criterion.value))
    equal = property_.equal(criterion.value)
    problem = _("There is nothing of this name.") if equal is None else ""
    if criterion.operator == "is":
        return Judged(criterion, equal, problem)
    return Judged(criterion, Q() if equal is None else ~equal, problem)
