"""CSV files as people really have them, read as a stream. Pure Python: no Django, no model.

UTF-8 with or without a byte order mark, UTF-16 either way round; comma, semicolon or tab; with or without
the ``#TYPE`` line of PowerShell's Export-Csv and the ``sep=`` line of spreadsheets; any order of columns,
headings without regard to case, accents and blanks (lync-reference.md, 10.3). One record is held at a time,
so that memory does not grow with the file; lines are numbered from 1 as an editor shows them.

What spoils the whole file raises ``FileRefused``; what spoils one line is a ``Fault`` among the records.
"""

from __future__ import annotations

import codecs
import csv
import io
import unicodedata
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple, Protocol

from controlpanel.shell.cells import undefuse

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

#: Characters of one record, with all the lines inside its quotes.
LONGEST_RECORD = 100_000
_CHUNK = 65_536  # bytes
_DELIMITERS = ",;\t"
_SPREADSHEETS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")  # .xlsx and .ods are ZIP, .xls is OLE


class FileCode(StrEnum):
    """Why a file, or a line of it, cannot be read, and the parameters that come with it."""

    EMPTY = "file-empty"
    SPREADSHEET = "file-spreadsheet"
    BINARY = "file-binary"
    ENCODING = "file-encoding"
    LINE_TOO_LONG = "line-too-long"  # limit
    QUOTING = "quoting"  # the line where the broken record begins
    MISSING_COLUMN = "missing-column"  # column, found (the headings of the file)
    COLUMN_TWICE = "column-twice"  # column, heading (the same one again; of two that differ the best counts)
    RAGGED = "ragged-line"  # found, expected (numbers of cells); of one line


class FileRefused(ValueError):
    """The file cannot be read: ``code`` says why, ``line`` where (from 1), ``params`` what."""

    def __init__(self, code: FileCode, *, line: int, **params: str | int) -> None:
        super().__init__(code.value, line, params)
        self.code = code
        self.line = line
        self.params = params


class Readable(Protocol):
    """What is read: a file, or what is stored as one."""

    def read(self, size: int, /) -> bytes:
        """At most ``size`` bytes more; b"" at the end."""


class Fault(NamedTuple):
    """One line that cannot be used; ``code`` is of FileCode, or of the room that reads the file."""

    line: int
    code: StrEnum
    params: Mapping[str, str | int]


class Record(NamedTuple):
    """One line with data: the cells of the known columns, without blanks around them."""

    line: int
    cells: dict[str, str]


class Table(NamedTuple):
    """An opened file: its known columns, the headings it does not know, and its records, once."""

    columns: tuple[str, ...]
    ignored: tuple[str, ...]
    records: Iterator[Record | Fault]


def open_table(
    file: Readable, headings: Mapping[str, Collection[str]], *, required: Collection[str] = ()
) -> Table:
    """Read the head of ``file``; ``headings`` has for each column the headings that mean it, best first.

    Raises FileRefused here, and again while the records are read, since a file may break anywhere.
    """
    lines = _Lines(file)
    known = {column: tuple(map(heading_key, texts)) for column, texts in headings.items()}
    delimiter, found = _head(lines, frozenset(key for keys in known.values() for key in keys))
    places = _places(known, found, required, lines.number)
    ignored = tuple(text for place, text in enumerate(found) if text and place not in places.values())
    return Table(tuple(places), ignored, _records(lines, delimiter, len(found), places))


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


class _Lines:
    """The lines of a file, decoded, with their numbers; refuses what is no text and what never ends."""

    def __init__(self, file: Readable) -> None:
        head = file.read(_CHUNK)
        self._lines = _decoded(head, file, _encoding(head))
        self.number = 0  # of the line given last
        self.first = 1  # of the first line of this record
        self._length = 0  # of this record so far, in characters

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = next(self._lines)
        self.number += 1
        self._length += len(line)
        if "\0" in line:
            raise FileRefused(FileCode.BINARY, line=self.number)
        if "\ufffd" in line:  # put there by the decoder, or by whoever damaged the file before
            raise FileRefused(FileCode.ENCODING, line=self.number)
        if self._length > LONGEST_RECORD:
            code = FileCode.QUOTING if self.number > self.first else FileCode.LINE_TOO_LONG
            raise FileRefused(code, line=self.first, limit=LONGEST_RECORD)
        return line

    def begin_record(self) -> None:
        """The next line begins a record."""
        self.first = self.number + 1
        self._length = 0


def _encoding(head: bytes) -> str:
    """The codec for a file that begins with ``head``; without a mark the first letter shows UTF-16."""
    if head.startswith(_SPREADSHEETS):
        raise FileRefused(FileCode.SPREADSHEET, line=1)
    if head.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        raise FileRefused(FileCode.ENCODING, line=1)
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if len(head) > 1 and (head[0] == 0) != (head[1] == 0):
        return "utf-16-be" if head[0] == 0 else "utf-16-le"
    if b"\0" in head:
        raise FileRefused(FileCode.BINARY, line=1)
    return "utf-8-sig"


def _decoded(head: bytes, file: Readable, encoding: str) -> Iterator[str]:
    """Lines that end in LF whatever they ended in; bytes that are no text become U+FFFD."""
    decode = io.IncrementalNewlineDecoder(
        codecs.getincrementaldecoder(encoding)("replace"), translate=True
    ).decode
    rest = ""
    while head and len(rest) <= LONGEST_RECORD:
        *lines, rest = (rest + decode(head)).split("\n")
        for line in lines:
            yield f"{line}\n"
        head = file.read(_CHUNK)
    if rest := rest + decode(b"", final=True):
        yield rest


def _head(lines: _Lines, known: Collection[str]) -> tuple[str, list[str]]:
    """The delimiter and the headings; the delimiter is the one that makes most headings known."""
    line, told = _heading_line(lines)
    read = [(delimiter, cells) for delimiter in told if (cells := _cells(line, delimiter)) is not None]
    if not read:
        raise FileRefused(FileCode.QUOTING, line=lines.number)
    return max(read, key=lambda pair: sum(heading_key(cell) in known for cell in pair[1]))


def _heading_line(lines: _Lines) -> tuple[str, str]:
    """The first line with headings, and the delimiters that may part them."""
    told = _DELIMITERS
    for line in lines:
        lines.begin_record()
        if line[:4].casefold() == "sep=" and line[4:5] in _DELIMITERS:
            told = line[4]
        elif line.strip(_DELIMITERS + " \n") and not line.startswith(("#TYPE", '"#TYPE')):
            return line, told
    raise FileRefused(FileCode.EMPTY, line=max(lines.number, 1))


def _cells(line: str, delimiter: str) -> list[str] | None:
    try:
        return [cell.strip() for cell in next(_reader(iter([line]), delimiter))]
    except csv.Error:
        return None


def _reader(lines: Iterator[str], delimiter: str) -> Iterator[list[str]]:
    return csv.reader(lines, delimiter=delimiter, strict=True, skipinitialspace=True)


def _records(
    lines: _Lines, delimiter: str, width: int, places: Mapping[str, int]
) -> Iterator[Record | Fault]:
    reader = _reader(lines, delimiter)
    while True:
        lines.begin_record()
        try:
            cells = next(reader, None)
        except csv.Error:
            raise FileRefused(FileCode.QUOTING, line=lines.first) from None
        if cells is None:
            return
        if not any(map(str.strip, cells)):
            continue  # an empty line, or the bare delimiters that spreadsheets leave at the end
        if len(cells) == width:
            yield Record(
                lines.first, {name: undefuse(cells[place].strip()) for name, place in places.items()}
            )
        else:
            yield Fault(lines.first, FileCode.RAGGED, {"found": len(cells), "expected": width})
