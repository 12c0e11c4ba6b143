"""Every write of an import: users, what is made for them, and uploads on their way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from controlpanel.audit.members import note_members
from controlpanel.audit.records import record
from controlpanel.shell.delimited import Fault
from controlpanel.shell.text import fold
from federation.directory.actions import Action
from federation.directory.models import Assignment, User
from federation.directory.services import completed
from federation.intake.catalogue import Catalogue, Choices
from federation.intake.plan import Plan
from federation.intake.planning import Step, steps
from federation.policies.models import ExternalAccessPolicy, Scope
from federation.policies.services import create_user_policy
from federation.topology.models import Pool
from federation.topology.services import create_pool

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable

    from controlpanel.audit.actor import Actor
    from controlpanel.audit.models import AuditEvent
    from controlpanel.shell.delimited import Record

#: Columns of a user that an import may change, with those that follow from them.
_CHANGED = (
    "display_name", "first_name", "last_name", "email", "department", "enabled", "pool", "source",
    "name_sort", "first_sort", "last_sort", "version", "changed_at", "changed_by",
)  # fmt: skip


class Overtaken(Exception):
    """The directory, or the file, is not what it was when the plan was made: nothing was changed."""

    def __init__(self, plan: Plan, found: Plan | None) -> None:
        super().__init__(plan.numbers, found and found.numbers)
        self.plan, self.found = plan, found


def applied(
    records: Iterable[Record | Fault],
    plan: Plan,
    choices: Choices,
    *,
    name: str,
    actor: Actor,
    reason: str = "",
) -> Generator[int, None, Plan]:
    """Do what ``plan`` says: all or nothing, one event with its members. ``name`` is that of the source.

    Yields how many rows are done; the transaction ends when the generator does, so whoever stops half way
    and closes it has changed nothing. What is done is planned again inside the transaction and returned.
    Raises Overtaken when it comes to other numbers, ValidationError, and what the records raise.
    """
    try:
        with transaction.atomic():
            done = yield from _applied(records, plan, choices, _Writer(plan, choices, name, actor, reason))
            if done.numbers != plan.numbers:
                raise Overtaken(plan, done)
    except IntegrityError as error:  # somebody made one of the same users at the same time
        raise Overtaken(plan, None) from error
    return done


def _applied(
    records: Iterable[Record | Fault], plan: Plan, choices: Choices, writer: _Writer
) -> Generator[int, None, Plan]:
    pools = Pool.objects.filter(fqdn__in=plan.pools)
    policies = ExternalAccessPolicy.objects.filter(scope=Scope.USER, name_key__in=map(fold, plan.policies))
    held = [
        set(rows.order_by("pk").select_for_update(no_key=True).values_list("pk", flat=True))
        for rows in (pools, policies)  # in this order and by key, as all services do
    ]
    catalogue, done = Catalogue(choices), Plan()
    catalogue.only(*held)
    for batch in steps(records, catalogue, locked=True):
        done.add(batch)
        writer.write([step for step in batch if not isinstance(step, Fault) and step.kind != "left"])
        yield done.numbers.rows
    return done.close(catalogue)


class _Writer:
    """Writes steps in a few statements a batch, and notes them as members of one event."""

    def __init__(self, plan: Plan, choices: Choices, name: str, actor: Actor, reason: str) -> None:
        self.plan, self.choices, self.name, self.actor, self.reason = plan, choices, name, actor, reason
        self.event: AuditEvent | None = None
        self.now = timezone.now()

    def write(self, changes: list[Step]) -> None:
        """Write what differs; pools and policies that are new come first."""
        if not changes:
            return
        for step in changes:
            self._make_what_is_new(step)
            self._fill(step)
        users = {kind: [step.user for step in changes if step.kind == kind] for kind in ("made", "vanished")}
        changed = [step.user for step in changes if step.kind == "changed" and set(step.after) != {"policy"}]
        User.objects.bulk_create(users["made"])
        User.objects.bulk_create(changed, update_conflicts=True, unique_fields=["id"], update_fields=_CHANGED)
        keys = [user.pk for user in users["vanished"]]
        User.objects.filter(pk__in=keys).update(
            enabled=False, version=F("version") + 1, changed_at=self.now, changed_by=self.actor.name
        )
        self._assign([step for step in changes if "policy" in step.after])
        note_members(self._event(), ((step.user, step.before, step.after) for step in changes))

    def _make_what_is_new(self, step: Step) -> None:
        """Save the unsaved objects of the catalogue; each is an event of its own."""
        if step.pool and not step.pool.pk and self.choices.site:
            pool = create_pool(
                fqdn=step.pool.fqdn, site=self.choices.site, actor=self.actor, reason=self.reason
            )
            step.pool.pk = pool.pk
        if step.policy and not step.policy.pk:
            policy = create_user_policy(name=step.policy.name, actor=self.actor, reason=self.reason)
            step.policy.pk = policy.pk

    def _fill(self, step: Step) -> None:
        """Bring the facts of a step into the columns of its user."""
        user = step.user
        facts = {name: value for name, value in step.after.items() if name not in {"pool", "policy"}}
        for name, value in completed(facts).items():
            setattr(user, name, value)
        if "pool" in step.after and step.pool:
            user.pool_id = step.pool.pk
        user.version = 1 if step.kind == "made" else user.version + 1
        user.changed_at, user.changed_by = self.now, self.actor.name

    def _assign(self, changes: list[Step]) -> None:
        """Assign policies, or take them away; a new user without one has none to take."""
        released = [step.user.pk for step in changes if not step.policy and step.kind == "changed"]
        Assignment.objects.filter(user__in=released).delete()
        Assignment.objects.bulk_create(
            [Assignment(user=step.user, policy_id=step.policy.pk) for step in changes if step.policy],
            update_conflicts=True,
            unique_fields=["user"],
            update_fields=["policy"],
        )

    def _event(self) -> AuditEvent:
        if self.event is None:
            told = {name: number for name, number in self.plan.numbers._asdict().items() if number}
            self.event = record(
                Action.SYNC if self.choices.source else Action.IMPORT,
                None,
                actor=self.actor,
                reason=self.reason,
                name=self.name,
                object_type=User._meta.label_lower,
                after={"origin": self.name, **told},
                now=self.now,
            )
        return self.event
