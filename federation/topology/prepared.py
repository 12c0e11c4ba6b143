"""Names as XMPP servers prepare them before they compare them (RFC 6122: stringprep). Pure Python.

Servers that compare by nodeprep (RFC 3920, appendix A) and nameprep (RFC 3491) know the letters of
Unicode 3.2 alone: they map and compose those, and leave whatever is newer as it came. This is what Prosody
does, whose stringprep is ICU's; tests/gateway/test_lua_names.py compares the two for every letter.
"""

from __future__ import annotations

import stringprep
import unicodedata
from itertools import groupby

_OLD = unicodedata.ucd_3_2_0
_DOTS = str.maketrans("\u3002\uff0e\uff61", "...")


def prepared_local(text: str) -> str | None:
    """The local part that a server makes of ``text``; None when it takes none."""
    return _prepared(text)


def prepared_domain(text: str) -> str | None:
    """The domain, in its own letters, that a server makes of ``text``; None when it cannot use it."""
    return _prepared(text.translate(_DOTS))


def _prepared(text: str) -> str | None:
    """``text`` mapped, composed, and checked for its direction.

    What stringprep prohibits is not looked for: PRECIS and IDNA 2008 refuse all of it.
    """
    mapped = "".join(map(_mapped, text))
    prepared = "".join(
        "".join(some) if is_new else _OLD.normalize("NFKC", "".join(some))
        for is_new, some in groupby(mapped, _is_new)
    )
    return prepared if _has_one_direction(prepared) else None


def _is_new(character: str) -> bool:
    """Whether Unicode 3.2 does not know ``character``."""
    return _OLD.category(character) == "Cn"


def _mapped(character: str) -> str:
    """Tables B.1 and B.2. Python's B.2 folds case by today's Unicode; what is new is not used."""
    if stringprep.in_table_b1(character):
        return ""
    folded = stringprep.map_table_b2(character)
    return character if any(map(_is_new, character + folded)) else folded


def _has_one_direction(text: str) -> bool:
    """RFC 3454, section 6: right to left from the first to the last character, or nowhere."""
    directions = [unicodedata.bidirectional(character) for character in text]
    leftwards = {"R", "AL"}
    if leftwards.isdisjoint(directions):
        return True
    return "L" not in directions and {directions[0], directions[-1]} <= leftwards
