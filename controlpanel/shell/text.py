"""How names are compared, sorted and kept clean. Pure Python."""

from __future__ import annotations

import unicodedata


def fold(text: str) -> str:
    """``text`` for comparing: two names with one fold are one name.

    Case, Unicode form and characters that nobody sees (zero width, soft hyphen) make no difference.
    """
    if text.isascii():  # what follows would change nothing else in it, and takes ten times as long
        return text.lower().strip()
    seen = "".join(letter for letter in text if unicodedata.category(letter) != "Cf")
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", seen).casefold()).strip()


def sort_key(text: str) -> str:
    """``text`` for sorting and searching: folded, and without accents, so that É stands beside E."""
    folded = fold(text)
    if folded.isascii():
        return folded
    marked = unicodedata.normalize("NFKD", folded)
    return "".join(letter for letter in marked if not unicodedata.combining(letter))


def keys(field: str, value: str) -> dict[str, str]:
    """The two columns that follow from a typed name: ``<field>_key`` to compare, ``<field>_sort`` to sort."""
    return {f"{field}_key": fold(value), f"{field}_sort": sort_key(value)}


def is_kept(stored: object, said: object) -> bool:
    """Whether a file that says ``said`` leaves ``stored`` as it is: runs of blanks are one blank in files."""
    if isinstance(stored, str) and isinstance(said, str):
        return stored == said or " ".join(stored.split()) == said
    return stored == said


def has_control_characters(text: str, *, but: str = "") -> bool:
    """Whether a control, line or direction character that is not in ``but`` hides in ``text``.

    Direction overrides (U+202A to U+202E and U+2066 to U+2069) count: they make a log lie.
    """
    return any(
        letter not in but
        and (unicodedata.category(letter) in {"Cc", "Zl", "Zp", "Cs", "Co"} or letter in _DIRECTION)
        for letter in text
    )


_DIRECTION = frozenset(map(chr, [*range(0x202A, 0x202F), *range(0x2066, 0x206A)]))
