"""Sets of rows too large to read one by one: told apart by sums, and held while something is done to them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from django.db import connections
from django.db.models import BigIntegerField, Count, ExpressionWrapper, F, Sum
from django.db.models.functions import Coalesce

from controlpanel.audit.commits import Changed
from controlpanel.audit.models import Recorded

if TYPE_CHECKING:
    from django.db.models import Model, QuerySet


class Tally(NamedTuple):
    """How many rows, the sum of their keys, and sums over versions and links: another set has another one."""

    number: int
    keys: int
    rest: tuple[int, ...]


def tally(rows: QuerySet[Any], *links: str) -> Tally:
    """The tally of ``rows``, in one query; ``links`` are foreign keys (paths) that count too."""
    factors = [*(["version"] if issubclass(rows.model, Recorded) else []), *links]
    sums: dict[str, Sum] = {}
    for number, name in enumerate(factors):
        factor = Coalesce(F(name), 0, output_field=BigIntegerField())
        product = ExpressionWrapper(F("pk") * factor, output_field=BigIntegerField())
        sums |= {f"plain_{number}": Sum(factor), f"product_{number}": Sum(product)}
    found = rows.order_by().aggregate(number=Count("pk"), keys=Sum("pk"), **sums)
    return Tally(found["number"], int(found["keys"] or 0), tuple(int(found[name] or 0) for name in sums))


def hold(rows: QuerySet[Any]) -> None:
    """Lock ``rows`` until the transaction ends, in the order of their keys, without reading them.

    On SQLite a transaction that writes is alone from its beginning, so there is nothing to lock.
    """
    connection = connections[rows.db]
    if not connection.features.has_select_for_update:
        return
    model: type[Model] = rows.model
    held = model._default_manager.filter(pk__in=rows.order_by().values("pk")).order_by("pk")
    sql, parameters = held.select_for_update().values("pk").query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT COUNT(*) FROM ({sql}) AS held", parameters)  # noqa: S608 # no value in it


def hold_seen(rows: QuerySet[Any], seen: Tally | None, *links: str) -> None:
    """Lock ``rows``; raises Changed when their tally is not what the actor saw (None: whatever it is)."""
    if seen is None:
        return
    hold(rows)
    # A statement of its own: what others committed while this one waited for them is counted as it stands.
    refuse_others(rows, seen, *links)


def refuse_others(rows: QuerySet[Any], seen: Tally | None, *links: str) -> None:
    """Raises Changed when the tally of ``rows`` is another one than ``seen`` (None: whatever it is)."""
    if seen is not None and tally(rows, *links) != seen:
        raise Changed(f"{seen.number} rows of {rows.model._meta.label_lower}")
