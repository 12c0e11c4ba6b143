"""On how many gateways a revision is in force: what the message bar says after Commit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.urls import reverse

from federation.gateway.models import Gateway, Status
from federation.replication.models import Revision, Unpublished
from federation.status.standing import History, report_of

if TYPE_CHECKING:
    from datetime import datetime

#: A message that is drawn later than this after its commit says nothing of gateways.
FRESH = timedelta(seconds=10)
#: After this a gateway that lacks the revision is worth a warning; after that nobody asks any more.
LATE, GIVE_UP = timedelta(seconds=5), timedelta(minutes=2)


@dataclass(frozen=True)
class InForce:
    """``there`` of ``total`` enabled gateways have it; the last of them ``after`` seconds."""

    revision: int
    there: int
    total: int
    after: float
    age: timedelta
    lacking: tuple[str, ...]

    @property
    def is_everywhere(self) -> bool:
        """Whether nothing is waited for."""
        return not self.lacking

    @property
    def is_late(self) -> bool:
        """Whether to warn."""
        return bool(self.lacking) and self.age > LATE

    @property
    def asks_again(self) -> bool:
        """Whether the page goes on asking."""
        return bool(self.lacking) and self.age < GIVE_UP


def in_force(number: int, now: datetime) -> InForce | None:
    """How far revision ``number`` got; None when there is no such revision (any more). Five queries."""
    revision = Revision.objects.filter(number=number).first()
    if revision is None:
        return None
    gateways = list(Gateway.objects.filter(enabled=True).select_related("report"))
    history = History.around(map(report_of, gateways))
    lacking, after = [], timedelta()
    for gateway in gateways:
        report = report_of(gateway)
        if (
            report
            and report.revision_seen_at
            and (report.revision or 0) >= number
            and report.status == Status.LIVE
            and history.has(report)
        ):
            after = max(after, report.revision_seen_at - revision.at)
        else:
            lacking.append(gateway.name)
    total = len(gateways)
    return InForce(
        number, total - len(lacking), total, after.total_seconds(), now - revision.at, tuple(lacking)
    )


def follow_up(now: datetime) -> str:
    """The address that says how far the commit of a moment ago got; "" when no gateway is concerned."""
    latest = Revision.objects.first()
    if latest is None or now - latest.at > FRESH or Unpublished.objects.exists():
        return ""
    return reverse("status:in-force", args=[latest.number]) if Gateway.objects.filter(enabled=True) else ""
