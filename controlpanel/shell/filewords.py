"""Sentences for why delimited.py refuses a file, or a line of one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from controlpanel.shell.delimited import FileCode

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

    from controlpanel.shell.delimited import FileRefused

SENTENCES: dict[FileCode, _StrPromise] = {
    FileCode.EMPTY: _("There is nothing in it."),
    FileCode.SPREADSHEET: _("This is a spreadsheet. Save it as CSV first, then try again."),
    FileCode.BINARY: _("This is not a text file."),
    FileCode.ENCODING: _("This is not UTF-8 or UTF-16 text. Save it as “CSV UTF-8”, then try again."),
    FileCode.LINE_TOO_LONG: _("The line is longer than %(limit)s characters."),
    FileCode.QUOTING: _("A quotation mark is opened here and not closed."),
    FileCode.MISSING_COLUMN: _("The column “%(column)s” is missing. The first line has: %(found)s."),
    FileCode.COLUMN_TWICE: _("The column “%(heading)s” is there twice."),
    FileCode.RAGGED: _("The line has %(found)s cells, and the first line has %(expected)s."),
}


def unreadable(refused: FileRefused) -> str:
    """Why a file cannot be read, and where."""
    said = SENTENCES[refused.code] % refused.params
    return str(_("Line %(line)s: %(words)s") % {"line": refused.line, "words": said})
