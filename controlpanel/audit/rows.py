"""Many rows as one parameter: a table that the database makes of JSON.

bulk_create() spends three times as long on the thousands of parameters of a batch, and all of that while the
transaction is open.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from django.db.backends.base.base import BaseDatabaseWrapper


def as_json(rows: Iterable[Sequence[Any]]) -> str:
    """``rows`` as the parameter of ``table``."""
    return json.dumps(list(rows), ensure_ascii=False, separators=(",", ":"))


def table(connection: BaseDatabaseWrapper, columns: Mapping[str, str]) -> str:
    """SQL of a table with one parameter, as_json(rows): its ``columns``, in the order of the cells of a row.

    ``columns`` names the type that PostgreSQL casts a cell to, such as "bigint"; SQLite takes it as it is.
    """
    if connection.vendor == "postgresql":
        each = "json_array_elements(%s::json)"
        cells = [
            f"(value ->> {place})::{kind} AS {name}" for place, (name, kind) in enumerate(columns.items())
        ]
    else:
        each = "json_each(%s)"
        cells = [f"json_extract(value, '$[{place}]') AS {name}" for place, name in enumerate(columns)]
    return f"(SELECT {', '.join(cells)} FROM {each})"  # noqa: S608 # names of columns only
