"""Every write of an import: users, and what is made for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import IntegrityError, connections, transaction
from django.utils import timezone

from controlpanel.audit.members import note_named
from controlpanel.audit.records import record
from controlpanel.shell.text import fold
from federation.directory.actions import Action
from federation.directory.models import User
from federation.intake import statements
from federation.intake.preparing import Kind, Prepared
from federation.policies.models import ExternalAccessPolicy, Scope
from federation.policies.services import create_user_policy
from federation.topology.models import Pool
from federation.topology.services import create_pool

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable

    from controlpanel.audit.actor import Actor
    from controlpanel.audit.models import AuditEvent
    from controlpanel.shell.delimited import Fault, Record
    from federation.intake.catalogue import Choices
    from federation.intake.plan import Plan
    from federation.intake.preparing import Write


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
    claim: Callable[[], object] = lambda: None,
) -> Generator[int, None, Plan]:
    """Do what ``plan`` says: all or nothing, one event with its members. ``name`` is that of the source.

    All is planned again and prepared first, outside of any transaction; the transaction only writes, since on
    SQLite everybody else who writes waits for it. It begins with ``claim``, which may refuse, and ends when
    the generator does, so whoever stops half way and closes it has changed nothing. Yields how many rows are
    done: half of one when it is prepared, half when it is written. Returns what was done.

    Raises Overtaken when that comes to something else than ``plan``, or when a user, a pool or a policy is
    not any more what it was prepared with; ValidationError; and what the records and ``claim`` raise.
    """
    with Prepared() as prepared:
        work = prepared.fill(records, choices)
        try:
            while True:
                yield next(work) // 2
        except StopIteration as end:
            done: Plan = end.value
        finally:
            work.close()
        if (done.numbers, done.digest) != (plan.numbers, plan.digest):
            raise Overtaken(plan, done)
        try:
            with transaction.atomic():
                claim()
                yield from _Writer(done, choices, name, actor, reason).write(prepared)
        except IntegrityError as error:  # somebody made one of the same users, or a pool or policy went
            raise Overtaken(plan, None) from error
    return done


class _Writer:
    """Does the writes of an import, and notes who changed as members of one event."""

    def __init__(self, plan: Plan, choices: Choices, name: str, actor: Actor, reason: str) -> None:
        self.plan, self.choices, self.name, self.actor, self.reason = plan, choices, name, actor, reason
        self.connection = connections[User.objects.db]
        self.now = timezone.now()
        self.at = User._meta.get_field("changed_at").get_db_prep_save(self.now, self.connection)

    def write(self, prepared: Prepared) -> Generator[int, None, None]:
        """Make what is new, then do each write; yields how many rows are done, those that wait count half."""
        self._hold()
        self._make_what_is_new()
        event, rows = None, self.plan.numbers.rows
        for done, writes in prepared.batches():
            event = event or self._event()
            for write in writes:
                if self._do(write, event) != write.number:
                    raise Overtaken(self.plan, None)
            yield (rows + done) // 2

    def _do(self, write: Write, event: AuditEvent) -> int:
        """Do one write; returns how many rows it concerned."""
        if write.kind == Kind.NOTED:
            return note_named(event, User, "address", write.rows)
        with self.connection.cursor() as cursor:
            if write.kind == Kind.SEEN:
                if self.connection.features.has_select_for_update:
                    cursor.execute(*statements.locks(self.connection, write))
                cursor.execute(*statements.seen(self.connection, write))
                return int(cursor.fetchone()[0])
            cursor.execute(*statements.doing(self.connection, write, at=self.at, who=self.actor.name))
            return int(cursor.rowcount)

    def _hold(self) -> None:
        """Keep what the rows name from vanishing, in this order and by key, as all services do."""
        keys = [fold(str(policy).removeprefix("Tag:")) for policy in self.plan.policies]
        pools = Pool.objects.filter(fqdn__in=self.plan.pools)
        policies = ExternalAccessPolicy.objects.filter(scope=Scope.USER, name_key__in=keys)
        for rows, named in ((pools, self.plan.pools), (policies, keys)):
            held = rows.order_by("pk").select_for_update(no_key=True).values_list("pk", flat=True)
            if len(held) != len(named):
                raise Overtaken(self.plan, None)

    def _make_what_is_new(self) -> None:
        """Make the pools and policies that are new; each is an event of its own."""
        if site := self.choices.site:
            for fqdn in self.plan.new_pools:
                create_pool(fqdn=fqdn, site=site, actor=self.actor, reason=self.reason)
        for name in self.plan.new_policies:
            create_user_policy(name=name, actor=self.actor, reason=self.reason)

    def _event(self) -> AuditEvent:
        told = {name: number for name, number in self.plan.numbers._asdict().items() if number}
        return record(
            Action.SYNC if self.choices.source else Action.IMPORT,
            None,
            actor=self.actor,
            reason=self.reason,
            name=self.name,
            object_type=User._meta.label_lower,
            after={"origin": self.name, **told},
            now=self.now,
        )
