"""What is watched: certificates of ours that matter, and those that partners' servers showed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.translation import gettext as _

from federation.certificates.models import Assignment, Certificate
from federation.certificates.words import left
from federation.watch import words
from federation.watch.faults import faults_of
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
    """A certificate and its end. ``kind`` is "gateway" or "partner"; ``url`` its page.

    ``errors`` and ``warnings``: sentences about what else is wrong with one that the gateway uses.
    """

    kind: str
    name: str
    sha256: str
    ends: datetime
    left: Left
    url: str
    errors: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def status(self) -> int:
        """OK, WARNING or CRITICAL."""
        fault = CRITICAL if self.errors else WARNING if self.warnings else OK
        return max(_STATUS[self.left.level], fault)

    @property
    def sentence(self) -> str:
        """What is told by mail, in the language in force."""
        text = (
            _("The certificate “%(name)s” of the gateway: %(left)s, on %(day)s.")
            if self.kind == "gateway"
            else _("The certificate that “%(name)s” shows: %(left)s, on %(day)s.")
        )
        return text % {"name": self.name, "left": self.left.words, "day": f"{self.ends:%Y-%m-%d}"}

    @property
    def due(self) -> int | None:
        """The reminder that is due: the last of DAYS that was reached, or None."""
        return (
            min((days for days in DAYS if self.left.days < days), default=None) if self.left.days >= 0 else 0
        )


def watched(now: datetime) -> list[Watched]:
    """All by their end: ours in use, planned or not renewed, and what partners of today showed."""
    ours = [
        _of_gateway(row, now)
        for row in Certificate.objects.listed(now).select_related("key_pair")
        if row.used or row.planned or (row.renewed_by is None and row.not_after > now)
    ]
    theirs = [
        Watched(
            "partner",
            str(look),
            look.sha256,
            look.not_after,
            left(look.not_before, look.not_after, now),
            reverse("watch:details", args=[look.pk]),
        )
        for look in Look.objects.of_partners().exclude(not_after=None).defer("places", "chain")
        if look.not_before and look.not_after
    ]
    return sorted([*ours, *theirs], key=lambda each: (each.ends, each.name))


def _of_gateway(row: Any, now: datetime) -> Watched:
    """A certificate of ours, as listed(); one in use or planned with its chain, its key and our domains."""
    page = reverse("certificates:gateway-details", args=[row.pk])
    if not (row.used or row.planned):
        lives = left(row.not_before, row.not_after, now)
        return Watched("gateway", row.name, row.sha256, row.not_after, lives, page)
    found = faults_of(row, at=now if row.used else row.planned)
    lives = left(row.not_before, found.ends, now)
    return Watched("gateway", row.name, row.sha256, found.ends, lives, page, found.errors, found.warnings)


#: What a reminder about a partner's new issuer is noted as, in place of days.
NEW_ISSUER = -1
#: How long a new issuer is news.
NEWS = timedelta(days=30)


@dataclass(frozen=True)
class Notice:
    """Something to tell by mail, once: ``key`` is a thumbprint and the days, or NEW_ISSUER."""

    key: tuple[str, int]
    sentence: str


def notices(found: list[Watched], now: datetime) -> list[Notice]:
    """All that is to be told by now, in the language in force: what ends, and whose issuer is new."""
    ending = [Notice((each.sha256, each.due), each.sentence) for each in found if each.due is not None]
    known = Look.objects.of_partners() | Look.objects.of_ours()
    changed = known.filter(issuer_changed_at__gt=now - NEWS).exclude(sha256="")
    return [*ending, *(Notice((look.sha256, NEW_ISSUER), issuer_changed(look)) for look in changed)]


def letter(told: list[Notice]) -> str:
    """The mail that tells them, in the language in force."""
    sentences = [each.sentence for each in told]
    return "\n\n".join([*sentences, _("The panel shows all certificates under Security.")]) + "\n"


def issuer_changed(look: Look) -> str:
    """The sentence about a server whose certificate another authority issued than before."""
    text = _("The issuer for “%(domain)s” changed on %(day)s, from “%(before)s” to “%(now)s”.")
    day = f"{look.issuer_changed_at:%Y-%m-%d}"
    return text % {"domain": look, "day": day, "before": look.issuer_before, "now": look.issuer}


def served_otherwise(now: datetime) -> list[str]:
    """A sentence for each domain of ours whose server showed another certificate than the assigned one.

    A look from before the assignment says nothing about it.
    """
    current = Assignment.objects.in_force(now)
    if current is None:
        return []
    looks = Look.objects.of_ours().filter(seen_at__gte=current.use_from).order_by("domain")
    text = _("The gateway shows another certificate for “%(domain)s” than the assigned “%(name)s”.")
    assigned = {current.certificate.sha256}
    return [text % {"domain": look, "name": current} for look in looks if look.thumbprints - assigned]


def unreached() -> list[str]:
    """A sentence for each domain of ours at which the last look found nobody."""
    text = _("Nobody reaches the gateway at “%(domain)s”. %(why)s")
    return [
        text % {"domain": look, "why": words.told(look.trouble, look.params)}
        for look in Look.objects.of_ours().exclude(trouble="").order_by("domain")
    ]


def unassigned(now: datetime) -> str:
    """A sentence when the gateway has certificates and uses none; "" else."""
    if Certificate.objects.exists() and not Certificate.objects.listed(now).filter(used=True).exists():
        return _("No certificate is assigned to the gateway, so partners cannot connect with TLS.")
    return ""


def worst(found: list[Watched], now: datetime) -> int:
    """The exit status of all."""
    status = max((each.status for each in found), default=OK)
    return CRITICAL if unassigned(now) or served_otherwise(now) or unreached() else status
