"""CSV files as people really have them, read as a stream. Pure Python: no Django, no model.

UTF-8 with or without a byte order mark, UTF-16 either way round; comma, semicolon or tab; with or without
the ``#TYPE`` line of PowerShell's Export-Csv and the ``sep=`` line of spreadsheets; any order of columns,
headings without regard to case, accents and blanks (lync-reference.md, 10.3). One record is held at a time,
so that memory does not grow with the file; lines are numbered from 1 as an editor shows them.

What spoils the whole file raises ``FileRefused``; what spoils one line is a ``Fault`` among the records.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from typing import TYPE_CHECKING, NamedTuple

from controlpanel.shell import damage
from controlpanel.shell.cells import undefuse
from controlpanel.shell.permission import decides, denies, may_deny
from controlpanel.shell.textfile import FileCode, FileRefused, Lines

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping
    from enum import StrEnum

    from controlpanel.shell.textfile import Readable

_DELIMITERS = ",;\t"
#: How many cells with question marks are told of one file.
MOST_ASKED = 200


class Fault(NamedTuple):
    """One line that cannot be used; ``code`` is of FileCode, or of the room that reads the file."""

    line: int
    code: StrEnum
    params: Mapping[str, str | int]


class Record(NamedTuple):
    """One line with data: the cells of the known columns, without blanks around them.

    ``denied`` is the heading of a column that is not read and says that this is not permitted; "" for none.
    """

    line: int
    cells: dict[str, str]
    denied: str = ""


class Head(NamedTuple):
    """How a file begins: what it says is its type, its first line and the headings there."""

    type_name: str
    line: str
    headings: list[str]


class Table(NamedTuple):
    """An opened file: its known columns, the headings it does not know, and its records, once."""

    columns: tuple[str, ...]
    ignored: tuple[str, ...]
    records: Iterator[Record | Fault]


def open_table(
    file: Readable,
    headings: Mapping[str, Collection[str]],
    *,
    required: Collection[str] = (),
    texts: Collection[str] = (),
    names: Collection[str] = (),
    judge: Callable[[Head], None] = lambda _head: None,
) -> Table:
    """Read the head of ``file``; ``headings`` has for each column the headings that mean it, best first.

    ``judge`` raises FileRefused when this is another kind of file. ``texts`` are columns of free text,
    ``names`` those of names that people chose; the others are keys, lists of keys and choices.
    Raises FileRefused here, and again while the records are read, since a file may break anywhere.
    """
    lines = Lines(file)
    known = {column: tuple(map(heading_key, spelt)) for column, spelt in headings.items()}
    head, delimiter = _head(lines, frozenset(key for keys in known.values() for key in keys), judge)
    places = _places(known, head.headings, required, lines.number)
    ignored = tuple(text for place, text in enumerate(head.headings) if text and place not in places.values())
    cells = _Cells(head, places, frozenset(texts), frozenset(names))
    return Table(tuple(places), ignored, _records(lines, delimiter, cells))


def heading_key(text: str) -> str:
    """A heading as it is compared: letters and digits only, without case and accents."""
    decomposed = unicodedata.normalize("NFKD", text).casefold()
    return "".join(character for character in decomposed if character.isalnum())


def _places(
    known: Mapping[str, Collection[str]], found: list[str], required: Collection[str], line: int
) -> dict[str, int]:
    """Where each column stands; of two headings that mean the same column the better one counts."""
    keys = list(map(heading_key, found))
    places = {}
    for column, wanted in known.items():
        key = next((key for key in wanted if key in keys), None)
        if key is not None:
            places[column] = keys.index(key)
            if keys.count(key) > 1:
                heading = found[places[column]]
                raise FileRefused(FileCode.COLUMN_TWICE, line=line, column=column, heading=heading)
        elif column in required:
            raise FileRefused(FileCode.MISSING_COLUMN, line=line, column=column, found=", ".join(found)[:200])
    return places


def _head(lines: Lines, known: Collection[str], judge: Callable[[Head], None]) -> tuple[Head, str]:
    """The head and the delimiter; that is the one that makes most headings known."""
    type_name, line, told = _heading_line(lines)
    read = [(delimiter, cells) for delimiter in told if (cells := _cells(line, delimiter)) is not None]
    judge(Head(type_name, line, max((cells for _delimiter, cells in read), key=len, default=[])))
    if not read:
        raise FileRefused(FileCode.QUOTING, line=lines.number)
    delimiter, headings = max(read, key=lambda pair: sum(heading_key(cell) in known for cell in pair[1]))
    return Head(type_name, line, headings), delimiter


def _heading_line(lines: Lines) -> tuple[str, str, str]:
    """The type that the shell wrote, the first line with headings, and the delimiters that may part them."""
    told, type_name = _DELIMITERS, ""
    for line in lines:
        lines.begin_record()
        if line[:4].casefold() == "sep=" and line[4:5] in _DELIMITERS:
            told = line[4]
        elif _is_type(line):
            type_name = line.strip(_DELIMITERS + ' "\n')[len("#TYPE") :].strip(_DELIMITERS + ' "\n')
        elif line.strip(_DELIMITERS + " \n"):
            return type_name, line, told
    raise FileRefused(FileCode.EMPTY, line=max(lines.number, 1))


def _is_type(line: str) -> bool:
    return line.lstrip(' "')[:5].upper() == "#TYPE"


def _cells(line: str, delimiter: str) -> list[str] | None:
    try:
        return [cell.strip() for cell in next(_reader(iter([line]), delimiter))]
    except csv.Error:
        return None


def _reader(lines: Iterator[str], delimiter: str) -> Iterator[list[str]]:
    return csv.reader(lines, delimiter=delimiter, strict=True, skipinitialspace=True)


def _records(lines: Lines, delimiter: str, cells: _Cells) -> Iterator[Record | Fault]:
    reader = _reader(lines, delimiter)
    while True:
        lines.begin_record()
        try:
            row = next(reader, None)
        except csv.Error:
            raise FileRefused(FileCode.QUOTING, line=lines.first) from None
        if row is None:
            break
        if not any(map(str.strip, row)):
            continue  # an empty line, or the bare delimiters that spreadsheets leave at the end
        if _is_type(row[0]):
            raise FileRefused(FileCode.SEVERAL, line=lines.first)
        if len(row) == cells.width:
            yield cells.read(lines.first, row)
        else:
            yield Fault(lines.first, FileCode.RAGGED, {"found": len(row), "expected": cells.width})
    if lines.is_ascii:  # had one letter beyond it come through, question marks would be what was meant
        yield from cells.asked


class _Cells:
    """The cells of a record by their columns, and what was done to them before."""

    def __init__(
        self, head: Head, places: Mapping[str, int], texts: frozenset[str], names: frozenset[str]
    ) -> None:
        self.width, self.places, self.texts = len(head.headings), places, texts
        self.headings = {column: head.headings[place] for column, place in places.items()}
        self.keys = frozenset(places) - texts - names
        others = ((place, text) for place, text in enumerate(head.headings) if place not in places.values())
        self.others = [(place, text, heading_key(text)) for place, text in others if text]
        self.deciding = [each for each in self.others if decides(each[2])]
        self.is_of_shell = bool(head.type_name) or _is_of_shell(head)
        #: The first cells in which question marks may stand for letters, if the file turns out to be ASCII.
        self.asked: list[Fault] = []

    def read(self, line: int, row: list[str]) -> Record | Fault:
        """The record; a fault for a cell that the shell destroyed."""
        told = {name: undefuse(row[place].strip()) for name, place in self.places.items()}
        line_text = "\0".join(row)
        if damage.may_be_in(line_text) and (fault := self._damaged(line, told)):
            return fault
        others = self.others if may_deny(line_text) else self.deciding
        denied = (text for place, text, key in others if denies(key, heading_key(row[place])))
        return Record(line, told, next(denied, ""))

    def _damaged(self, line: int, told: Mapping[str, str]) -> Fault | None:
        for name, cell in told.items():
            if found := damage.in_cell(cell, is_key=name in self.keys):
                return self._fault(line, found, name, cell)
            is_asked = damage.may_be_question_marks(cell, is_text=name in self.texts)
            if is_asked and self.is_of_shell and len(self.asked) < MOST_ASKED:
                self.asked.append(self._fault(line, damage.Damage.QUESTION_MARKS, name, cell))
        return None

    def _fault(self, line: int, code: damage.Damage, name: str, cell: str) -> Fault:
        return Fault(line, code, damage.told(name, self.headings[name], cell))


def _is_of_shell(head: Head) -> bool:
    """Whether Export-Csv wrote the headings: it quotes each, or properties have their names."""
    quoted = all(part.strip()[:1] == '"' for part in re.split("[,;\t]", head.line))
    return quoted or any(re.fullmatch(r"[A-Z][a-z]+([A-Z][a-z]+)+", text) for text in head.headings)
