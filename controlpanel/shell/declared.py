"""Lists of the Django admin that answer what they declare, and nothing else.

As Django has it, the address of a list may narrow it by every column of the model with every lookup: who may
look could read a password's hash letter by letter, or have the database run a regular expression of theirs.
Here a list answers what its ``list_filter`` and ``date_hierarchy`` offer; anything else is a bad request.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.contrib.admin.utils import get_fields_from_path
from django.core.exceptions import FieldDoesNotExist
from django.db.models import DateField
from django.utils.dateparse import parse_date, parse_datetime

from controlpanel.lists.listing import SEARCH_LIMIT
from controlpanel.lists.withheld import without_secrets

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from django.db.models import QuerySet
    from django.http import HttpRequest

#: A search of more words than anybody types joins a table once for each.
_MOST_WORDS = 10
_CHOSEN = ("", "__exact", "__isnull", "__in")
_PARTS = {"year": 9998, "month": 12, "day": 31}


def _is_text(value: str) -> bool:
    return "\x00" not in value  # PostgreSQL has no such text


def _is_time(value: str) -> bool:
    """Whether it is a time with a year before and after it, as time zones and links to neighbours need."""
    try:
        found = parse_datetime(value) or parse_date(value)
    except ValueError:
        return False
    return found is not None and 1 < found.year < 9999


def _up_to(most: int) -> Callable[[str], bool]:
    return lambda value: value.isascii() and value.isdigit() and len(value) < 5 and 1 <= int(value) <= most


class DeclaredAdmin(admin.ModelAdmin[Any]):
    """What all pages of the support desk are. A model names in ``SECRETS`` the columns that no list reads."""

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Whether ``lookup`` is one of a declared filter, and ``value`` something that it can be asked."""
        is_valid = dict(self._declared(request)).get(lookup)
        return is_valid is not None and is_valid(value)

    def _declared(self, request: HttpRequest) -> Iterator[tuple[str, Callable[[str], bool]]]:
        """Each parameter of a declared filter, and what says whether a value is good for it."""
        for declared in self.get_list_filter(request):
            if isinstance(declared, type):
                if issubclass(declared, admin.SimpleListFilter):
                    yield str(declared.parameter_name), _is_text
                continue
            path = str(declared[0] if isinstance(declared, list | tuple) else declared)
            field: Any = get_fields_from_path(self.model, path)[-1]
            if isinstance(field, DateField):
                yield from ((f"{path}__{end}", _is_time) for end in ("gte", "lt"))
                yield f"{path}__isnull", _is_text
                continue
            yield from ((f"{path}{lookup}", _is_text) for lookup in _CHOSEN)
            if field.is_relation:
                yield f"{path}__{field.target_field.name}__exact", _is_text
        if self.date_hierarchy:
            yield from ((f"{self.date_hierarchy}__{part}", _up_to(most)) for part, most in _PARTS.items())

    def to_field_allowed(self, request: HttpRequest, to_field: str) -> bool:
        """Rows are named by their keys alone, in addresses and in pop-ups."""
        try:
            return bool(self.opts.get_field(to_field).primary_key)  # type: ignore[union-attr]
        except (FieldDoesNotExist, AttributeError):
            return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """The rows without the columns that hold secrets: a list has no use for them."""
        return without_secrets(super().get_queryset(request))

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """What the search finds, cut to what a reader types."""
        words = search_term.replace("\x00", "")[:SEARCH_LIMIT].split()[:_MOST_WORDS]
        return super().get_search_results(request, queryset, " ".join(words))
