"""CSV files are read however they were written, as a stream, and what breaks them is told with its line."""

from __future__ import annotations

import codecs
import collections
import contextlib
import csv
import gzip
import io
import tracemalloc
import zipfile
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controlpanel.shell.cells import defuse
from controlpanel.shell.delimited import Fault, Record, heading_key, open_table
from controlpanel.shell.textfile import LONGEST_RECORD, FileCode, FileRefused

if TYPE_CHECKING:
    from collections.abc import Iterator

HEADINGS = {"domain": ("Domain", "Domaine"), "comment": ("Comment", "Commentaire")}


def records(data: bytes) -> list[Record | Fault]:
    return list(open_table(io.BytesIO(data), HEADINGS, required=("domain",)).records)


def refusal(data: bytes) -> tuple[FileCode, int]:
    with pytest.raises(FileRefused) as refused:
        records(data)
    return refused.value.code, refused.value.line


PLAIN = 'Domain,Comment\nfabrikam.com,"Élan, ""sûr"""\nnorthwind.com,\n'
READ = [
    Record(2, {"domain": "fabrikam.com", "comment": 'Élan, "sûr"'}),
    Record(3, {"domain": "northwind.com", "comment": ""}),
]


@pytest.mark.parametrize(
    "data",
    [
        PLAIN.encode(),
        PLAIN.encode("utf-8-sig"),
        PLAIN.encode("utf-16"),
        PLAIN.encode("utf-16-le"),
        PLAIN.encode("utf-16-be"),
        codecs.BOM_UTF16_BE + PLAIN.encode("utf-16-be"),
        PLAIN.replace("\n", "\r\n").encode(),
        PLAIN.replace("\n", "\r").encode(),
        PLAIN.removesuffix("\n").encode(),
    ],
    ids=["utf-8", "bom", "utf-16", "le", "be", "be-bom", "crlf", "cr", "no-last-newline"],
)
def test_encodings_and_line_ends_do_not_matter(data: bytes) -> None:
    assert records(data) == READ


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_delimiters_are_found_by_the_headings(delimiter: str) -> None:
    data = f'"Comment"{delimiter}"Domain"\n"a, b; c"{delimiter}"fabrikam.com"\n'
    assert records(data.encode()) == [Record(2, {"domain": "fabrikam.com", "comment": "a, b; c"})]


def test_a_heading_may_hold_another_delimiter() -> None:
    table = open_table(io.BytesIO(b'"Name, given";Domain\nx;fabrikam.com\n'), HEADINGS)
    assert table.columns == ("domain",)
    assert table.ignored == ("Name, given",)


def test_lines_before_the_headings_are_passed_over_and_counted() -> None:
    head = b"\xef\xbb\xbf#TYPE Microsoft.Rtc.Management.ADConnect.Schema.OCSADUser\r\nsep=;\r\n\r\n"
    assert records(head + b"Domaine;Commentaire\r\nfabrikam.com;=1\r\n") == [
        Record(5, {"domain": "fabrikam.com", "comment": "=1"})
    ]


def test_headings_are_compared_without_case_accents_and_blanks() -> None:
    assert heading_key(" Stratégie d’accès_externe ") == heading_key("STRATEGIE D'ACCES EXTERNE")


def test_of_two_headings_with_one_meaning_the_better_counts() -> None:
    table = open_table(io.BytesIO(b"Domaine,Domain\na.com,b.com\n"), HEADINGS)
    assert table.ignored == ("Domaine",)
    assert list(table.records) == [Record(2, {"domain": "b.com"})]


def test_empty_lines_and_bare_delimiters_are_no_records() -> None:
    assert records(b"Domain;Comment\n\n;\n  ;  \n;;;\nfabrikam.com;\n\n") == [
        Record(6, {"domain": "fabrikam.com", "comment": ""})
    ]


def test_a_ragged_line_spoils_itself_only() -> None:
    assert records(b"Domain,Comment\na.com\nb.com,x\nc.com,x,y\n") == [
        Fault(2, FileCode.RAGGED, {"found": 1, "expected": 2}),
        Record(3, {"domain": "b.com", "comment": "x"}),
        Fault(4, FileCode.RAGGED, {"found": 3, "expected": 2}),
    ]


def test_lines_inside_quotes_are_counted() -> None:
    assert [record.line for record in records(b'Domain,Comment\na.com,"1\r\n2\r\n3"\nb.com,x\n')] == [2, 5]


def _spreadsheet() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
    return buffer.getvalue()


@pytest.mark.parametrize(
    "data,code,line",
    [
        (b"", FileCode.EMPTY, 1),
        (codecs.BOM_UTF8, FileCode.EMPTY, 1),
        (b"#TYPE Something\r\n\r\n\r\n", FileCode.EMPTY, 3),
        (_spreadsheet(), FileCode.SPREADSHEET, 1),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), FileCode.SPREADSHEET, 1),
        (gzip.compress(b"Domain\na.com\n", mtime=0), FileCode.BINARY, 1),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", FileCode.BINARY, 1),
        (b"Domain\na.com\n" + b"x" * 70_000 + b"\n", FileCode.QUOTING, 0),
        (b"Domain\na.com\n" + b"b.com\n" * 20_000 + b"c\0.com\n", FileCode.BINARY, 20_003),
        (PLAIN.encode("utf-32"), FileCode.ENCODING, 1),
        (PLAIN.encode("cp1252"), FileCode.ENCODING, 2),
        (b"Domain\n" + b"a.com\n" * 30_000 + b"\xc3", FileCode.ENCODING, 30_002),
        ("Domain\na.com\n".encode("utf-16") + b"x", FileCode.ENCODING, 3),
        (b'Domain,Comment\na.com,"x"y\n', FileCode.QUOTING, 2),
        (b'Domain,Comment\na.com,x\nb.com,"never closed\nc.com,x\n', FileCode.QUOTING, 3),
        (b'Domain,Comment\na.com,"never closed\n' + b"c.com,x\n" * 50_000, FileCode.QUOTING, 2),
        (b'"Domain,Comment\na.com,x\n', FileCode.QUOTING, 1),
        (b"Domain\na.com\n" + b"x" * 3_000_000, FileCode.LINE_TOO_LONG, 3),
        (b"x" * 3_000_000, FileCode.LINE_TOO_LONG, 1),
        (b"Comment\nx\n", FileCode.MISSING_COLUMN, 1),
        (b"<html>\n<body>\n", FileCode.MISSING_COLUMN, 1),
        (b"Domain,domain \na.com,b.com\n", FileCode.COLUMN_TWICE, 1),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_the_line(data: bytes, code: FileCode, line: int) -> None:
    if not line:
        assert len(records(data)) == 2  # long, but not too long
        return
    assert refusal(data) == (code, line)


def test_a_missing_column_is_named_with_what_was_found() -> None:
    with pytest.raises(FileRefused) as refused:
        records(b"Name;Comment\n")
    assert refused.value.params == {"column": "domain", "found": "Name, Comment"}


class Endless(io.RawIOBase):
    """A large file of one line over and over, never in memory as a whole."""

    def __init__(self, head: bytes, line: bytes, size: int) -> None:
        self.head = head
        self.block = line * (65_536 // len(line))
        self.left = size

    def read(self, size: int = -1) -> bytes:
        head, self.head = self.head, b""
        given = head or self.block[: max(self.left, 0)]
        self.left -= len(given)
        return given


@pytest.mark.parametrize("line", [b"x" * 80, b'"\n', b'","\n', b'""', b'"a\n"', b"a.com,x\n"])
def test_memory_does_not_grow_with_the_file(line: bytes) -> None:
    tracemalloc.start()
    try:
        table = open_table(Endless(b"Domain,Comment\n", line, 1_000_000), HEADINGS)
        with contextlib.suppress(FileRefused):
            collections.deque(table.records, maxlen=1)
        assert tracemalloc.get_traced_memory()[1] < 5_000_000
    finally:
        tracemalloc.stop()


TEXT = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffd\ufeff"), max_size=12
).map(str.strip)


@given(
    st.lists(st.tuples(TEXT.filter(bool), TEXT), max_size=6),
    st.sampled_from([",", ";", "\t"]),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    st.sampled_from(["\n", "\r\n"]),
)
def test_what_was_written_and_defused_is_read_back(
    rows: list[tuple[str, str]], delimiter: str, encoding: str, end: str
) -> None:
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=delimiter, lineterminator=end, quoting=csv.QUOTE_ALL)
    writer.writerow(["Domain", "Comment"])
    writer.writerows([[defuse(cell) for cell in row] for row in rows])
    read = [record.cells for record in _only_records(records(buffer.getvalue().encode(encoding)))]
    assert read == [{"domain": one, "comment": two} for one, two in rows]


def _only_records(found: list[Record | Fault]) -> Iterator[Record]:
    for record in found:
        assert isinstance(record, Record)
        yield record


@given(st.binary(max_size=200) | st.text(',;\t"\n\rDomainé=\x00', max_size=60).map(str.encode))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    for content in (data, b"Domain,Comment\n" + data):
        try:
            records(content)
        except FileRefused as refused:
            lines = content.decode("latin-1").replace("\r\n", "\n").replace("\r", "\n").count("\n") + 1
            assert 1 <= refused.line <= lines  # noqa: PT017  # both ways out are good


def test_the_longest_record_fits_the_reader() -> None:
    assert csv.field_size_limit() > LONGEST_RECORD
