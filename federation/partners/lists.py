"""A list of additional domains as people type and paste it. Pure Python.

One domain a line; several may stand on one line with commas or semicolons between them. Blank lines do not
count, but are numbered, so that "line 12" is what an editor calls so.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from controlpanel.shell.damage import is_cut
from controlpanel.shell.delimited import Fault
from federation.topology import names

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

#: Nobody pastes more; each line costs work.
MOST_LINES = 50_000
_LONGEST_TOLD = 80


class ListCode(StrEnum):
    """Why a domain of a list is refused, beside names.Code; the parameters have its ``text`` too."""

    TWICE = "listed-twice"  # first (the line that has it)
    PRIMARY = "is-primary"
    TAKEN = "belongs-to-partner"  # partner
    OURS = "own-domain"
    CUT = "cut-list"
    TOO_MANY = "too-many-lines"  # limit


class DomainList(NamedTuple):
    """What a list says: each domain in stored form with its line, and the lines that say none."""

    domains: dict[str, int]
    faults: list[Fault]


def read_list(lines: Iterable[str], primary: str = "") -> DomainList:
    """Read ``lines``; a domain that comes twice, or is the ``primary`` one, is a fault."""
    domains: dict[str, int] = {}
    faults = []
    for line, text in _texts(lines):
        if line > MOST_LINES:
            faults.append(fault(line, ListCode.TOO_MANY, text, limit=MOST_LINES))
            break
        if is_cut(text):  # who leaves the dots out, as names.py would ask, loses what they stand for
            faults.append(fault(line, ListCode.CUT, text))
            continue
        try:
            domain = names.domain(text)
        except names.NameRefused as refused:
            faults.append(fault(line, refused.code, text, **refused.params))
            continue
        if domain == primary:
            faults.append(fault(line, ListCode.PRIMARY, text))
        elif (first := domains.setdefault(domain, line)) != line:
            faults.append(fault(line, ListCode.TWICE, text, first=first))
    return DomainList(domains, faults)


def fault(line: int, code: StrEnum, text: str, **params: str | int) -> Fault:
    """One bad domain; ``text`` as it was typed."""
    return Fault(line, code, {**params, "text": text[:_LONGEST_TOLD]})


def _texts(lines: Iterable[str]) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(lines, start=1):
        for text in re.split("[,;]", line):
            if text := text.strip():
                yield number, text
