"""What an import would do: which domains are new, which change, and which lines cannot be used."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from controlpanel.audit.members import batches
from controlpanel.audit.records import facts
from controlpanel.shell import damage
from controlpanel.shell.delimited import Fault
from controlpanel.shell.text import is_kept
from federation.domains.csvfile import DomainRow, RowCode
from federation.domains.models import FederatedDomain
from federation.domains.rules import Kind
from federation.topology import names, opposites

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator, Mapping

    from controlpanel.audit.records import Facts


@dataclass
class Plan:
    """New rows; changed rows with their facts before; how many stay as they are; lines that are refused."""

    new: list[FederatedDomain] = field(default_factory=list)
    changed: list[tuple[FederatedDomain, dict[str, Any]]] = field(default_factory=list)
    unchanged: int = 0
    faults: list[Fault] = field(default_factory=list)
    warnings: list[Fault] = field(default_factory=list)  # of a domain there is nothing to warn of
    #: What is done only when it was agreed to: domains of partners that would be blocked.
    questions: list[Fault] = field(default_factory=list)
    #: Headings that were not read.
    unread: tuple[str, ...] = ()

    def members(self) -> Iterator[tuple[FederatedDomain, Facts, Facts]]:
        """Each domain that is written, with its facts before and after."""
        done: list[tuple[FederatedDomain, Facts]] = [*((row, {}) for row in self.new), *self.changed]
        return ((row, before, facts(row)) for row, before in done)


def planned(rows: Iterable[DomainRow | Fault]) -> Plan:
    """The plan for ``rows``; what exists is read in batches and locked, so it runs in a transaction."""
    plan = Plan()
    good: list[DomainRow] = []
    for row in rows:
        (plan.faults if isinstance(row, Fault) else good).append(row)  # type: ignore[arg-type]
    for batch in batches(good):
        found = FederatedDomain.objects.select_for_update().filter(domain__in=[row.domain for row in batch])
        existing = {row.domain: row for row in found.order_by("pk")}
        for row in batch:
            _place(plan, row, existing.get(row.domain))
        plan.questions += _of_partners(batch, existing)
    plan.faults.sort(key=lambda fault: fault.line)
    return plan


def _of_partners(batch: list[DomainRow], existing: Container[str]) -> Iterator[Fault]:
    """Domains that would be blocked for SIP, and talk to our users over XMPP all the same."""
    blocked = {
        row.domain: row.line for row in batch if row.kind is Kind.BLOCKED and row.domain not in existing
    }
    for domain, partner in opposites.found(opposites.PARTNERS, list(blocked)).items():
        params = {"value": names.shown_domain(domain), "partner": partner}
        yield Fault(blocked[domain], RowCode.PARTNERS, params)


def _damaged(row: DomainRow, before: Mapping[str, Any]) -> Fault | None:
    """Why a line that would change something cannot be meant: letters of it are lost."""
    said = {name: value for name, value in row.values.items() if isinstance(value, str)}
    if not before:
        said["domain"] = names.shown_domain(row.domain)
    for name, value in said.items():
        was = str(before.get(name, ""))
        if value != was and (found := damage.of_new(value, was)):
            return Fault(row.line, found, {"column": name, "heading": name, "value": value[:80]})
    return None


def _place(plan: Plan, row: DomainRow, existing: FederatedDomain | None) -> None:
    if fault := _damaged(row, facts(existing) if existing else {}):
        plan.faults.append(fault)
    elif existing is None:
        shown = names.shown_domain(row.domain)
        plan.new.append(FederatedDomain(domain=row.domain, shown=shown, kind=row.kind.value, **row.values))
    elif existing.kind != row.kind.value:
        params = {"kind": existing.kind, "value": str(existing)}
        plan.faults.append(Fault(row.line, RowCode.OTHER_LIST, params))
    else:
        before = facts(existing)
        for name, value in row.values.items():
            if not is_kept(getattr(existing, name), value):
                setattr(existing, name, value)
        if facts(existing) == before:
            plan.unchanged += 1
        else:
            plan.changed.append((existing, before))
