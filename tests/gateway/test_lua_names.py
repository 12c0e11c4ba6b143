"""What the panel takes for a name is the same name to the server: every letter, and strings of several."""

from __future__ import annotations

import os
import subprocess
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from federation.topology import names, prepared

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

#: Every letter there is: planes 4 to 13 have none, 15 and 16 are for private use.
_LETTERS = [chr(code) for code in (*range(0xD800), *range(0xE000, 0x40000), *range(0xE0000, 0xE0200))]


class Read(NamedTuple):
    """What the server makes of a text: a local part, a domain in letters, and one as the gate compares it."""

    local: str | None
    letters: str | None
    domain: str | None


def _interpreter() -> tuple[list[str], str]:
    """Lua and the server's own libraries: those of TEST_PROSODY, else of the Prosody that is installed."""
    if wrapper := os.environ.get("TEST_PROSODY"):
        root = Path(wrapper).resolve().parent / "root"
        (loader,) = root.glob("usr/lib/*-linux-gnu*/ld-linux*.so.*")
        lua = [str(loader), "--library-path", str(loader.parent), str(root / "usr/bin/lua5.4")]
        return lua, str(root / "usr/lib/prosody/?.so")
    return ["lua5.4"], "/usr/lib/prosody/?.so"


def read(texts: Iterable[str]) -> list[Read]:
    """What the server makes of each of ``texts``."""
    lua, libraries = _interpreter()
    done = subprocess.run(
        [*lua, str(Path(__file__).with_name("names.lua"))],
        input="".join(text.encode().hex() + "\n" for text in texts),
        env={**os.environ, "LUA_CPATH_5_4": libraries},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return [Read(*map(_text, line.split("\t"))) for line in done.stdout.splitlines()]


def _text(octets: str) -> str | None:
    return None if octets == "-" else bytes.fromhex(octets).decode()


def _local(text: str) -> str | None:
    try:
        return names.address(f"{text}@contoso.test").local
    except names.NameRefused:
        return None


def _domain(text: str) -> str | None:
    try:
        return names.domain(text)
    except names.NameRefused:
        return None


def _same_local(texts: Iterable[str]) -> Iterator[str]:
    """Of ``texts`` those that are taken; each, and its stored form, must be that form to the server."""
    typed_alone = (text for text in texts if text == text.strip())
    taken = {text: local for text in typed_alone if (local := _local(text)) is not None}
    for (text, local), typed, stored in zip(taken.items(), read(taken), read(taken.values()), strict=True):
        assert (typed.local, stored.local) == (local, local), ascii(text)
        yield text


def _same_domain(texts: Iterable[str]) -> Iterator[str]:
    """The same of domains: as typed, as stored, and as shown."""
    typed_alone = (text for text in texts if text == text.strip())
    taken = {text: domain for text in typed_alone if (domain := _domain(text)) is not None}
    shown = list(map(names.shown_domain, taken.values()))
    found = zip(taken.items(), read(taken), read(taken.values()), read(shown), strict=True)
    for (text, domain), typed, stored, again in found:
        assert (typed.domain, stored.domain, again.domain) == (domain, domain, domain), ascii(text)
        yield text


@cache
def _letter_by_letter() -> list[Read]:
    return read(_LETTERS)


def test_the_preparation_of_every_letter_is_that_of_the_server() -> None:
    for letter, found in zip(_LETTERS, _letter_by_letter(), strict=True):
        if found.local is not None:
            assert prepared.prepared_local(letter) == found.local, ascii(letter)
        if found.letters is not None and letter not in "\u3002\uff0e\uff61":  # parts of a name, cut before
            assert prepared.prepared_domain(letter) == found.letters, ascii(letter)


def test_every_letter_of_a_local_part_is_the_same_to_the_server() -> None:
    assert len(list(_same_local(_LETTERS))) > 120_000


@pytest.mark.parametrize("pattern", ["{}.test"])
def test_every_letter_of_a_domain_is_the_same_to_the_server(pattern: str) -> None:
    assert len(list(_same_domain(map(pattern.format, _LETTERS)))) > 60_000


#: Letters in which the two preparations, or the order of marks, or directions, are likely to part.
_ODD = st.sampled_from(
    "aAßẞςΣσᾳᾼͅιİıſKÅﬁĳǅ\u0323\u0301\u0307\u1dc4\u0308\u200c\u200d\u00ad\u0640אביִ1٣۳اآءﷺ\u094d\u0915·l・ア"
    "ｱＡ１ⴀႠꭰᏀӀӏ가\u1100\u1161㎏Ⓐ\u2f868当\U0002f874\U0001e030\u0345\u0370ͰϷ-.。_xn"
)
_TEXTS = st.lists(
    st.text(_ODD | st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=9),
    min_size=40,
    max_size=80,
)


@given(_TEXTS)
@settings(deadline=None, max_examples=5)
def test_strings_of_several_letters_are_the_same_local_part_to_the_server(texts: list[str]) -> None:
    list(_same_local(texts))


@given(_TEXTS)
@settings(deadline=None, max_examples=5)
def test_strings_of_several_letters_are_the_same_domain_to_the_server(texts: list[str]) -> None:
    pairs = (".".join(pair) for pair in pairwise(texts))
    list(_same_domain([*(f"{text}.test" for text in texts), *pairs]))


@pytest.mark.parametrize("letter", ["a", "ü", "中", "\U00020000"])
def test_the_longest_names_are_the_same_to_the_server(letter: str) -> None:
    assert list(_same_local(letter * length for length in (1, 254, 255, 256, 340, 341, 342, 511, 512, 1023)))
    assert list(_same_domain(f"{letter * length}.test" for length in range(1, 70)))
    assert list(_same_domain(".".join([letter * 9] * count) for count in range(2, 40)))
