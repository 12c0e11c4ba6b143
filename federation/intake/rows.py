"""What a line of a file, or an entry of a directory server, says of one user. No query is made here.

A column that the source does not have is ``None``, "say nothing, change nothing"; an empty cell is the empty
string. So a file with two columns changes these two and no more.
"""

from __future__ import annotations

import re
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from controlpanel.shell.damage import Damage
from controlpanel.shell.damage import of_new as damage_of_new
from controlpanel.shell.delimited import Fault, Record
from controlpanel.shell.text import fold, has_control_characters
from controlpanel.shell.textfile import FileCode, FileRefused
from federation.policies.rules import bare_name
from federation.topology import names

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

#: The longest value of each column, as the tables of users and of policies have it.
LONGEST = {
    "address": 512,
    "display_name": 256,
    "first_name": 128,
    "last_name": 128,
    "email": 320,
    "department": 128,
    "policy": 128,
}

_YES = frozenset({"true", "yes", "1", "vrai", "oui"})
_NO = frozenset({"false", "no", "0", "faux", "non"})
#: The bit of Active Directory's userAccountControl that disables an account (ACCOUNTDISABLE).
ACCOUNT_DISABLED = 2
_CONTROL = re.compile(r"-?[0-9]{1,10}")
_AUTOMATIC = frozenset({"", "<automatic>", "<automatique>"})


class RowCode(StrEnum):
    """Why a row is refused, beside names.Code; the parameters have ``column`` and ``value`` too."""

    DUPLICATE = "duplicate-address"  # first (the line that had the address; 0: another entry of the server)
    DENIED = "not-permitted"  # heading
    CONTROL = "control-character"  # codepoint
    TOO_LONG = "too-long"  # limit
    EMAIL = "not-an-email"
    NOT_A_BOOLEAN = "not-yes-or-no"
    NOT_A_NUMBER = "not-a-number"
    NOT_A_USER_POLICY = "not-a-user-policy"
    SEVERAL = "several-values"  # of a directory server: number
    NOT_TEXT = "not-text"  # of a directory server
    NO_POOL = "no-pool"  # a new user needs one
    UNKNOWN_POOL = "unknown-pool"
    UNKNOWN_POLICY = "unknown-policy"
    OTHER_SOURCE = "other-source"  # source (the directory server that the record comes from)


class UserRow(NamedTuple):
    """What one line says of one user. None: the source has no such column. ``policy`` "" is <Automatic>.

    ``entry`` is the name that a directory server has for it; "" for a line of a file. ``enabled_by`` is which
    of its attributes does not enable the person. A row that ``closes`` says of somebody whose row is refused
    that the server does not enable them, and nothing else.
    """

    line: int
    address: names.Address
    display_name: str | None
    first_name: str | None
    last_name: str | None
    email: str | None
    department: str | None
    pool: str | None
    enabled: bool | None
    policy: str | None
    entry: str = ""
    enabled_by: str = ""
    closes: bool = False


class Refused(Exception):
    """A row cannot be used: ``code`` and the parameters of its Fault."""

    def __init__(self, code: StrEnum, column: str, value: str, **params: str | int) -> None:
        super().__init__(code)
        self.code = code
        self.params: Mapping[str, str | int] = {**params, "column": column, "value": value[:100]}


def refuse_damaged(column: str, said: object, stored: object = "") -> None:
    """Refuse a text that is about to take the place of ``stored``, and was damaged before it came here."""
    if not isinstance(said, str) or said == stored:
        return
    is_name = column in {"display_name", "first_name", "last_name", "department", "policy"}
    if found := damage_of_new(said, str(stored or ""), is_name=is_name):
        raise Refused(found, column, said)


def user_rows(
    records: Iterable[Record | Fault], seen: dict[str, int] | None = None
) -> Iterator[UserRow | Fault]:
    """The users of ``records``, one by one.

    ``seen`` is filled with every address, also of rows that are refused for something else, and the line it
    came with first: about 150 bytes each, the only thing that grows with the source. An address that is in it
    beforehand, with line 0, is refused wherever it comes. ``entry`` of a record, the name that a directory
    server has for it, is told with a refusal.
    """
    seen = seen if seen is not None else {}
    for record in records:
        if isinstance(record, Fault):
            if isinstance(record.code, Damage):  # what it did to one line, it did to others too
                damage = {"damage": str(record.code), **record.params}
                raise FileRefused(FileCode.DAMAGED, line=record.line, **damage)
            yield record
            continue
        try:
            yield _row(record, seen)
        except Refused as refused:
            entry = {"entry": record.cells["entry"]} if "entry" in record.cells else {}
            yield Fault(record.line, refused.code, {**refused.params, **entry})
            if closing := _closing(record, refused):
                yield closing


def _closing(record: Record, refused: Refused) -> UserRow | None:
    """Of a refused entry whose address can be read: that the directory server does not enable the person."""
    cells = record.cells
    if "entry" not in cells or refused.params["column"] == "address" or cells.get("enabled") != "False":
        return None
    return UserRow(
        line=record.line,
        address=_address(cells["address"]),
        display_name=None,
        first_name=None,
        last_name=None,
        email=None,
        department=None,
        pool=None,
        enabled=False,
        policy=None,
        entry=cells["entry"],
        enabled_by=cells.get("enabled_by", ""),
        closes=True,
    )


def _row(record: Record, seen: dict[str, int]) -> UserRow:
    cells = record.cells
    if record.denied:
        raise Refused(RowCode.DENIED, "address", cells["address"], heading=record.denied)
    address = _address(cells["address"])
    first = seen.setdefault(str(address), record.line)
    if first != record.line:
        raise Refused(RowCode.DUPLICATE, "address", str(address), first=first)
    _refuse_fault(cells)
    return UserRow(
        record.line,
        address,
        _text("display_name", cells.get("display_name")),
        _text("first_name", cells.get("first_name")),
        _text("last_name", cells.get("last_name")),
        _email(cells.get("email")),
        _text("department", cells.get("department")),
        _pool(cells.get("pool")),
        _enabled_by_all(cells),
        _policy(cells.get("policy")),
        cells.get("entry", ""),
        cells.get("enabled_by", ""),
    )


def _refuse_fault(cells: Mapping[str, str]) -> None:
    """Refuse an entry of which the directory server's reader says that a value cannot be used."""
    if "fault" in cells:
        number = {"number": cells["fault_number"]} if "fault_number" in cells else {}
        value = cells.get("fault_value", "")
        raise Refused(RowCode(cells["fault"]), cells["fault_column"], value, **number)


def _address(value: str) -> names.Address:
    _refuse_control("address", value)
    try:
        address = names.address(value)
    except names.NameRefused as refused:
        raise Refused(refused.code, "address", value, **refused.params) from None
    _refuse_long("address", str(address))
    return address


def _text(column: str, value: str | None) -> str | None:
    """One line of text, runs of blanks made one, as the form of a user cleans it."""
    if not value:
        return value
    _refuse_control(column, value)
    text = " ".join(value.split())
    _refuse_long(column, text)
    return text


def _email(value: str | None) -> str | None:
    if not value:
        return value
    email = (_text("email", value) or "").casefold()
    try:
        validate_email(email)
    except ValidationError:
        raise Refused(RowCode.EMAIL, "email", email) from None
    _refuse_long("email", email)
    return email


def _pool(value: str | None) -> str | None:
    if not value:
        return value
    _refuse_control("pool", value)
    try:
        return names.domain(value)
    except names.NameRefused as refused:
        raise Refused(refused.code, "pool", value, **refused.params) from None


def yes_or_no(value: str) -> bool | None:
    """What a word says in the shell, a French Excel or our own export; None for another word."""
    word = value.casefold()
    return word in _YES if word in _YES | _NO else None


def _enabled(value: str | None) -> bool | None:
    """Yes or no; an empty cell does not enable."""
    if not value:
        return None if value is None else False
    word = yes_or_no(value)
    if word is None:
        raise Refused(RowCode.NOT_A_BOOLEAN, "enabled", value.casefold())
    return word


def _enabled_by_all(cells: Mapping[str, str]) -> bool | None:
    """Whether all columns that say something of it enable the person; None when none does."""
    said = [_enabled(cells[name]) for name in ("enabled", "sip_enabled") if name in cells]
    if control := cells.get("account_control"):
        if not _CONTROL.fullmatch(control):
            raise Refused(RowCode.NOT_A_NUMBER, "enabled", control)
        if int(control) & ACCOUNT_DISABLED:
            said.append(False)
    return all(said) if said else None


@lru_cache(maxsize=4096)
def _policy(value: str | None) -> str | None:
    """The name of a user policy without ``Tag:``; the other scopes are never assigned (reference, 2.1)."""
    text = _text("policy", value)
    if text is None:
        return None
    if text.casefold() in _AUTOMATIC:
        return ""
    scope, colon, _name = text.partition(":")
    scope = scope.strip().casefold()
    if scope == "global" or (colon and scope == "site"):
        raise Refused(RowCode.NOT_A_USER_POLICY, "policy", text)
    name = bare_name(text)
    if name and not fold(name):  # nothing in it can be seen
        raise Refused(RowCode.CONTROL, "policy", name, codepoint=f"U+{ord(name[0]):04X}")
    _refuse_long("policy", fold(name))
    return name


def _refuse_control(column: str, value: str) -> None:
    """Refuse what hides in a log or makes it lie; the first test is the quick one."""
    if not value.isprintable() and has_control_characters(value):
        found = next(character for character in value if has_control_characters(character))
        raise Refused(RowCode.CONTROL, column, value, codepoint=f"U+{ord(found):04X}")


def _refuse_long(column: str, value: str) -> None:
    if len(value) > LONGEST[column]:
        raise Refused(RowCode.TOO_LONG, column, value, limit=LONGEST[column])
