"""Sentences for why delimited.py refuses a file, or a line of one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from controlpanel.shell.damage import Damage
from controlpanel.shell.textfile import FileCode

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.utils.functional import _StrPromise

    from controlpanel.shell.textfile import FileRefused

SENTENCES: dict[FileCode, _StrPromise] = {
    FileCode.EMPTY: _("There is nothing in it."),
    FileCode.SPREADSHEET: _("This is a spreadsheet. Save it as CSV first, then try again."),
    FileCode.BINARY: _("This is not a text file."),
    FileCode.ENCODING: _("This is not UTF-8 or UTF-16 text. Save it as “CSV UTF-8”, then try again."),
    FileCode.LINE_TOO_LONG: _("The line is longer than %(limit)s characters."),
    FileCode.QUOTING: _("A quotation mark is opened here and not closed."),
    FileCode.OTHER_KIND: _("%(these)s %(here)s"),
    FileCode.OTHER_NAME: _(
        "By the name of the file: %(these)s %(here)s If the name is wrong, rename the file and import it "
        "again."
    ),
    FileCode.SEVERAL: _("Another export begins here. Import each file by itself."),
    FileCode.MISSING_COLUMN: _("The column “%(column)s” is missing. The first line has: %(found)s."),
    FileCode.COLUMN_TWICE: _("The column “%(heading)s” is there twice."),
    FileCode.RAGGED: _("The line has %(found)s cells, and the first line has %(expected)s."),
}

#: What was done to a cell before it came here, and the cure.
DAMAGE: dict[Damage, _StrPromise] = {
    Damage.LIST_LOST: _(
        "The export lost this list: it prints the name of its type. Join the domains with semicolons first."
    ),
    Damage.TYPE_NAME: _(
        "The export printed the name of a type in place of the value. Export again with Select-Object and "
        "%(cure)s for this column."
    ),
    Damage.CUT_LIST: _(
        "The shell showed only the first four. Export again with $FormatEnumerationLimit = -1, or join the "
        "list with semicolons first."
    ),
    Damage.QUESTION_MARKS: _(
        "Letters beyond ASCII became question marks in the export. Export again with -Encoding UTF8."
    ),
    Damage.MOJIBAKE: _(
        "The letters were read in the wrong encoding by another program. Export again, and open it as UTF-8."
    ),
    Damage.NUMBER: _(
        "A spreadsheet shortened this number. Export again, and format the column as text before you save it."
    ),
    Damage.DATE: _(
        "A spreadsheet took this for a date. Export again, and format the column as text before you save it."
    ),
}
DENIED = _(
    "The column “%(heading)s” says that this is not permitted. Take the line out, or import it as blocked."
)


def damaged(params: Mapping[str, str | int]) -> str:
    """What was done to a cell, with what stands there now, and the cure."""
    said = str(DAMAGE[Damage(str(params["damage"]))] % params)
    return gettext("“%(value)s”: %(words)s") % {"value": params["value"], "words": said}


def unreadable(refused: FileRefused) -> str:
    """Why a file cannot be read, and where."""
    if refused.code is FileCode.DAMAGED:
        said = damaged(refused.params)
    else:
        said = str(SENTENCES[refused.code] % refused.params)
    if refused.code in {FileCode.OTHER_KIND, FileCode.OTHER_NAME}:
        return said
    return str(_("Line %(line)s: %(words)s") % {"line": refused.line, "words": said})
