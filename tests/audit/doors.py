"""Doors of the change log: it is only read."""

from __future__ import annotations

from controlpanel.audit.models import AuditEvent
from tests.doors import Door
from tests.makers import make_site


def an_event() -> list[int]:
    """The key of an event."""
    make_site()
    return [AuditEvent.objects.order_by("-pk").values_list("pk", flat=True)[0]]


DOORS = (
    Door("audit:list"),
    Door("audit:details", args=an_event),
    Door("audit:members", args=an_event),
)
