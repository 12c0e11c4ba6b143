"""Which dialback secret a gateway uses, told by when it was made, and whether it is the current one."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from federation.edge.models import XmppGatewayConfiguration

if TYPE_CHECKING:
    from federation.gateway.models import Report


class InUse(NamedTuple):
    """``made_at`` is None while the gateway goes by a secret of its own."""

    made_at: datetime | None
    is_current: bool


def lost_at() -> str:
    """Where the current secret is replaced, when the panel cannot open it; "" while it can. One query."""
    row: XmppGatewayConfiguration = XmppGatewayConfiguration.objects.the_global()
    return row.get_absolute_url() if row.secret_is_lost else ""


def in_use(report: Report | None) -> InUse | None:
    """What ``report`` says; None while it says nothing. One query."""
    if report is None or report.seen_at is None:
        return None
    try:
        made_at = datetime.fromisoformat(report.dialback) if report.dialback else None
    except ValueError:
        made_at = None  # a gateway may say anything
    return InUse(made_at, report.dialback == XmppGatewayConfiguration.objects.the_global().secret_id)
