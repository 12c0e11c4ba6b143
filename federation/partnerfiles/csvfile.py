"""Partners in a CSV file: Get-CsXmppAllowedPartner's export, a spreadsheet's, or our own.

A column that the file does not have says nothing and changes nothing. Export-Csv prints a list as the name of
its type (lync-reference.md, 10.3): the additional domains are lost unless they were joined first, and the
reader of files refuses such a cell.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple

from controlpanel.shell.delimited import Fault, Record, Table, heading_key, open_table
from controlpanel.shell.text import has_control_characters
from federation.partners.lists import read_list
from federation.partners.rules import MOST_CONNECTIONS, Negotiation, PartnerType
from federation.topology import names
from federation.topology.filekinds import FileKind
from federation.topology.kindwords import expects

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import BinaryIO

#: The headings that mean each column, best first: the shell's, ours, the French ones.
HEADINGS = {
    "domain": ("Domain", "Primary domain", "Domaine principal", "Domaine", "Identity", "Identité"),
    "additional": ("AdditionalDomains", "Autres domaines", "Domaines supplémentaires"),
    "description": ("Description",),
    "type": ("PartnerType", "Type", "Type de partenaire"),
    "tls": ("TlsNegotiation", "TLS", "Négociation TLS"),
    "sasl": ("SaslNegotiation", "SASL", "Négociation SASL"),
    "dialback": (
        "SupportDialbackNegotiation", "Support server dialback negotiation", "Dialback negotiation",
        "Prendre en charge la négociation de rappel du serveur", "Négociation de rappel", "Dialback",
    ),
    "keep_alive": ("EnableKeepAlive", "Keep-alive", "Activer les signes de vie", "Signes de vie"),
    "connection_limit": ("ConnectionLimit", "Limite de connexions"),
    "proxy": ("ProxyFqdn", "Proxy", "Proxy (nom de domaine complet)"),
}  # fmt: skip

LONGEST_DESCRIPTION = 1024
_TYPES = {
    "federated": PartnerType.FEDERATED, "fédéré": PartnerType.FEDERATED,
    "public verified": PartnerType.PUBLIC_VERIFIED, "public vérifié": PartnerType.PUBLIC_VERIFIED,
    "public unverified": PartnerType.PUBLIC_UNVERIFIED, "public non vérifié": PartnerType.PUBLIC_UNVERIFIED,
}  # fmt: skip
_NEGOTIATIONS = {
    "required": Negotiation.REQUIRED, "obligatoire": Negotiation.REQUIRED, "requis": Negotiation.REQUIRED,
    "optional": Negotiation.OPTIONAL, "facultatif": Negotiation.OPTIONAL,
    "not supported": Negotiation.NOT_SUPPORTED, "non pris en charge": Negotiation.NOT_SUPPORTED,
}  # fmt: skip
_YES_NO = dict.fromkeys(("true", "yes", "1", "vrai", "oui"), True) | dict.fromkeys(
    ("false", "no", "0", "faux", "non"), False
)
_CHOICES: dict[str, Mapping[str, Any]] = {
    "type": _TYPES, "tls": _NEGOTIATIONS, "sasl": _NEGOTIATIONS, "dialback": _YES_NO, "keep_alive": _YES_NO
}  # fmt: skip


class RowCode(StrEnum):
    """Why a line is refused, beside the codes of names, lists and rules; the parameters have its ``text``."""

    BLOCKED = "on-the-blocked-list"  # asked, not refused
    DUPLICATE = "duplicate-partner"  # first (the line that had the domain)
    DENIED = "not-permitted"  # heading
    TYPE = "not-a-partner-type"
    NEGOTIATION = "not-a-negotiation"
    NOT_A_BOOLEAN = "not-yes-or-no"
    CONNECTION_LIMIT = "connection-limit"  # limit
    CONTROL = "control-character"
    TOO_LONG = "description-too-long"  # limit


_CHOICE_CODES = {"type": RowCode.TYPE, "tls": RowCode.NEGOTIATION, "sasl": RowCode.NEGOTIATION}


class PartnerRow(NamedTuple):
    """What one line says of one partner; ``additional`` None: the file has no such column."""

    line: int
    domain: str
    additional: tuple[str, ...] | None
    values: dict[str, Any]


class _Refused(Exception):
    def __init__(self, code: StrEnum, text: str, **params: str | int) -> None:
        super().__init__(code)
        self.code = code
        self.params = {**params, "text": text[:80]}


def open_partners(file: BinaryIO, file_name: str = "") -> Table:
    """The head of a file of partners; raises FileRefused, for another kind of file too.

    Only the primary domain is required.
    """
    judge = expects(FileKind.PARTNERS, file_name=file_name)
    return open_table(file, HEADINGS, required=("domain",), texts=("description",), judge=judge)


def partner_rows(table: Table) -> Iterator[PartnerRow | Fault]:
    """The partners of an opened file, line by line; raises FileRefused where the file breaks."""
    seen: dict[str, int] = {}
    for record in table.records:
        if isinstance(record, Fault):
            yield record
            continue
        try:
            if record.denied:
                raise _Refused(RowCode.DENIED, record.cells["domain"], heading=record.denied)
            domain = _name(record.cells["domain"])
            if (first := seen.setdefault(domain, record.line)) != record.line:
                raise _Refused(RowCode.DUPLICATE, record.cells["domain"], first=first)
            values = dict(_values(record))
            additional, faults = _additional(record, domain)
        except _Refused as refused:
            yield Fault(record.line, refused.code, refused.params)
            continue
        yield from faults
        if not faults:
            yield PartnerRow(record.line, domain, additional, values)


def _additional(record: Record, domain: str) -> tuple[tuple[str, ...] | None, list[Fault]]:
    """The list of a cell, however it was joined; a repeated domain there is no harm."""
    if (cell := record.cells.get("additional")) is None:
        return None, []
    found = read_list(dict.fromkeys(re.split(r"[\s,;|]+", cell.strip("{}"))), domain)
    return tuple(found.domains), [Fault(record.line, each.code, each.params) for each in found.faults]


def _values(record: Record) -> Iterator[tuple[str, Any]]:
    """The fields that the line sets; an empty cell of a choice says nothing."""
    for column, cell in record.cells.items():
        if column == "description":
            yield column, _description(cell)
        elif column == "connection_limit":
            yield column, _limit(cell) if cell else None
        elif column == "proxy":
            yield column, _name(cell) if cell else ""
        elif column in _CHOICES and cell:
            yield column, _chosen(column, cell)


def _chosen(column: str, cell: str) -> Any:
    choices = {heading_key(text): value for text, value in _CHOICES[column].items()}
    if heading_key(cell) not in choices:
        raise _Refused(_CHOICE_CODES.get(column, RowCode.NOT_A_BOOLEAN), cell)
    found = choices[heading_key(cell)]
    return found.value if isinstance(found, StrEnum) else found


def _description(cell: str) -> str:
    text = " ".join(cell.split())
    if has_control_characters(text):
        raise _Refused(RowCode.CONTROL, text)
    if len(text) > LONGEST_DESCRIPTION:
        raise _Refused(RowCode.TOO_LONG, text, limit=LONGEST_DESCRIPTION)
    return text


def _limit(cell: str) -> int:
    is_number = cell.isascii() and cell.isdigit() and len(cell) < 9
    if not is_number or not 1 <= int(cell) <= MOST_CONNECTIONS:
        raise _Refused(RowCode.CONNECTION_LIMIT, cell, limit=MOST_CONNECTIONS)
    return int(cell)


def _name(cell: str) -> str:
    try:
        return names.domain(cell)
    except names.NameRefused as refused:
        raise _Refused(refused.code, cell, **refused.params) from None
