"""How a service writes a row: locked, compared with the version its reader saw, validated, recorded.

These three functions are the only places that save or delete a recorded row. Each must run inside the
service's transaction, so that a change without its event cannot exist.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, TypeVar

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from controlpanel.audit.hanging import refuse_if_used
from controlpanel.audit.models import Recorded
from controlpanel.audit.records import facts, record
from controlpanel.shell.text import has_control_characters

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from controlpanel.audit.actor import Actor
    from controlpanel.audit.records import Facts

M = TypeVar("M", bound=models.Model)


class Changed(Exception):
    """What somebody agreed to is not what stands now; nothing was written."""


class Conflict(Changed):
    """Somebody else committed first. ``current`` is the row as it stands now."""

    def __init__(self, current: models.Model) -> None:
        super().__init__(f"{current} was changed by somebody else")
        self.current = current


class Gone(Changed):
    """The row was deleted meanwhile."""


def state(row: models.Model) -> str:
    """What tells a row from itself after a change: its version; of one without, what is audited."""
    return str(row.version) if isinstance(row, Recorded) else json.dumps(facts(row), sort_keys=True)


def seen(row: M) -> M:
    """``row`` read again and locked, when it still is as its reader, who holds ``row``, saw it.

    Raises Conflict, Gone.
    """
    current = locked(row)
    if state(current) != state(row):
        raise Conflict(current)
    return current


def create(row: M, *, action: str, actor: Actor, reason: str = "", after: Facts | None = None) -> M:
    """Validate and insert ``row``, and record it. Raises ValidationError.

    ``after`` (in change() and delete() also ``before``) adds facts that are no columns of the row, such as
    rows of another table that are part of it; the service writes those.
    """
    now = timezone.now()
    if isinstance(row, Recorded):
        row.version, row.changed_at, row.changed_by = 1, now, actor.name
    _validate(row)
    _save(row, force_insert=True)
    record(action, row, actor=actor, after=facts(row) | (after or {}), reason=reason, now=now)
    return row


def locked(row: M, version: int | None = None) -> M:
    """``row`` read again and locked (on SQLite the lock is a no-op: write transactions go one at a time).

    Raises Gone, and Conflict when ``version`` is given and is not the one that stands.
    """
    current = type(row)._default_manager.select_for_update().filter(pk=row.pk).first()
    if current is None:
        raise Gone(str(row))
    if version is not None and isinstance(current, Recorded) and current.version != version:
        raise Conflict(current)
    return current


def compare(rows: Sequence[M], found: Sequence[M]) -> None:
    """Compare ``rows`` as their reader saw them with what was ``found``, locked; both by key.

    Raises Conflict, Gone.
    """
    stands = {row.pk: row for row in found}
    for row in rows:
        if row.pk not in stands:
            raise Gone(str(row))
        if state(stands[row.pk]) != state(row):
            raise Conflict(stands[row.pk])


def change(
    row: M,
    values: Mapping[str, Any],
    *,
    action: str,
    actor: Actor,
    version: int | None = None,
    reason: str = "",
    before: Facts | None = None,
    after: Facts | None = None,
) -> M:
    """Set ``values`` on the row as it stands, save only those that differ, and record them.

    ``version`` is the version that the actor saw; None (commands) means "whatever stands now". Returns the
    row as it stands afterwards; a call that changes nothing (``before`` and ``after`` count) saves and
    records nothing. Raises ValidationError, Conflict, Gone.
    """
    current = locked(row, version)
    was = facts(current)
    differing = [name for name, value in values.items() if getattr(current, name) != value]
    for name in differing:
        setattr(current, name, values[name])
    if not differing and (before or {}) == (after or {}):
        return current
    _validate(current)
    now = timezone.now()
    if isinstance(current, Recorded):
        current.version += 1
        current.changed_at, current.changed_by = now, actor.name
        differing += ["version", "changed_at", "changed_by"]
    _save(current, update_fields=differing)
    was |= before or {}
    now_is = facts(current) | (after or {})
    record(action, current, actor=actor, before=was, after=now_is, reason=reason, now=now)
    return current


def _validate(row: models.Model) -> None:
    """``full_clean`` in steps, and no control character in any audited text, whoever writes.

    Only values that are valid by themselves go into queries.
    """
    row.clean_fields()
    for name in getattr(row, "AUDITED", ()):
        value = getattr(row, name)
        lines = isinstance(row._meta.get_field(name), models.TextField)
        if isinstance(value, str) and has_control_characters(value, but="\n\t" if lines else ""):
            raise ValidationError({name: _("Remove the control characters or line breaks from this text.")})
    row.clean()
    row.validate_unique()
    row.validate_constraints()


def _save(row: models.Model, **how: Any) -> None:
    """Save a validated row; what another transaction took meanwhile is refused as if it had been there."""
    try:
        with transaction.atomic():
            row.save(**how)
    except IntegrityError:
        _validate(row)  # raises the ValidationError with its sentence
        raise


def delete(
    row: models.Model,
    *,
    action: str,
    actor: Actor,
    version: int | None = None,
    as_seen: bool = False,
    reason: str = "",
    before: Facts | None = None,
) -> None:
    """Delete the row as it stands and record what it was. Raises Conflict, Gone.

    With ``as_seen`` only when it still is as ``row``. What something else hangs on is refused with a
    ValidationError that counts it.
    """
    current = seen(row) if as_seen else locked(row, version)
    refuse_if_used(current)
    record(action, current, actor=actor, before=facts(current) | (before or {}), reason=reason)
    current.delete()


def delete_all(rows: Iterable[models.Model], *, action: str, actor: Actor, reason: str = "") -> int:
    """Delete ``rows``, all or none within the service's transaction; in one order, so that nobody deadlocks.

    They are as the actor saw them: one that was changed or deleted since raises Conflict or Gone. Returns how
    many there were.
    """
    ordered = sorted(rows, key=lambda row: row.pk)
    for row in ordered:
        delete(row, action=action, actor=actor, as_seen=True, reason=reason)
    return len(ordered)
