"""Write an event, and say what a row looks like in one."""

from __future__ import annotations

from datetime import date, datetime
from enum import Enum
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import connection, models
from django.utils import timezone

from controlpanel.audit import listeners
from controlpanel.audit.actions import known
from controlpanel.audit.models import AuditEvent
from controlpanel.shell.fields import refuse_control_characters

if TYPE_CHECKING:
    from collections.abc import Mapping

    from controlpanel.audit.actor import Actor

Facts = dict[str, Any]


def facts(row: models.Model) -> Facts:
    """The audited fields of ``row`` as JSON values; a related object stands as its name."""
    return {name: _plain(getattr(row, name)) for name in getattr(row, "AUDITED", ())}


def record(
    action: str,
    row: models.Model | None,
    *,
    actor: Actor,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    reason: str = "",
    name: str = "",
    object_type: str = "",
    now: datetime | None = None,
) -> AuditEvent:
    """Write one event. ``before`` and ``after`` are cut down to what differs.

    An event on many objects has no ``row`` and names their ``object_type``; see members.py.

    Raises ValueError outside a transaction (an event must stand or fall with its change) and for an action
    that no room declares; ValidationError for a reason that is too long or hides something.
    """
    _check(action, reason)
    before, after = before or {}, after or {}
    differs = [key for key in {**before, **after} if before.get(key, _ABSENT) != after.get(key, _ABSENT)]
    event = AuditEvent.objects.create(
        at=now or timezone.now(),
        action=action,
        actor_name=actor.name,
        actor_pk=actor.pk,
        address=actor.address,
        object_type=row._meta.label_lower if row is not None else object_type,
        object_pk=row.pk if row is not None else None,
        object_name=(name or (str(row) if row is not None else ""))[:300],
        before={key: before[key] for key in differs if key in before},
        after={key: after[key] for key in differs if key in after},
        reason=reason,
    )
    listeners.tell(event)
    return event


def _check(action: str, reason: str) -> None:
    if not connection.in_atomic_block:
        raise ValueError("An event is recorded in the transaction of its change.")
    if action not in known():
        raise ValueError(f"No room declares the action {action!r}.")
    try:
        AuditEvent._meta.get_field("reason").clean(reason, None)
        refuse_control_characters(reason)
    except ValidationError as refusal:
        raise ValidationError({"reason": refusal}) from refusal


_ABSENT = object()


def _plain(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, models.Model):
        return str(value)
    return value
