"""No cell of a CSV file begins a formula, whatever the file is split at, and each comes back as it was."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from controlpanel.shell.cells import csv_line, defuse, undefuse

ROOT = Path(__file__).resolve().parents[2]
SIGNS = "=+-@\t\r＝＋－＠"
#: What a defence can stumble over, beside any other text.
NASTY = st.text("=+-@＝＋－＠\t\r\n\v\x1c\u2028;,\"'“« \xa0\u200b\ufeff\x00a1.|", max_size=12)
CELLS = st.lists(st.one_of(NASTY, st.text(max_size=8), st.integers().map(str)), min_size=1, max_size=4)


def formulas(text: str, delimiter: str) -> list[str]:
    """The cells that a spreadsheet might calculate, when it splits ``text`` at ``delimiter``."""
    cells = [cell for line in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter) for cell in line]
    if delimiter != ",":  # nor a reader that knows no quotation marks, and more line ends
        cells += [cell for line in text.splitlines() for cell in line.split(delimiter)]
    starts = ((cell, re.sub(r"\A[ \n\v\f\xa0\u3000\ufeff\u200b\"“”«»]+", "", cell)) for cell in cells)
    is_number = re.compile(r"-?[0-9]+(\.[0-9]+)?").fullmatch
    return [
        cell for cell, start in starts if start[:1] and start[0] in SIGNS and not is_number(cell.strip(' "'))
    ]


@given(st.lists(CELLS, min_size=1, max_size=3), st.sampled_from(",;\t"))
@example([["a;\"=cmd|'/c calc'!A1;\""]], ";")
@example([["a\t\"'=1"]], "\t")
@example([["-1", "=x"]], ";")
@example([["a;\n\t=x"]], ";")
@example([["", "\r"]], ";")
def test_no_cell_of_a_file_is_a_formula(lines: list[list[str]], delimiter: str) -> None:
    assert formulas("".join(map(csv_line, lines)), delimiter) == []


@given(st.one_of(NASTY, st.text()))
def test_what_was_defused_comes_back(text: str) -> None:
    assert undefuse(defuse(text)) == text
    start = defuse(text).lstrip(' \n\xa0"')[:1]
    assert not start or start not in SIGNS or re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", text)


@given(CELLS)
def test_a_line_is_read_back_as_it_was(cells: list[str]) -> None:
    read = next(csv.reader(io.StringIO(csv_line(cells), newline="")))
    assert [undefuse(cell) for cell in read] == cells


@pytest.mark.parametrize(
    "text", ["=1+1", "+33 1", "-", "@x", "\tx", "\rx", "＝1", "'=1", "''@x", "-1-1", "+5"]
)
def test_a_sign_at_the_start_is_defused(text: str) -> None:
    assert defuse(text).startswith("'")
    assert defuse(text).count("'") == text.count("'") + 1


@pytest.mark.parametrize(
    "text", ["", "Alice", "'quoted'", "1-2", "o'brien", "it's =1", "-5", "-1.5", "12", "a@b"]
)
def test_other_text_and_numbers_are_left_alone(text: str) -> None:
    assert defuse(text) == text


def test_long_texts_take_no_longer_than_they_must() -> None:
    for text in ("; " * 50_000 + "x", " " * 100_000 + "=", ";'" * 50_000 + "=", "\t" * 100_000):
        assert undefuse(defuse(text)) == text


def test_nothing_else_writes_csv() -> None:
    """Whoever writes a file of its own forgets what this module knows."""
    knows = {"controlpanel/shell/cells.py", "controlpanel/shell/delimited.py"}
    found = {
        str(path.relative_to(ROOT))
        for wing in ("controlpanel", "federation")
        for path in (ROOT / wing).rglob("*.py")
        if re.search(r"^\s*(import csv|from csv import)|csv\.writer", path.read_text("utf-8"), re.MULTILINE)
    }
    assert found == knows
    assert "csv.writer" not in (ROOT / "controlpanel/shell/delimited.py").read_text("utf-8")
