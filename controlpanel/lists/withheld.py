"""What no list reads: the columns that a model names in ``SECRETS``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from django.db.models import QuerySet


def without_secrets(rows: QuerySet[Any]) -> QuerySet[Any]:
    """``rows`` without the columns that hold secrets, which then cannot be shown, sorted or exported."""
    return rows.defer(*getattr(rows.model, "SECRETS", ()))
