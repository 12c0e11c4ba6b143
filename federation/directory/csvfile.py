"""Users in a CSV file: Get-CsUser's export, a spreadsheet's, or our own (lync-reference.md, 10.3 and 10.5).

A column that the file does not have is ``None`` in every row, "say nothing, change nothing"; an empty cell is
the empty string. So a file with two columns changes these two and no more. Pure Python.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from controlpanel.shell.delimited import Fault, Record, Table, open_table
from federation.topology import names

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

#: The headings that mean each column, best first: the shell's, ours, the directory's, the French ones.
HEADINGS = {
    "address": (
        "SipAddress", "SIP address", "Address", "JID", "SIP", "msRTCSIP-PrimaryUserAddress",
        "Adresse SIP", "Adresse",
    ),
    "display_name": (
        "DisplayName", "Display name", "Nom complet", "Nom d’affichage", "Nom affiché", "Nom à afficher",
    ),
    "first_name": ("FirstName", "First name", "GivenName", "Prénom"),
    "last_name": ("LastName", "Last name", "Surname", "sn", "Nom de famille", "Nom"),
    "email": (
        "WindowsEmailAddress", "EmailAddress", "E-mail address", "E-mail", "Mail", "Adresse e-mail",
        "Adresse de messagerie", "Courriel", "Adresse électronique",
    ),
    "department": ("Department", "Département", "Service"),
    "pool": (
        "RegistrarPool", "Registrar pool", "Pool", "Pool d’inscription", "Pool de serveurs d’inscriptions",
        "Pool du serveur d’inscriptions", "Pool d’enregistrement",
    ),
    "enabled": ("Enabled", "Activé", "msRTCSIP-UserEnabled"),
    "policy": (
        "ExternalAccessPolicy", "External access policy", "Policy", "Assigned policy",
        "Stratégie d’accès externe", "Stratégie", "Stratégie attribuée", "Stratégie affectée",
    ),
}  # fmt: skip

_TRUE = frozenset({"true", "yes", "1", "vrai", "oui"})
_FALSE = frozenset({"false", "no", "0", "faux", "non"})
_AUTOMATIC = frozenset({"", "<automatic>", "<automatique>"})
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")


class RowCode(StrEnum):
    """Why a row is refused, beside names.Code; the parameters have ``column`` and ``value`` too."""

    DUPLICATE = "duplicate-address"  # first (the line that had the address)
    CONTROL = "control-character"  # codepoint
    NOT_A_BOOLEAN = "not-yes-or-no"
    NOT_A_USER_POLICY = "not-a-user-policy"


class UserRow(NamedTuple):
    """What one line says of one user. None: the file has no such column. ``policy`` "" is <Automatic>."""

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


class _Refused(Exception):
    def __init__(self, code: StrEnum, column: str, value: str, **params: str | int) -> None:
        super().__init__(code)
        self.code = code
        self.params = {**params, "column": column, "value": value[:100]}


def open_users(file: BinaryIO) -> Table:
    """The head of a file of users; raises FileRefused. Only the address is required."""
    return open_table(file, HEADINGS, required=("address",))


def user_rows(table: Table) -> Iterator[UserRow | Fault]:
    """The users of an opened file, line by line; raises FileRefused where the file breaks.

    Keeps every address until the end, to find one that comes twice: about 150 bytes each.
    """
    seen: dict[str, int] = {}
    for record in table.records:
        if isinstance(record, Fault):
            yield record
            continue
        try:
            row = _row(record)
            first = seen.setdefault(str(row.address), row.line)
            if first != row.line:
                raise _Refused(RowCode.DUPLICATE, "address", str(row.address), first=first)
        except _Refused as refused:
            yield Fault(record.line, refused.code, refused.params)
        else:
            yield row


def _row(record: Record) -> UserRow:
    cells = record.cells
    for column, value in cells.items():
        if found := _CONTROL.search(value):
            raise _Refused(RowCode.CONTROL, column, value, codepoint=f"U+{ord(found[0]):04X}")
    return UserRow(
        record.line,
        _address(cells["address"]),
        cells.get("display_name"),
        cells.get("first_name"),
        cells.get("last_name"),
        cells.get("email"),
        cells.get("department"),
        _pool(cells.get("pool")),
        _enabled(cells.get("enabled")),
        _policy(cells.get("policy")),
    )


def _address(value: str) -> names.Address:
    try:
        return names.address(value)
    except names.NameRefused as refused:
        raise _Refused(refused.code, "address", value, **refused.params) from None


def _pool(value: str | None) -> str | None:
    try:
        return names.domain(value) if value else value
    except names.NameRefused as refused:
        raise _Refused(refused.code, "pool", value or "", **refused.params) from None


def _enabled(value: str | None) -> bool | None:
    """Yes or no in the words of the shell, a French Excel or our own export; an empty cell says nothing."""
    word = (value or "").casefold()
    if word in _TRUE or word in _FALSE:
        return word in _TRUE
    if word:
        raise _Refused(RowCode.NOT_A_BOOLEAN, "enabled", word)
    return None


def _policy(value: str | None) -> str | None:
    """The name of a user policy without ``Tag:``; the other scopes are never assigned (reference, 2.1)."""
    if value is None:
        return None
    if value.casefold() in _AUTOMATIC:
        return ""
    scope, colon, name = value.partition(":")
    scope = scope.strip().casefold()
    if colon and scope == "tag":
        return name.strip()
    if scope == "global" or (colon and scope == "site"):
        raise _Refused(RowCode.NOT_A_USER_POLICY, "policy", value)
    return value
