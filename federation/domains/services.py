"""Every write to the SIP federated domains."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from controlpanel.audit import commits
from controlpanel.audit.members import note_members
from controlpanel.audit.records import record
from controlpanel.shell.agreeing import is_agreed
from federation.domains import rules
from federation.domains.actions import Action
from federation.domains.csvfile import DomainFile
from federation.domains.models import FederatedDomain, Kind
from federation.domains.planning import planned
from federation.domains.words import of_partner, on_list
from federation.topology import names, words

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    from controlpanel.audit.actor import Actor
    from federation.domains.planning import Plan

_BATCH = 1000


@transaction.atomic
def create_domain(
    *, domain: str, kind: str, actor: Actor, reason: str = "", agreed: bool = False, **values: Any
) -> FederatedDomain:
    """Allow or block ``domain``. Raises ValidationError for no name, and when it is on a list already.

    A partner's domain is blocked only when it was ``agreed`` to.
    ``values``: ``comment``, and for an allowed domain ``proxy_fqdn``, ``monitored``, ``verification_level``.
    """
    stored = _name("domain", domain)
    if found := FederatedDomain.objects.filter(domain=stored).first():
        raise ValidationError({"domain": on_list(str(found), wanted=kind, found=found.kind)})
    if kind == Kind.BLOCKED and not agreed and (said := of_partner(stored)):
        raise ValidationError({"domain": said})
    row = FederatedDomain(domain=stored, shown=names.shown_domain(stored), kind=kind, **_cleaned(values))
    action = Action.ALLOW if kind == Kind.ALLOWED else Action.BLOCK
    return commits.create(row, action=action, actor=actor, reason=reason)


@transaction.atomic
def change_domain(
    domain: FederatedDomain, *, actor: Actor, version: int | None = None, reason: str = "", **values: Any
) -> FederatedDomain:
    """Set what a domain has beside its name and its list, which are what it is."""
    return commits.change(
        domain, _cleaned(values), action=Action.CHANGE, actor=actor, version=version, reason=reason
    )


@transaction.atomic
def delete_domains(domains: Iterable[FederatedDomain], *, actor: Actor, reason: str = "") -> int:
    """Take domains off their list, all or none. Returns how many."""
    return commits.delete_all(domains, action=Action.DELETE, actor=actor, reason=reason)


@transaction.atomic
def import_domains(
    content: bytes,
    *,
    kind: str,
    actor: Actor,
    file_name: str = "",
    reason: str = "",
    dry_run: bool = False,
    agreed: bool | Callable[[Plan], bool] = False,
) -> Plan:
    """Add and change the domains of a file or pasted list; ``kind`` is the list for lines that name none.

    With ``dry_run``, when one line cannot be used, or unless the plan is ``agreed`` to (shell/agreeing.py),
    nothing is written; the plan says what would be. One event holds all domains.
    Raises textfile.FileRefused, ValidationError.
    """
    file = DomainFile(content, rules.Kind(kind) if kind else None, file_name)
    plan = planned(file.rows())
    plan.unread = file.unread
    if not dry_run and not plan.faults and is_agreed(plan, agreed) and (plan.new or plan.changed):
        _carry_out(plan, actor, reason)
    return plan


def _carry_out(plan: Plan, actor: Actor, reason: str) -> None:
    """Write what ``plan`` says: a few statements, whatever its size."""
    event = record(
        Action.IMPORT, None, actor=actor, reason=reason, object_type=FederatedDomain._meta.label_lower
    )
    for row in (*plan.new, *(row for row, _before in plan.changed)):
        row.changed_at, row.changed_by = event.at, actor.name
    for row, _before in plan.changed:
        row.version += 1
    fields = [*FederatedDomain.AUDITED, "version", "changed_at", "changed_by"]
    try:
        with transaction.atomic():
            FederatedDomain.objects.bulk_create(plan.new, batch_size=_BATCH)
    except IntegrityError as fault:
        raise ValidationError(
            _("The lists were changed meanwhile. Nothing was imported; try again.")
        ) from fault
    FederatedDomain.objects.bulk_update([row for row, _before in plan.changed], fields, batch_size=_BATCH)
    note_members(event, plan.members())


def _cleaned(values: dict[str, Any]) -> dict[str, Any]:
    """``values`` with the FQDN in its stored form."""
    if values.get("proxy_fqdn"):
        return {**values, "proxy_fqdn": _name("proxy_fqdn", values["proxy_fqdn"])}
    return values


def _name(field: str, text: str) -> str:
    try:
        return names.domain(text)
    except names.NameRefused as refusal:
        raise ValidationError({field: words.refused(refusal)}) from refusal


def blocked(domains: Collection[str]) -> dict[str, str]:
    """Those of the stored ``domains`` that are blocked, as people read them (topology.opposites)."""
    rows = FederatedDomain.objects.filter(domain__in=domains, kind=Kind.BLOCKED)
    return dict(rows.values_list("domain", "shown"))
