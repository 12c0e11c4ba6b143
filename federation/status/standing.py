"""How each gateway stands: up to date, behind, silent. From what it reported and what is published."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from federation.gateway.models import Gateway, Report, Status
from federation.replication.models import Revision

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

#: A gateway asks again within 55 seconds; one that has not for so long is silent.
SILENT_AFTER = timedelta(seconds=100)


class Standing(StrEnum):
    """The first that is true, in this order."""

    DISABLED = "disabled"
    NEVER = "never"  # it has not reported yet
    SILENT = "silent"
    CLOSED = "closed"  # it has nothing that it may decide by: nobody federates
    BEHIND = "behind"
    UP_TO_DATE = "up-to-date"


@dataclass(frozen=True)
class Stand:
    """How one gateway stands. ``behind`` revisions are missing, the first of them published at ``since``."""

    gateway: Gateway
    standing: Standing
    behind: int = 0
    since: datetime | None = None

    @property
    def report(self) -> Report | None:
        """What it said last."""
        return report_of(self.gateway)

    @property
    def is_well(self) -> bool:
        """Whether nobody need look at it."""
        return self.standing in {Standing.UP_TO_DATE, Standing.DISABLED}


def report_of(gateway: Gateway) -> Report | None:
    """The last report; None of a gateway whose row is not there yet."""
    return getattr(gateway, "report", None)


def stands(gateways: Iterable[Gateway], now: datetime) -> list[Stand]:
    """How ``gateways`` (``listed()``) stand; two queries, however many there are."""
    gateways = list(gateways)
    latest = Revision.objects.first()
    number = latest.number if latest else 0
    reports = [report_of(gateway) for gateway in gateways]
    lacking = {report.revision + 1 for report in reports if report and report.revision is not None}
    published = dict(Revision.objects.filter(number__in=lacking).values_list("number", "at"))
    return [_stand(gateway, number, published, now) for gateway in gateways]


def _stand(gateway: Gateway, latest: int, published: dict[int, datetime], now: datetime) -> Stand:
    report = report_of(gateway)
    if not gateway.enabled:
        return Stand(gateway, Standing.DISABLED)
    if report is None or report.seen_at is None:
        return Stand(gateway, Standing.NEVER)
    if now - report.seen_at > SILENT_AFTER:
        return Stand(gateway, Standing.SILENT, since=report.seen_at)
    if report.revision is None or report.status in {Status.EXPIRED, Status.NONE}:
        return Stand(gateway, Standing.CLOSED, since=report.revision_seen_at)
    behind = max(latest - report.revision, 0)
    if behind:
        return Stand(gateway, Standing.BEHIND, behind, published.get(report.revision + 1))
    return Stand(gateway, Standing.UP_TO_DATE, since=report.revision_seen_at)
