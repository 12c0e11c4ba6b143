"""Numbers larger than a column: no row has them, so that asking for one finds nothing, on every database.

Django knows that for one number. In a list of them ("in"), which a selection or a field of several choices
sends, and in what a foreign key is compared with, the number reaches SQLite's driver, which fails.
``register`` gives these lookups the same rule.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.exceptions import EmptyResultSet
from django.db.models import ForeignKey, IntegerField
from django.db.models.fields.related_lookups import RelatedExact, RelatedIn
from django.db.models.lookups import In

if TYPE_CHECKING:
    from collections.abc import Iterable

#: What 64 bits hold.
LEAST, MOST = -(2**63), 2**63 - 1


def _fits(value: Any) -> bool:
    return not isinstance(value, int) or LEAST <= value <= MOST


class _AmongRows:
    """Leaves out of the list what no row can have."""

    def get_prep_lookup(self) -> Any:
        prepared: Iterable[Any] = super().get_prep_lookup()  # type: ignore[misc]
        is_list = self.rhs_is_direct_value()  # type: ignore[attr-defined]
        return [each for each in prepared if _fits(each)] if is_list else prepared


class NumberIn(_AmongRows, In):
    """``number__in``."""


class KeyIn(_AmongRows, RelatedIn):
    """``foreign_key__in``."""


class KeyExact(RelatedExact):
    """``foreign_key=``."""

    def process_rhs(self, compiler: Any, connection: Any) -> Any:
        """The value, or nothing at all to be found."""
        if self.rhs_is_direct_value() and not _fits(self.rhs):
            raise EmptyResultSet
        return super().process_rhs(compiler, connection)


def register() -> None:
    """Use them instead of Django's."""
    IntegerField.register_lookup(NumberIn)
    ForeignKey.register_lookup(KeyIn)
    ForeignKey.register_lookup(KeyExact)
