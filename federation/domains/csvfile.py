"""SIP federated domains in a file: the shell's export, a spreadsheet's, our own, or one name a line.

In the wild: ``Get-CsAllowedDomain | Select-Object Domain,ProxyFqdn,Comment | Export-Csv`` (lync-reference.md,
10.2). Only a type line or the name of such a file says which list it is; ours says it line by line. A column
that the file does not have is ``None`` in every row, "say nothing, change nothing".
"""

from __future__ import annotations

import codecs
import io
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from controlpanel.shell import damage
from controlpanel.shell.delimited import Fault, Record, heading_key, open_table
from controlpanel.shell.permission import denies
from controlpanel.shell.text import has_control_characters
from controlpanel.shell.textfile import FileCode, FileRefused
from federation.domains.rules import ALLOWED_ONLY, Kind
from federation.topology import names
from federation.topology.filekinds import FileKind, by_contents, by_name
from federation.topology.kindwords import expects

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from controlpanel.shell.delimited import Head, Table

#: The headings that mean each column, best first: the shell's, ours, the French ones.
HEADINGS = {
    "domain": (
        "Domain", "Identity", "Domain name", "Domain name (or FQDN)", "Nom de domaine",
        "Nom de domaine complet (ou FQDN)", "Domaine",
    ),
    "kind": (
        "Status", "List", "Kind", "Statut", "État", "Liste", "Permission", "Action", "Access", "Autorisation",
        "Accès",
    ),
    "proxy_fqdn": ("ProxyFqdn", "Access Edge service (FQDN)", "Service Edge d’accès (FQDN)"),
    "comment": ("Comment", "Commentaire"),
    "monitored": (
        "MarkForMonitoring", "Mark for monitoring", "Monitored", "Marquer pour la surveillance", "Surveillé",
    ),
    "verification_level": ("VerificationLevel", "Verification level", "Niveau de vérification"),
}  # fmt: skip

LONGEST_COMMENT = 1024
_KINDS = {
    "allowed": Kind.ALLOWED, "allow": Kind.ALLOWED, "permit": Kind.ALLOWED, "autorisé": Kind.ALLOWED,
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


_KIND_OF = {FileKind.ALLOWED: Kind.ALLOWED, FileKind.BLOCKED: Kind.BLOCKED}


class RowCode(StrEnum):
    """Why a line is refused, beside names.Code; ``column`` and ``value`` are among the parameters."""

    DUPLICATE = "duplicate-domain"  # first (the line that had the domain)
    NO_LIST = "which-list"
    BY_NAME = "which-list-by-name"  # kind (what the name of the file says)
    TOLD_OTHER = "type-says-blocked"
    DENIED = "not-permitted"  # heading
    PARTNERS = "is-a-partners"  # partner; asked, not refused
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


class DomainFile:
    """A file or a pasted list; ``unread`` are the headings of what is not read. Raises FileRefused."""

    def __init__(self, content: bytes, kind: Kind | None, file_name: str = "") -> None:
        self.content, self.kind, self.file_name = content, kind, file_name
        self.unread: tuple[str, ...] = ()
        self.told: Kind | None = None  # what the type line says

    def rows(self) -> Iterator[DomainRow | Fault]:
        """The domains, line by line; ``kind`` is the list where neither a line nor the file names one."""
        seen: dict[str, int] = {}
        for record in self._records():
            if isinstance(record, Fault):
                yield record
                continue
            try:
                row = self._row(record)
                first = seen.setdefault(row.domain, row.line)
                if first != row.line:
                    raise _Refused(RowCode.DUPLICATE, "domain", record.cells["domain"], first=first)
            except _Refused as refused:
                yield Fault(record.line, refused.code, refused.params)
            else:
                yield row

    def _records(self) -> Iterator[Record | Fault]:
        """A table when its head names the domains; one domain a line when the first line is a single cell."""
        table = self._table()
        if "domain" in table.columns or len(table.columns) + len(table.ignored) > 1:
            table = self._table(required=("domain",))
            self.unread = table.ignored
            yield from table.records
            return
        for number, line in enumerate(decoded(self.content).splitlines(), start=1):
            if "\ufffd" in line:
                raise FileRefused(FileCode.ENCODING, line=number)
            name = line.strip().strip('"')
            if found := damage.in_cell(name, is_key=True):
                yield Fault(number, found, damage.told("domain", "Domain", name))
            elif name:
                yield Record(number, {"domain": name})

    def _table(self, required: Collection[str] = ()) -> Table:
        file = io.BytesIO(self.content)
        return open_table(file, HEADINGS, required=required, texts=("comment",), judge=self._judge)

    def _judge(self, head: Head) -> None:
        """Refuse other kinds of files, and a list that says of itself that it is the other one."""
        says = by_contents(head)
        if says in _KIND_OF:
            self.told = _KIND_OF[says]
        keys = set(map(heading_key, head.headings))
        if damage.is_cut(head.line) and not keys & _keys("domain"):
            first = head.line.strip()[:80]
            raise FileRefused(FileCode.DAMAGED, line=1, damage=damage.Damage.CUT_LIST, value=first)
        if self.kind is None or keys & _keys("kind"):
            expects(FileKind.DOMAINS, also=_KIND_OF, file_name=self.file_name)(head)
        else:
            chosen = next(kind for kind, listed in _KIND_OF.items() if listed is self.kind)
            expects(chosen, also=[FileKind.DOMAINS], file_name=self.file_name)(head)

    def _row(self, record: Record) -> DomainRow:
        cells = record.cells
        for column, value in cells.items():
            if has_control_characters(value, but="\n\t" if column == "comment" else ""):
                raise _Refused(RowCode.CONTROL, column, value)
        domain = _domain("domain", cells["domain"])
        listed = self._kind(cells)
        if listed is Kind.ALLOWED and record.denied:
            raise _Refused(RowCode.DENIED, "domain", cells["domain"], heading=record.denied)
        values = dict(_values(cells))
        if listed is Kind.BLOCKED:
            if extra := next((name for name in ALLOWED_ONLY if values.get(name) not in _BARE), ""):
                raise _Refused(RowCode.BLOCKED_WITH_MORE, extra, cells[extra])
            values = {name: value for name, value in values.items() if name not in ALLOWED_ONLY}
        return DomainRow(record.line, domain, listed, values)

    def _kind(self, cells: Mapping[str, str]) -> Kind:
        """The list that the line names, else the one that the file names, else the one that was chosen."""
        if said := cells.get("kind", ""):
            listed = _KINDS.get(said.casefold())
            listed = Kind.BLOCKED if listed is None and denies("", heading_key(said)) else listed
            if listed is None or (listed is Kind.ALLOWED and self.told is Kind.BLOCKED):
                raise _Refused(RowCode.KIND if listed is None else RowCode.TOLD_OTHER, "kind", said)
            return listed
        says = by_name(self.file_name) if self.told is None else None
        named = _KIND_OF.get(says) if says else None
        if (listed := self.told or self.kind) is None or named not in {None, listed}:
            code = RowCode.BY_NAME if named else RowCode.NO_LIST
            raise _Refused(code, "domain", cells["domain"], kind=str(named or ""))
        return listed


def _keys(column: str) -> set[str]:
    return set(map(heading_key, HEADINGS[column]))


def decoded(content: bytes) -> str:
    """``content`` as text; bytes that are none become U+FFFD."""
    is_wide = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    return content.decode("utf-16" if is_wide else "utf-8-sig", errors="replace")


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


def _domain(column: str, value: str) -> str:
    try:
        return names.domain(value)
    except names.NameRefused as refused:
        raise _Refused(refused.code, column, value, **refused.params) from None
