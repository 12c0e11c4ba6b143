"""Whether text starts with other text, by index on both databases."""

from __future__ import annotations

from django.db import connection
from django.db.models import Q

_LAST = "\U0010ffff"


def starts(field: str, text: str) -> Q:
    """Rows whose ``field`` starts with ``text``, case counting.

    On SQLite, which cannot use an index for Django's LIKE, it is a range of its byte-wise order; on
    PostgreSQL an index with varchar_pattern_ops serves LIKE.
    """
    if connection.vendor == "sqlite":
        return Q(**{f"{field}__gte": text, f"{field}__lt": text + _LAST})
    return Q(**{f"{field}__startswith": text})
