"""The cells of CSV files, which no spreadsheet takes for formulas and which come back as they were.

Whoever opens a file may split it at commas, semicolons or tabs, whatever it was written with, and most
quotation marks then count for nothing. So a cell may begin at the start of a text, behind each semicolon, tab
and line break in it, and blanks and quotation marks may stand before the sign that makes a formula (OWASP,
CSV injection). Pure Python; no other module writes CSV.
"""

from __future__ import annotations

import csv
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

#: Where a cell or a line of some reader may begin, as it stands between the brackets of a pattern.
_BREAKS = r";\t\n\r\v\f\x1c-\x1e\x85\u2028\u2029"
#: Blanks, what nobody sees, and quotation marks: a reader or a person passes over them.
_BLANKS = (
    r" \x00-\x08\x0e-\x1b\x1f\x7f\xa0\xad\u1680\u180e\u2000-\u200f\u202a-\u202f\u205f-\u206f\u3000\ufeff"
)
_PASSED = rf"{_BLANKS}'\"«»\u2018-\u201f"
_SIGNS = r"=+\-@\t\r＝＋－＠"
_START = rf"(?:\A|[{_BREAKS}])[{_PASSED}]*"
_FORMULA = re.compile(rf"{_START}(?=[{_SIGNS}])")
_DEFUSED = re.compile(rf"({_START})'(?=[{_SIGNS}])")
_SIGN = re.compile(rf"[{_SIGNS}]")
_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")


def defuse(text: str) -> str:
    """``text`` with an apostrophe before each sign that would make a formula; a plain number stays one."""
    if not _SIGN.search(text) or _NUMBER.fullmatch(text):  # the quick way for nearly every cell
        return text
    return _FORMULA.sub(lambda start: f"{start[0]}'", text)


def undefuse(cell: str) -> str:
    """What defuse() was given, when ``cell`` came from it."""
    return _DEFUSED.sub(r"\1", cell) if "'" in cell else cell


def csv_line(cells: Iterable[object]) -> str:
    """One line of a CSV file, defused; numbers are taken as they are, and None is an empty cell."""
    texts = ["" if cell is None else str(cell) for cell in cells]
    # Read with another separator, the first cell has no end: "-1,=x" is no number any more.
    cut = [
        f"'{text}" if text.startswith("-") and _NUMBER.fullmatch(text) else defuse(text) for text in texts[:1]
    ]
    line = str(_write([*cut, *map(defuse, texts[1:])]))
    # Behind a quotation mark that a reader with another separator takes for an opening one, a carriage return
    # would stand at the start of a cell.
    return line.removesuffix("\r\n") + "\n"


class _Line:
    """A file that hands back what is written to it."""

    def write(self, text: str) -> str:
        return text


_write = csv.writer(_Line()).writerow
