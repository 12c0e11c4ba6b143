"""What is watched: certificates of ours that matter, and those that partners' servers showed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _

from federation.certificates.models import Certificate
from federation.certificates.words import left
from federation.topology.models import LocalDomain
from federation.watch.models import Look

if TYPE_CHECKING:
    from datetime import datetime

    from federation.certificates.words import Left

#: Days before the end at which a mail is sent, once each; 0 is when it has ended.
DAYS = (30, 14, 7, 3, 1, 0)
#: Exit statuses, as monitoring knows them.
OK, WARNING, CRITICAL = 0, 1, 2
_STATUS = {"ok": OK, "soon": WARNING, "early": WARNING, "urgent": CRITICAL, "over": CRITICAL}


@dataclass(frozen=True)
class Watched:
    """A certificate and its end. ``kind`` is "gateway" or "partner"; ``url`` its page."""

    kind: str
    name: str
    sha256: str
    ends: datetime
    left: Left
    url: str

    @property
    def status(self) -> int:
        """OK, WARNING or CRITICAL."""
        return _STATUS[self.left.level]

    @property
    def due(self) -> int | None:
        """The reminder that is due: the last of DAYS that was reached, or None."""
        return (
            min((days for days in DAYS if self.left.days < days), default=None) if self.left.days >= 0 else 0
        )


def watched(now: datetime) -> list[Watched]:
    """All by their end: ours in use, planned or not renewed, and what partners showed."""
    ours = [
        Watched(
            "gateway",
            row.name,
            row.sha256,
            row.not_after,
            left(row.not_before, row.not_after, now),
            reverse("certificates:gateway-details", args=[row.pk]),
        )
        for row in Certificate.objects.listed(now)
        if row.used or row.planned or (row.renewed_by is None and row.not_after > now)
    ]
    own = LocalDomain.objects.values("domain")
    theirs = [
        Watched(
            "partner",
            str(look),
            look.sha256,
            look.not_after,
            left(look.not_before, look.not_after, now),
            reverse("watch:details", args=[look.pk]),
        )
        for look in Look.objects.exclude(domain__in=own).exclude(not_after=None)
        if look.not_before and look.not_after
    ]
    return sorted([*ours, *theirs], key=lambda each: (each.ends, each.name))


def unassigned(now: datetime) -> str:
    """A sentence when the gateway has certificates and uses none; "" else."""
    if Certificate.objects.exists() and not Certificate.objects.listed(now).filter(used=True).exists():
        return _("No certificate is assigned to the gateway, so partners cannot connect with TLS.")
    return ""


def worst(found: list[Watched], now: datetime) -> int:
    """The exit status of all."""
    status = max((each.status for each in found), default=OK)
    return max(status, CRITICAL if unassigned(now) else OK)
