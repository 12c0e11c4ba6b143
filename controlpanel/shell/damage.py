"""What the shell and spreadsheets destroy before a file reaches us, found in its cells. Pure Python.

A shell prints an object as the name of its type and a long list as its first four values, and Export-Csv of
Windows PowerShell writes each letter beyond ASCII as a question mark. Spreadsheets shorten long numbers and
take names for dates; a program that guesses the encoding wrong turns é into Ã©. No such value is what anybody
meant, so none is ever taken.
"""

from __future__ import annotations

import re
from enum import StrEnum


class Damage(StrEnum):
    """What happened to a cell; its parameters are those of told()."""

    LIST_LOST = "list-lost"
    TYPE_NAME = "type-name"
    CUT_LIST = "cut-list"
    QUESTION_MARKS = "question-marks"
    MOJIBAKE = "mojibake"
    NUMBER = "shortened-number"
    DATE = "date-for-a-name"


_PART = r"[A-Za-z_]\w*(?:`\d+)?"
#: A type of .NET, in its own case: microsoft.com and Microsoft.com are domains.
_TYPE = re.compile(
    rf"(?:(?:Deserialized|Selected)\.)*(?:System|Microsoft|Deserialized|Selected)\.[A-Z]\w*(?:`\d+)?"
    rf"(?:[.+/]{_PART})*(?:#\w+)?(?:\[.*)?"
)
_LIST_TYPE = re.compile(r"\[|Collections\.|`\d|List\b|ListModifier|Collection\b")
_OBJECT = re.compile(r"@\{.*\}")
_DOTS = r"\.(?:\s?\.){2}|[\u2026\u22ef]"
_CUT = re.compile(_DOTS)
_CUT_BRACES = re.compile(rf"\{{.*(?:{_DOTS})\s*\}}?")
_ASKED = re.compile(r"[A-Za-z]\?|\?[A-Za-z]|\?\?")
_SHORTENED = re.compile(r"(?:sip:)?[-+]?\d+(?:[.,]\d+)?[eE][+-]?\d+(?:@.*)?")
_MONTH = r"(?:jan|f[eé]v|feb|mar|a[pv]r|ma[iy]|jui?n|jui?l|aug|ao[uû]|sep|oct|okt|nov|d[eé][cz])[a-zéû]*\.?"
_DATE = re.compile(
    rf"\d{{1,2}}([/.-])\d{{1,2}}\1\d{{2}}(?:\d\d)?(?: .*)?|\d{{4}}-\d\d-\d\d(?:[T ].*)?"
    rf"|\d{{1,2}}[-. ]{_MONTH}(?:[-. ]\d{{2,4}})?|{_MONTH}-\d{{2,4}}",
    re.IGNORECASE,
)
#: Letters of UTF-8 that were read as Windows-1252 or in a console's code page.
_MISREAD = re.compile(
    r"Ã[\xa1-\xaa\xac-\xba\xbc-\xbf]|Â[\xa1-\xaa\xac-\xba\xbc-\xbf]|â€[\u2122\u0153\u02dc\xa6\u201c]|ï¿½|ï»¿|[├┬]."
)


#: What is in every line that holds such a cell: the quick test.
_HINTS = ("?", "{", "\u2026", "\u22ef", "...", ". . .", "System.", "Microsoft.", "Deserialized.", "Selected.")


def may_be_in(line: str) -> bool:
    """Whether a cell of ``line`` may be one that in_cell() or may_be_question_marks() finds."""
    return any(hint in line for hint in _HINTS)


def told(column: str, heading: str, value: str) -> dict[str, str | int]:
    """The parameters of a fault: ``cure`` is what Select-Object must be given for the column."""
    cure = f"@{{n='{heading}';e={{\"$($_.{heading})\"}}}}"
    return {"column": column, "heading": heading, "cure": cure, "value": value[:80]}


def in_cell(cell: str, *, is_key: bool) -> Damage | None:
    """What the shell did to ``cell`` as a whole; a key (a name, or a list of them) holds no bare dots."""
    values = re.split(r"[;,|]", cell.strip("{} ")) if ";" in cell or cell[:1] == "{" else []
    for value in (cell, *map(str.strip, values)):
        if _OBJECT.fullmatch(value) or _is_type(value, is_key=is_key):
            return Damage.LIST_LOST if _LIST_TYPE.search(value) else Damage.TYPE_NAME
    if _CUT_BRACES.fullmatch(cell) or (is_key and is_cut(cell)):
        return Damage.CUT_LIST
    return None


def _is_type(value: str, *, is_key: bool) -> bool:
    is_domain = is_key and value.startswith("Microsoft.") and value.count(".") == 1  # such as Microsoft.Com
    return not is_domain and bool(_TYPE.fullmatch(value))


def is_cut(text: str) -> bool:
    """Whether a list, or a name, was shown with dots in the place of the rest."""
    return bool(_CUT.search(text))


def may_be_question_marks(cell: str, *, is_text: bool) -> bool:
    """Whether letters beyond ASCII may have become question marks; in a text one may stand by itself."""
    return "?" in cell and (not is_text or bool(_ASKED.search(cell)))


def of_new(said: str, stored: str = "", *, is_name: bool = False) -> Damage | None:
    """What happened to a value that is about to take the place of ``stored``; ``is_name``: no date is one."""
    if "?" in said and said != stored and said in {in_ascii(stored), in_ascii(stored, pairs=True)}:
        return Damage.QUESTION_MARKS
    if not said.isascii():
        return Damage.MOJIBAKE if _is_misread(said) else None
    if _SHORTENED.fullmatch(said):
        return Damage.NUMBER
    if is_name and said[:1].isalnum() and _DATE.fullmatch(said):
        return Damage.DATE
    return None


def in_ascii(text: str, *, pairs: bool = False) -> str:
    """``text`` as an export in ASCII leaves it; with ``pairs`` two marks stand for a letter of two units."""
    return "".join(
        letter if letter.isascii() else "??" if pairs and ord(letter) > 0xFFFF else "?" for letter in text
    )


def _is_misread(text: str) -> bool:
    if _MISREAD.search(text):
        return True
    if not any(letter in "ÂÃÄÅÎÏÐÑÙØâ" for letter in text):
        return False
    try:
        octets = b"".join(_octet(letter) for letter in text)
        return octets.decode() != text
    except UnicodeError:
        return False


def _octet(letter: str) -> bytes:
    """The octet that Windows-1252 reads as ``letter``; five that it does not know are read as themselves."""
    try:
        return letter.encode("cp1252")
    except UnicodeEncodeError:
        return letter.encode("latin-1")
