"""On how many gateways a revision is in force: what the message bar says after Commit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.urls import reverse

from federation.gateway.models import Gateway
from federation.gateway.wire import KINDS
from federation.replication import assigned
from federation.replication.models import Gone, Line, Revision, Unpublished
from federation.status.standing import Standing, stands

if TYPE_CHECKING:
    from datetime import datetime

    from federation.status.standing import Stand

#: A message that is drawn later than this after its commit says nothing of gateways.
FRESH = timedelta(seconds=10)
#: After this a gateway that lacks the revision is worth a warning; after that nobody asks any more.
LATE, GIVE_UP = timedelta(seconds=5), timedelta(minutes=2)


@dataclass(frozen=True)
class InForce:
    """``there`` of ``total`` enabled gateways have it; the last of them ``after`` seconds.

    The others by name: those that lack it, those where an error stands with which no rules hold, and, when
    it assigns a certificate, those that show another one.
    """

    revision: int
    there: int
    total: int
    after: float
    age: timedelta
    lacking: tuple[str, ...]
    broken: tuple[str, ...]
    unserved: tuple[str, ...]

    @property
    def is_everywhere(self) -> bool:
        """Whether nothing is waited for."""
        return self.there == self.total

    @property
    def is_late(self) -> bool:
        """Whether to warn of those that may only need a moment."""
        return not self.is_everywhere and self.age > LATE

    @property
    def asks_again(self) -> bool:
        """Whether the page goes on asking."""
        return not self.is_everywhere and self.age < GIVE_UP


def in_force(number: int, now: datetime) -> InForce | None:
    """How far revision ``number`` got; None when there is no such revision (any more). Eight queries."""
    revision = Revision.objects.filter(number=number).first()
    if revision is None:
        return None
    certificate = assigned.fingerprint(now).upper() if _assigns(number) else ""
    found = stands(Gateway.objects.filter(enabled=True).listed(), now)
    lacking, broken, unserved, after = [], [], [], timedelta()
    for stand in found:
        report = stand.report
        if stand.standing is Standing.BROKEN:
            broken.append(stand.gateway.name)
        elif not _has(stand, number):
            lacking.append(stand.gateway.name)
        elif certificate and report and report.certificate != certificate:
            unserved.append(stand.gateway.name)
        elif report and report.revision_seen_at:
            after = max(after, report.revision_seen_at - revision.at)
    there = len(found) - len(lacking) - len(broken) - len(unserved)
    named = tuple(lacking), tuple(broken), tuple(unserved)
    return InForce(number, there, len(found), after.total_seconds(), now - revision.at, *named)


def follow_up(now: datetime) -> str:
    """The address that says how far the commit of a moment ago got; "" when no gateway is concerned."""
    latest = Revision.objects.first()
    if latest is None or now - latest.at > FRESH or Unpublished.objects.exists():
        return ""
    return reverse("status:in-force", args=[latest.number]) if Gateway.objects.filter(enabled=True) else ""


def _has(stand: Stand, number: int) -> bool:
    report = stand.report
    return stand.holds and report is not None and (report.revision or 0) >= number


def _assigns(number: int) -> bool:
    """Whether the revision says another thing of the certificate than the one before. Two queries."""
    kind = "certificate"
    lines = Line.objects.filter(revision=number, kind=KINDS.index(kind))
    return lines.exists() or Gone.objects.filter(revision=number, key__startswith=f"{kind}:").exists()
