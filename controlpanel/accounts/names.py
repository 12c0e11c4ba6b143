"""When two names of accounts are one. Pure Python."""

from __future__ import annotations

import unicodedata

from controlpanel.shell.text import fold

#: A name of this length, folded, is three times as long at most.
LONGEST_NAME, LONGEST_KEY = 150, 450


def plain(name: str) -> str:
    """``name`` as an account keeps it: without blanks around it and in one Unicode form."""
    return unicodedata.normalize("NFKC", name.strip())


def name_key(name: str) -> str:
    """What accounts are found, told apart and counted by; "" for a name that no database can hold."""
    key = fold(unicodedata.normalize("NFKC", name))
    return "" if "\x00" in key or any("\ud800" <= letter <= "\udfff" for letter in key) else key
