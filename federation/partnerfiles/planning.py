"""What an import would do: which partners are new, which change, and which lines cannot be used."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from controlpanel.audit.members import batches
from controlpanel.audit.records import facts
from controlpanel.shell import damage
from controlpanel.shell.delimited import Fault
from controlpanel.shell.text import is_kept
from federation.partnerfiles.csvfile import PartnerRow, RowCode
from federation.partners import rules
from federation.partners.lists import ListCode, fault
from federation.partners.models import Partner, PartnerDomain
from federation.partners.services import listing
from federation.topology import opposites
from federation.topology.models import LocalDomain
from federation.topology.names import shown_domain

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from controlpanel.audit.records import Facts


@dataclass
class Change:
    """One partner as it will be; ``existing`` as it is, None for a new one; domains that go and come."""

    line: int
    partner: Partner
    existing: Partner | None
    gone: list[str]
    come: list[str]

    @property
    def differs(self) -> bool:
        """Whether anything is to be written."""
        if self.existing is None or self.gone or self.come:
            return True
        return any(getattr(self.partner, name) != getattr(self.existing, name) for name in Partner.AUDITED)

    def facts(self) -> tuple[Facts, Facts]:
        """Before and after, as a member of an event has them."""
        before = facts(self.existing) if self.existing else {}
        come = listing("domains_added" if self.existing else "additional_domains", self.come)
        return before | listing("domains_removed", self.gone), facts(self.partner) | come


@dataclass
class Plan:
    """New and changed partners; how many stay as they are; bad lines; lines that are warned of."""

    new: list[Change] = field(default_factory=list)
    changed: list[Change] = field(default_factory=list)
    unchanged: int = 0
    faults: list[Fault] = field(default_factory=list)
    warnings: list[Fault] = field(default_factory=list)
    #: What is done only when it was agreed to: domains that stand on the blocked list.
    questions: list[Fault] = field(default_factory=list)
    #: Headings that were not read.
    unread: tuple[str, ...] = ()

    def members(self) -> Iterator[tuple[Partner, Facts, Facts]]:
        """Each partner that is written, with its facts before and after."""
        return ((each.partner, *each.facts()) for each in (*self.new, *self.changed))


def planned(rows: Iterable[PartnerRow | Fault]) -> Plan:
    """The plan for ``rows``; what exists is read in batches and locked, so it runs in a transaction."""
    plan = Plan()
    changes: list[Change] = []
    for batch in batches(rows):
        good = [row for row in batch if isinstance(row, PartnerRow)]
        plan.faults += [row for row in batch if isinstance(row, Fault)]
        found = Partner.objects.select_for_update().filter(domain__in=[row.domain for row in good])
        existing = {partner.domain: partner for partner in found.order_by("pk").with_domains()}
        changes += [_change(row, existing.get(row.domain)) for row in good]
    for change in changes:
        _judge(plan, change)
    plan.faults += _unavailable(changes)
    plan.questions += _blocked([*plan.new, *plan.changed])
    plan.faults.sort(key=lambda each: each.line)
    return plan


def _change(row: PartnerRow, existing: Partner | None) -> Change:
    had = existing.additional_domains if existing else []
    wanted = had if row.additional is None else sorted(row.additional)
    partner = Partner(domain=row.domain, shown=shown_domain(row.domain))
    if existing is not None:
        for each in Partner._meta.concrete_fields:
            setattr(partner, each.attname, getattr(existing, each.attname))
    for name, value in row.values.items():
        if not is_kept(getattr(partner, name), value):
            setattr(partner, name, value)
    come = sorted(set(wanted) - set(had))
    if existing is None:
        come.insert(0, row.domain)
    return Change(row.line, partner, existing, sorted(set(had) - set(wanted)), come)


def _judge(plan: Plan, change: Change) -> None:
    """Put ``change`` where it belongs, and say what its negotiation comes to."""
    if not change.differs:
        plan.unchanged += 1
        return
    (plan.new if change.existing is None else plan.changed).append(change)
    plan.faults += _damaged(change)
    found = rules.negotiate(*change.partner.choice)
    nearest = found.nearest._asdict() if found.nearest else {}
    told = fault(change.line, found.code, change.partner.shown, **nearest)
    if found.verdict is rules.Verdict.INVALID:
        plan.faults.append(told)
    elif found.verdict is rules.Verdict.WARN:
        plan.warnings.append(told)


def _damaged(change: Change) -> Iterator[Fault]:
    """What is about to be written and cannot be meant, such as a name in which letters are lost."""
    was = {name: getattr(change.existing, name, "") for name in Partner.AUDITED}
    said = {name: getattr(change.partner, name) for name in Partner.AUDITED if name != "domain"}
    texts = [
        (value, was[name]) for name, value in said.items() if isinstance(value, str) and value != was[name]
    ]
    for value, before in (*texts, *((shown_domain(domain), "") for domain in change.come)):
        if found := damage.of_new(value, before):
            yield fault(change.line, found, value, value=value[:80], heading="")


def _blocked(changes: list[Change]) -> Iterator[Fault]:
    """Domains that would become a partner's, and are blocked for SIP."""
    lines = {domain: change.line for change in changes for domain in change.come}
    for batch in batches(sorted(lines, key=lambda domain: lines[domain])):
        for domain, shown in opposites.found(opposites.BLOCKED, batch).items():
            yield fault(lines[domain], RowCode.BLOCKED, shown)


def _unavailable(changes: list[Change]) -> Iterator[Fault]:
    """Domains that another line has too, another partner keeps, or that are our own."""
    owners: dict[str, Change] = {}
    freed = {domain: change.existing.pk for change in changes if change.existing for domain in change.gone}
    for change in changes:
        for domain in change.come:
            other = owners.setdefault(domain, change)
            if other is not change:
                params = {"partner": other.partner.shown}
                yield fault(change.line, ListCode.TAKEN, shown_domain(domain), **params)
    LocalDomain.objects.hold()
    for batch in batches(owners):
        rows = PartnerDomain.objects.filter(domain__in=batch)
        for domain, pk, owner in rows.values_list("domain", "partner", "partner__domain"):
            if freed.get(domain) != pk:
                params = {"partner": shown_domain(owner)}
                yield fault(owners[domain].line, ListCode.TAKEN, shown_domain(domain), **params)
        for row in LocalDomain.objects.filter(domain__in=batch):
            yield fault(owners[row.domain].line, ListCode.OURS, str(row))
