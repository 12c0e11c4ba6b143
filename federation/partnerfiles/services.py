"""The one write of this room: all partners of a file, or none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from controlpanel.audit.members import note_members
from controlpanel.audit.records import record
from controlpanel.shell.agreeing import is_agreed
from federation.partnerfiles.planning import planned
from federation.partners.actions import Action
from federation.partners.models import Partner
from federation.partners.services import attach, detach

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from controlpanel.audit.actor import Actor
    from controlpanel.shell.delimited import Fault
    from federation.partnerfiles.csvfile import PartnerRow
    from federation.partnerfiles.planning import Plan

_BATCH = 500  # rows of a statement: SQLite takes so many parameters


@transaction.atomic
def import_partners(
    rows: Iterable[PartnerRow | Fault],
    *,
    actor: Actor,
    unread: tuple[str, ...] = (),
    reason: str = "",
    dry_run: bool = False,
    agreed: bool | Callable[[Plan], bool] = False,
) -> Plan:
    """Make and change the partners of a file, of which ``unread`` headings are not read. Deletes none.

    With ``dry_run``, when one line cannot be used, or unless the plan is ``agreed`` to (shell/agreeing.py),
    nothing is written; the plan says what would be. One event holds all partners.
    Raises textfile.FileRefused, ValidationError.
    """
    plan = planned(rows)
    plan.unread = unread
    if not dry_run and not plan.faults and is_agreed(plan, agreed) and (plan.new or plan.changed):
        _carry_out(plan, actor, reason)
    return plan


def _carry_out(plan: Plan, actor: Actor, reason: str) -> None:
    """Write what ``plan`` says: a few statements, whatever its size."""
    kind = Partner._meta.label_lower
    event = record(Action.IMPORT, None, actor=actor, reason=reason, object_type=kind)
    for change in (*plan.new, *plan.changed):
        change.partner.version = change.existing.version + 1 if change.existing else 1
        change.partner.changed_at, change.partner.changed_by = event.at, actor.name
    try:
        with transaction.atomic():
            Partner.objects.bulk_create([change.partner for change in plan.new], batch_size=_BATCH)
    except IntegrityError as error:
        raise ValidationError(
            _("Partners were changed meanwhile. Nothing was imported; try again.")
        ) from error
    fields = [*Partner.AUDITED, "version", "changed_at", "changed_by"]
    Partner.objects.bulk_update([change.partner for change in plan.changed], fields, batch_size=_BATCH)
    for change in plan.changed:
        detach(change.partner, change.gone)
    attach(
        (change.partner, domain, domain == change.partner.domain)
        for change in (*plan.new, *plan.changed)
        for domain in change.come
    )
    note_members(event, plan.members())
