"""SIP federated domains in a file: the shell's export, a spreadsheet's, our own, or one name a line.

In the wild: ``Get-CsAllowedDomain | Select-Object Domain,ProxyFqdn,Comment | Export-Csv`` (lync-reference.md,
10.2). Such a file does not say which list it is; ours does. A column that the file does not have is ``None``
in every row, "say nothing, change nothing". Pure Python.
"""

from __future__ import annotations

import codecs
import io
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from controlpanel.shell.delimited import Fault, FileCode, FileRefused, Record, open_table
from controlpanel.shell.text import has_control_characters
from federation.domains.rules import ALLOWED_ONLY, Kind
from federation.topology import names

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

#: The headings that mean each column, best first: the shell's, ours, the French ones.
HEADINGS = {
    "domain": (
        "Domain", "Identity", "Domain name", "Domain name (or FQDN)", "Nom de domaine",
        "Nom de domaine complet (ou FQDN)", "Domaine",
    ),
    "kind": ("Status", "List", "Kind", "Statut", "État", "Liste"),
    "proxy_fqdn": ("ProxyFqdn", "Access Edge service (FQDN)", "Service Edge d’accès (FQDN)"),
    "comment": ("Comment", "Commentaire"),
    "monitored": (
        "MarkForMonitoring", "Mark for monitoring", "Monitored", "Marquer pour la surveillance", "Surveillé",
    ),
    "verification_level": ("VerificationLevel", "Verification level", "Niveau de vérification"),
}  # fmt: skip

LONGEST_COMMENT = 1024
_KINDS = {
    "allowed": Kind.ALLOWED, "allow": Kind.ALLOWED, "autorisé": Kind.ALLOWED,
    "blocked": Kind.BLOCKED, "block": Kind.BLOCKED, "bloqué": Kind.BLOCKED,
}  # fmt: skip
_YES_NO = dict.fromkeys(("true", "yes", "1", "vrai", "oui"), True) | dict.fromkeys(
    ("false", "no", "0", "faux", "non", ""), False
)
_LEVELS = {
    level.casefold(): level for level in ("AlwaysVerifiable", "AlwaysUnverifiable", "UseSourceVerification")
}


#: What stands in a blocked domain's cells that say nothing.
_BARE = (None, "", False, "UseSourceVerification")


class RowCode(StrEnum):
    """Why a line is refused, beside names.Code; ``column`` and ``value`` are among the parameters."""

    DUPLICATE = "duplicate-domain"  # first (the line that had the domain)
    NO_LIST = "which-list"
    KIND = "not-allowed-or-blocked"
    NOT_A_BOOLEAN = "not-yes-or-no"
    LEVEL = "not-a-verification-level"
    CONTROL = "control-character"
    COMMENT_TOO_LONG = "comment-too-long"  # limit
    BLOCKED_WITH_MORE = "blocked-has-only-a-comment"
    OTHER_LIST = "on-the-other-list"  # kind (the list it is on)


class DomainRow(NamedTuple):
    """What one line says of one domain. None: the file has no such column."""

    line: int
    domain: str
    kind: Kind
    values: dict[str, str | bool]


class _Refused(Exception):
    def __init__(self, code: StrEnum, column: str, value: str, **params: str | int) -> None:
        super().__init__(code)
        self.code = code
        self.params = {**params, "column": column, "value": value[:100]}


def read(content: bytes, kind: Kind | None) -> Iterator[DomainRow | Fault]:
    """The domains of a file or of a pasted list, line by line; ``kind`` is the list where a line names none.

    Raises FileRefused for a file that cannot be read.
    """
    seen: dict[str, int] = {}
    for record in _records(content):
        if isinstance(record, Fault):
            yield record
            continue
        try:
            row = _row(record, kind)
            first = seen.setdefault(row.domain, row.line)
            if first != row.line:
                raise _Refused(RowCode.DUPLICATE, "domain", record.cells["domain"], first=first)
        except _Refused as refused:
            yield Fault(record.line, refused.code, refused.params)
        else:
            yield row


def _records(content: bytes) -> Iterator[Record | Fault]:
    """A table when its head names the domains; one domain a line when the first line is a single cell."""
    table = open_table(io.BytesIO(content), HEADINGS)
    if "domain" in table.columns or len(table.columns) + len(table.ignored) > 1:
        yield from open_table(io.BytesIO(content), HEADINGS, required=("domain",)).records
        return
    for number, line in enumerate(decoded(content).splitlines(), start=1):
        if "\ufffd" in line:
            raise FileRefused(FileCode.ENCODING, line=number)
        if line.strip():
            yield Record(number, {"domain": line.strip().strip('"')})


def decoded(content: bytes) -> str:
    """``content`` as text; bytes that are none become U+FFFD."""
    is_wide = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    return content.decode("utf-16" if is_wide else "utf-8-sig", errors="replace")


def _row(record: Record, kind: Kind | None) -> DomainRow:
    cells = record.cells
    for column, value in cells.items():
        if has_control_characters(value, but="\n\t" if column == "comment" else ""):
            raise _Refused(RowCode.CONTROL, column, value)
    domain = _domain("domain", cells["domain"])
    listed = _kind(cells, kind)
    values = dict(_values(cells))
    if listed is Kind.BLOCKED:
        if extra := next((name for name in ALLOWED_ONLY if values.get(name) not in _BARE), ""):
            raise _Refused(RowCode.BLOCKED_WITH_MORE, extra, cells[extra])
        values = {name: value for name, value in values.items() if name not in ALLOWED_ONLY}
    return DomainRow(record.line, domain, listed, values)


def _values(cells: Mapping[str, str]) -> Iterator[tuple[str, str | bool]]:
    """What the columns beside the domain and its list say."""
    if (proxy := cells.get("proxy_fqdn")) is not None:
        yield "proxy_fqdn", _domain("proxy_fqdn", proxy) if proxy else ""
    if (comment := cells.get("comment")) is not None:
        comment = " ".join(comment.split())
        if len(comment) > LONGEST_COMMENT:
            raise _Refused(RowCode.COMMENT_TOO_LONG, "comment", comment, limit=LONGEST_COMMENT)
        yield "comment", comment
    if (monitored := cells.get("monitored")) is not None:
        if monitored.casefold() not in _YES_NO:
            raise _Refused(RowCode.NOT_A_BOOLEAN, "monitored", monitored)
        yield "monitored", _YES_NO[monitored.casefold()]
    if level := cells.get("verification_level"):
        if level.casefold() not in _LEVELS:
            raise _Refused(RowCode.LEVEL, "verification_level", level)
        yield "verification_level", _LEVELS[level.casefold()]


def _kind(cells: Mapping[str, str], kind: Kind | None) -> Kind:
    """The list that the line names, else the one that was chosen for the file."""
    if said := cells.get("kind", ""):
        if said.casefold() not in _KINDS:
            raise _Refused(RowCode.KIND, "kind", said)
        return _KINDS[said.casefold()]
    if kind is None:
        raise _Refused(RowCode.NO_LIST, "domain", cells["domain"])
    return kind


def _domain(column: str, value: str) -> str:
    try:
        return names.domain(value)
    except names.NameRefused as refused:
        raise _Refused(refused.code, column, value, **refused.params) from None
