"""Which certificate a gateway shows, and whether it is the assigned one."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from federation.certificates.models import Assignment, Certificate
from federation.gateway.models import Gateway, Report
from federation.topology.models import LocalDomain
from federation.x509.altnames import Cover, cover

if TYPE_CHECKING:
    from datetime import datetime


class Shown(NamedTuple):
    """What a gateway shows: SHA-256 or "", our record of it, whether it is assigned (None when none is)."""

    sha256: str
    certificate: Certificate | None
    is_assigned: bool | None


def shown(report: Report | None, now: datetime) -> Shown:
    """What the gateway of ``report`` shows. Two queries."""
    sha256 = report.certificate if report else ""
    known = Certificate.objects.filter(sha256=sha256).first() if sha256 else None
    current = Assignment.objects.in_force(now)
    return Shown(sha256, known, sha256 == current.certificate.sha256 if current else None)


def is_served_everywhere(now: datetime) -> bool:
    """Whether one that covers every domain of ours is assigned, and every enabled gateway shows it."""
    current = Assignment.objects.in_force(now)
    if current is None:
        return False
    names = current.certificate.facts.names
    domains = LocalDomain.objects.values_list("domain", flat=True)
    if not all(cover(names, domain) is not Cover.NOT for domain in domains):
        return False
    gateways = Gateway.objects.filter(enabled=True)
    others = gateways.exclude(report__certificate=current.certificate.sha256)
    return gateways.exists() and not others.exists()
