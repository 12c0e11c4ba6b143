"""Text files as a stream of lines, whatever they are encoded in. Pure Python.

What is no text, or never ends, raises ``FileRefused`` with its line.
"""

from __future__ import annotations

import codecs
import io
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Characters of one record, with all the lines inside its quotes.
LONGEST_RECORD = 100_000
_CHUNK = 65_536  # bytes
_SPREADSHEETS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")  # .xlsx and .ods are ZIP, .xls is OLE


class FileCode(StrEnum):
    """Why a file, or a line of it, cannot be read, and the parameters that come with it."""

    EMPTY = "file-empty"
    SPREADSHEET = "file-spreadsheet"
    BINARY = "file-binary"
    ENCODING = "file-encoding"
    LINE_TOO_LONG = "line-too-long"  # limit
    QUOTING = "quoting"  # the line where the broken record begins
    OTHER_KIND = "other-kind"  # these (what the file is), here (what is imported), both in sentences
    OTHER_NAME = "other-kind-by-name"  # these, here; only the name of the file tells
    SEVERAL = "several-files"
    DAMAGED = "damaged"  # damage (a damage.Damage), heading, value
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


class Lines:
    """The lines of a file, decoded, with their numbers; refuses what is no text and what never ends."""

    def __init__(self, file: Readable) -> None:
        head = file.read(_CHUNK)
        encoding = _encoding(head)
        self._lines = _decoded(head, file, encoding)
        #: No letter beyond ASCII so far, and no mark that says how the others would stand.
        self.is_ascii = encoding == "utf-8-sig" and not head.startswith(codecs.BOM_UTF8)
        self.number = 0  # of the line given last
        self.first = 1  # of the first line of this record
        self._length = 0  # of this record so far, in characters

    def __iter__(self) -> Lines:
        return self

    def __next__(self) -> str:
        line = next(self._lines)
        self.number += 1
        self._length += len(line)
        self.is_ascii = self.is_ascii and line.isascii()
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
