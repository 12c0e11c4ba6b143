"""The members of an event that concerned many objects at once, such as a policy assigned to 100,000 users."""

from __future__ import annotations

import json
from itertools import islice
from typing import TYPE_CHECKING, Any

from django.db import connections, models

from controlpanel.audit.models import AuditEvent, EventMember
from controlpanel.audit.records import record
from controlpanel.audit.rows import as_json, table

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from django.db.models import QuerySet

    from controlpanel.audit.actor import Actor

_BATCH = 2000


def record_for_all(
    action: str,
    rows: QuerySet[Any],
    *,
    name: str,
    before: models.Expression,
    after: str,
    actor: Actor,
    reason: str = "",
    told: Mapping[str, Any] | None = None,
) -> tuple[AuditEvent, QuerySet[Any]]:
    """Lock ``rows`` and note each as a member of one new event, in one INSERT ... SELECT.

    ``name`` is a field of the row, ``before`` a text expression over it, ``after`` what all get; ``told`` are
    facts that the event itself tells of them all. Returns the event and exactly the rows that were noted, for
    the UPDATE that follows. Rows are locked in the order of their keys, so that nobody deadlocks.
    """
    kind = rows.model._meta.label_lower
    event = record(action, None, actor=actor, reason=reason, object_type=kind, after=told)
    chosen = (
        rows.order_by("pk")
        .select_for_update(of=("self",))
        .annotate(member_before=before, member_after=models.Value(after))
        .values_list("pk", name, "member_before", "member_after")
    )
    sql, parameters = chosen.query.sql_with_params()
    connection = connections[rows.db]
    table = connection.ops.quote_name(EventMember._meta.db_table)
    statement = (
        f"INSERT INTO {table} (event_id, object_pk, object_name, before, after) "  # noqa: S608 # no value in it
        f"SELECT %s, chosen.* FROM ({sql}) AS chosen"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, (event.pk, *parameters))
        _count(event, int(cursor.rowcount))
    noted = EventMember.objects.filter(event=event).values("object_pk")
    return event, rows.model._default_manager.filter(pk__in=noted)


def note_members(
    event: AuditEvent, changes: Iterable[tuple[models.Model, Mapping[str, Any], Mapping[str, Any]]]
) -> int:
    """Note (row, facts before, facts after) as members of ``event``, in batches. Returns how many."""
    members = (
        (
            row.pk,
            str(row)[:512],
            json.dumps(before, ensure_ascii=False) if before else "",
            json.dumps(after, ensure_ascii=False) if after else "",
        )
        for row, before, after in changes
    )
    count = 0
    for batch in batches(members):
        _insert(event, batch)
        count += len(batch)
    _count(event, event.members_count + count)
    return count


def note_named(event: AuditEvent, model: type[models.Model], field: str, rows: str) -> int:
    """Note members of ``event`` by their name: as_json() of (name, before, after), all three text.

    Each is the row of ``model`` whose ``field`` is that name. Returns how many there were.
    """
    connection = connections[EventMember.objects.db]
    quote = connection.ops.quote_name
    told = table(connection, {"name": "text", "before": "text", "after": "text"})
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {quote(EventMember._meta.db_table)} "  # noqa: S608 # no value in it
            "(event_id, object_pk, object_name, before, after) "
            f"SELECT %s, found.id, told.name, told.before, told.after FROM {told} AS told "
            f"JOIN {quote(model._meta.db_table)} AS found ON found.{quote(field)} = told.name",
            (event.pk, rows),
        )
        count = int(cursor.rowcount)
    _count(event, event.members_count + count)
    return count


def _insert(event: AuditEvent, members: list[tuple[Any, ...]]) -> None:
    """Insert (key, name, before, after) of ``members`` in one statement."""
    connection = connections[EventMember.objects.db]
    columns = {"object_pk": "bigint", "object_name": "text", "before": "text", "after": "text"}
    names = ", ".join(columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {connection.ops.quote_name(EventMember._meta.db_table)} (event_id, {names}) "  # noqa: S608
            f"SELECT %s, {names} FROM {table(connection, columns)} AS told",
            (event.pk, as_json(members)),
        )


def batches(items: Iterable[Any], size: int = _BATCH) -> Iterator[list[Any]]:
    """``items`` in lists of at most ``size``."""
    rest = iter(items)
    while batch := list(islice(rest, size)):
        yield batch


def _count(event: AuditEvent, count: int) -> None:
    """Complete the event, in the transaction that made it; the log itself refuses every update."""
    event.members_count = count
    models.QuerySet(AuditEvent).filter(pk=event.pk).update(members_count=count)
