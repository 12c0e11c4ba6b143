"""Sentences for why a file is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from controlpanel.shell import filewords
from controlpanel.shell.textfile import FileCode

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

    from controlpanel.shell.textfile import FileRefused

#: Why a file is refused as a whole.
FILE: dict[str, _StrPromise] = {
    FileCode.EMPTY: _("The file is empty."),
    FileCode.SPREADSHEET: _(
        "This is a spreadsheet under another name. Open it, save it as CSV UTF-8, and import that file."
    ),
    FileCode.BINARY: _("This is not a text file. Export the users as CSV."),
    FileCode.ENCODING: _("The text is neither UTF-8 nor UTF-16. Save the file again as CSV UTF-8."),
    FileCode.LINE_TOO_LONG: _("The line is longer than %(limit)s characters."),
    FileCode.QUOTING: _("A quotation mark opens here and does not close as it should."),
    FileCode.MISSING_COLUMN: _("No column is headed “SipAddress”. The headings are: %(found)s."),
    FileCode.COLUMN_TWICE: _("Two columns are headed “%(heading)s”. Leave one out."),
}


def file_reason(refused: FileRefused) -> str:
    """Why a file is refused, with the line."""
    if refused.code not in FILE:
        return filewords.unreadable(refused)
    sentence = str(FILE[refused.code]) % refused.params
    if refused.code in {FileCode.EMPTY, FileCode.SPREADSHEET}:
        return sentence
    return gettext("Line %(number)s: %(sentence)s") % {"number": refused.line, "sentence": sentence}
