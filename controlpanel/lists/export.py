"""Lists as CSV files."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.http import StreamingHttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from controlpanel.shell.cells import csv_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from django.db.models import QuerySet

    from controlpanel.lists.listing import Column


def _text(value: object) -> object:
    """``value`` as a reader of the file knows it."""
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%SZ}"
    return value


def csv_response(name: str, columns: Sequence[Column], rows: QuerySet[Any]) -> StreamingHttpResponse:
    """All ``rows`` as a download: UTF-8 with a byte order mark, streamed, so memory stays flat."""
    response = StreamingHttpResponse(_lines(columns, rows), content_type="text/csv; charset=utf-8")
    stamp = f"{timezone.now():%Y%m%d-%H%M}"
    response["Content-Disposition"] = f'attachment; filename="{name}-{stamp}.csv"'
    return response


def _lines(columns: Sequence[Column], rows: QuerySet[Any]) -> Iterator[str]:
    yield "\ufeff"
    yield csv_line(column.label for column in columns)
    for row in rows.iterator(chunk_size=2000):
        yield csv_line(_text(column.export(row)) for column in columns)
