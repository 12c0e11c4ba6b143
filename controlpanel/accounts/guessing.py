"""Which passwords are too easy to guess (OWASP ASVS 5.0, 6.2). Pure Python; codes, never sentences.

No rules of composition and no expiry: what is refused is what somebody would try first.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TYPE_CHECKING

from controlpanel.shell.text import fold

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

#: A password of fewer different characters is soon guessed, however long it is.
FEWEST = 5
#: So many letters must be left of a password beside the words that others know.
_LEFT = 8
_SHORTEST_WORD = 3
#: Whoever asks chooses the length: the rest of a longer one is not looked at.
_LOOKED_AT = 200
_SWAPPED = str.maketrans("013457@$!", "oieastasi")
_ROWS = (
    "abcdefghijklmnopqrstuvwxyz",
    "01234567890",
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "azertyuiop",
    "qsdfghjklm",
)
_LINES = [line for row in _ROWS for line in (row, row[::-1])]


class Code(StrEnum):
    """Why a password is refused."""

    FEW = "few-characters"
    REPEATED = "repeated-part"
    SEQUENCE = "sequence"
    COMMON = "common-password"
    NAMES = "names-of-the-account"
    PLACE = "words-of-the-place"


def weakness(
    password: str, *, common: Collection[str], names: Iterable[str], place: Iterable[str]
) -> Code | None:
    """Why ``password`` is refused; None when it is not.

    ``common`` are passwords that many people use, ``names`` what the account is called, ``place`` the words
    of the organisation, its domains and the product.
    """
    text = fold(password[:_LOOKED_AT])
    if len(set(text)) < FEWEST:
        return Code.FEW
    if any(map(_is_repeated, _spellings(text))):
        return Code.REPEATED
    for spelled in _spellings(text):
        if _leans_on(spelled, names):
            return Code.NAMES
        if _leans_on(spelled, place):
            return Code.PLACE
    if _is_sequence(text):
        return Code.SEQUENCE
    return Code.COMMON if any(_is_common(spelled, common) for spelled in _spellings(text)) else None


def _spellings(text: str) -> dict[str, None]:
    """As typed, and with letters for the digits and signs that stand for them."""
    return dict.fromkeys((text, text.translate(_SWAPPED)))


def _is_repeated(text: str) -> bool:
    """The same part over and over, whatever stands between and around: viola-viola-viola, 1passpass2."""
    plain = "".join(filter(str.isalnum, text))
    letters = "".join(filter(str.isalpha, text))
    tried = (text, plain, letters if len(letters) * 2 >= len(text) else "")
    return any(re.fullmatch(r"(.+?)\1+", each) for each in tried)


def _leans_on(text: str, words: Iterable[str]) -> bool:
    """Whether too few letters are left when ``words`` are taken out; years and counts are no letters."""
    left = plain = "".join(filter(str.isalnum, text))
    known = {"".join(filter(str.isalnum, fold(word))) for word in words}
    for word in sorted(known, key=len, reverse=True):
        if len(word) >= _SHORTEST_WORD:
            left = left.replace(word, " ")
    return left != plain and sum(map(str.isalpha, left)) < _LEFT


def _is_sequence(text: str) -> bool:
    """Neighbours on a keyboard or in the alphabet, three and more at a time, for nearly all of it."""
    left = at = 0
    while at < len(text):
        end = at + 1
        while end < len(text) and any(text[at : end + 1] in line for line in _LINES):
            end += 1
        left += end - at if end - at < 3 else 0
        at = end
    return left < FEWEST


def _is_common(text: str, common: Collection[str]) -> bool:
    """A password that many use, with digits and signs around it or between its letters."""
    bare = re.sub(r"^[\W\d_]+|[\W\d_]+$", "", text)
    return any(each in common for each in (text, bare, "".join(filter(str.isalpha, text))))
