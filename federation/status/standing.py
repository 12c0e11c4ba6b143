"""How each gateway stands: up to date, behind, silent. From what it reported and what is published.

A number alone does not say that a gateway has what the panel published under it: after the database was
restored from a backup, gateways have later revisions than it, and soon other ones of the same number. So the
panel's identity and the hash of the state are compared too.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from federation.gateway.alarms import breaking
from federation.gateway.models import Gateway, Report, Status
from federation.replication.models import THE_ROW, Panel, Revision
from federation.status.hosts import hosts_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

#: A gateway asks again within 55 seconds; one that has not for so long is silent.
SILENT_AFTER = timedelta(seconds=100)
#: No panel counts so far; a gateway may say anything.
MOST_REVISIONS = 2**62


class Standing(StrEnum):
    """The first that is true, in this order."""

    DISABLED = "disabled"
    NEVER = "never"  # it has not reported yet
    SILENT = "silent"
    FOREIGN = "foreign"  # what it has is of another panel
    STRAYED = "strayed"  # what it has is of this panel, which did not publish it: it runs another history
    CLOSED = "closed"  # it has nothing that it may decide by: nobody federates
    BROKEN = "broken"  # it has rules of ours, but an error stands with which they do not hold
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
    def missing(self) -> list[str]:
        """Domains that it is said to serve and does not have."""
        return hosts_of(self.gateway).missing

    @property
    def holds(self) -> bool:
        """Whether the revision that it names is in force there, confirmed by us, and nothing else is.

        The one answer that the message bar, the list, Home and /metrics give.
        """
        is_ours = self.standing in {Standing.UP_TO_DATE, Standing.BEHIND}
        return is_ours and self.report is not None and self.report.status == Status.LIVE

    @property
    def is_well(self) -> bool:
        """Whether nobody need look at it: it has the latest revision and its hosts, and no error stands."""
        if self.standing is Standing.UP_TO_DATE:
            return self.holds and not (self.report and self.report.alarms) and not self.missing
        return self.standing is Standing.DISABLED


@dataclass(frozen=True)
class History:
    """What is published: by which panel, the latest number, and of some numbers their revisions."""

    panel: str
    latest: int
    revisions: dict[int, Revision]

    @classmethod
    def around(cls, reports: Iterable[Report | None]) -> History:
        """With the revisions that ``reports`` name and those after them; three queries.

        It is read after the reports, so it is never older than what an up to date gateway has.
        """
        named = {report.revision for report in reports if report and report.revision is not None}
        if not named:
            return cls("", 0, {})  # nothing will be asked of it
        wanted = {number + ahead for number in named for ahead in (0, 1) if number < MOST_REVISIONS}
        return cls(
            Panel.objects.values_list("identity", flat=True).filter(pk=THE_ROW).first() or "",
            Revision.objects.values_list("number", flat=True).first() or 0,
            Revision.objects.in_bulk(wanted),
        )

    def has(self, report: Report) -> bool:
        """Whether the state of ``report`` is one that was published here; of a forgotten one, its panel."""
        if report.revision is None:
            return True
        known = self.revisions.get(report.revision)
        return (
            report.revision <= self.latest
            and report.panel in {"", self.panel}
            and (known is None or report.state_hash in {"", known.hash})
        )

    def since(self, report: Report) -> datetime | None:
        """When the first revision was published that ``report`` lacks."""
        first = self.revisions.get((report.revision or 0) + 1)
        return first.at if first else None


def report_of(gateway: Gateway) -> Report | None:
    """The last report; None of a gateway whose row is not there yet."""
    return getattr(gateway, "report", None)


def stands(gateways: Iterable[Gateway], now: datetime) -> list[Stand]:
    """How ``gateways`` (``listed()``) stand; three queries, however many there are."""
    gateways = list(gateways)
    history = History.around(map(report_of, gateways))
    return [_stand(gateway, history, now) for gateway in gateways]


def _stand(gateway: Gateway, history: History, now: datetime) -> Stand:
    report = report_of(gateway)
    if not gateway.enabled:
        return Stand(gateway, Standing.DISABLED)
    if report is None or report.seen_at is None:
        return Stand(gateway, Standing.NEVER)
    if now - report.seen_at > SILENT_AFTER:
        return Stand(gateway, Standing.SILENT, since=report.seen_at)
    if report.revision is None:
        return Stand(gateway, Standing.CLOSED, since=report.revision_seen_at)
    if not history.has(report):
        is_ours = report.panel in {"", history.panel}
        standing = Standing.STRAYED if is_ours else Standing.FOREIGN
        return Stand(gateway, standing, since=report.revision_seen_at)
    if report.status in {Status.EXPIRED, Status.NONE}:
        return Stand(gateway, Standing.CLOSED, since=report.revision_seen_at)
    if breaking(report.alarms):
        return Stand(gateway, Standing.BROKEN, since=report.revision_seen_at)
    if behind := history.latest - report.revision:
        return Stand(gateway, Standing.BEHIND, behind, history.since(report))
    return Stand(gateway, Standing.UP_TO_DATE, since=report.revision_seen_at)
