"""CSV files that spreadsheets open without harm."""

from __future__ import annotations

import csv
import re
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.http import StreamingHttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from django.db.models import QuerySet

    from controlpanel.lists.listing import Column


#: What starts a formula: at the start of the cell, or behind what a spreadsheet may take for a separator.
_FORMULA = re.compile(r"(^|[;\t\r\n]\s*)([=+\-@\t\r＝＋－＠])")


class _Line:
    """A file that hands back what is written to it."""

    def write(self, text: str) -> str:
        return text


def defused(value: object) -> str:
    """``value`` as text that no spreadsheet takes for a formula (OWASP, CSV injection)."""
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%SZ}"
    text = "" if value is None else str(value)
    return _FORMULA.sub(r"\1'\2", text)


def csv_response(name: str, columns: Sequence[Column], rows: QuerySet[Any]) -> StreamingHttpResponse:
    """All ``rows`` as a download: UTF-8 with a byte order mark, streamed, so memory stays flat."""
    response = StreamingHttpResponse(_lines(columns, rows), content_type="text/csv; charset=utf-8")
    stamp = f"{timezone.now():%Y%m%d-%H%M}"
    response["Content-Disposition"] = f'attachment; filename="{name}-{stamp}.csv"'
    return response


def _lines(columns: Sequence[Column], rows: QuerySet[Any]) -> Iterator[str]:
    write = csv.writer(_Line()).writerow
    yield "\ufeff"
    yield str(write([str(column.label) for column in columns]))
    for row in rows.iterator(chunk_size=2000):
        yield str(write([defused(column.export(row)) for column in columns]))
