"""Gateways that run another history than the panel, whose database was restored from a backup.

They have later revisions than it has, or other ones of the same number. They are answered 409 and go on with
what they have: what was forbidden since the backup would be allowed again by whoever gave them the restored
rules unasked, or as soon as new commits had brought its revisions up to theirs. Once somebody has looked,
``supersede`` publishes what stands here under a number beyond theirs; a gateway takes every later full
document of its panel. What follows another panel altogether it does not reach.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from controlpanel.audit.commits import Changed
from controlpanel.audit.records import record
from federation.gateway.models import Report
from federation.replication import moments, services
from federation.replication.actions import Action
from federation.replication.models import THE_ROW, Panel, Revision

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from controlpanel.audit.actor import Actor
    from federation.gateway.requests import Have

#: No backup is so many revisions old. A gateway in other hands must not push the number to where it ends.
MOST_AHEAD = 1_000_000


def is_another(have: Have, latest: Revision) -> bool:
    """Whether a gateway that has ``have`` has what this panel did not publish. Two queries."""
    panel = Panel.objects.get(pk=THE_ROW)
    if have.panel != panel.identity:
        return True
    if have.revision < panel.floor:
        return False  # forgotten, or superseded
    return (
        have.revision > latest.number
        or not Revision.objects.filter(number=have.revision, hash=have.hash).exists()
    )


def strayed() -> list[Report]:
    """The reports of enabled gateways that run another history of this panel. Four queries."""
    panel, latest = Panel.objects.get(pk=THE_ROW), Revision.objects.first()
    reports = Report.objects.filter(
        gateway__enabled=True, panel=panel.identity, revision__gte=panel.floor
    ).select_related("gateway")
    known = dict(
        Revision.objects.filter(number__in=[each.revision for each in reports]).values_list("number", "hash")
    )
    return [
        each
        for each in reports.order_by("gateway__name")
        if latest
        and each.revision is not None
        and each.revision <= latest.number + MOST_AHEAD
        and known.get(each.revision) != each.state_hash
    ]


def prune(before: datetime) -> int:
    """Forget revisions published before ``before`` that no gateway of another history needs; how many.

    From the earliest on that such a gateway has, none is forgotten: it would be given everything, unasked.
    """
    has = [each.revision for each in strayed() if each.revision is not None]
    return services.prune(before, below=min(has, default=None))


def standing() -> list[str]:
    """What letting gateways follow depends on, in words to compare: the revision here, and theirs."""
    latest = Revision.objects.first()
    return [str(latest and latest.number), *(f"{each.gateway_id} {each.revision}" for each in strayed())]


def supersede(*, seen: Sequence[str] | None = None, actor: Actor, reason: str = "") -> Revision:
    """Let gateways that run another history follow: what stands here is published beyond what they have.

    ``seen`` is the standing() that the actor saw (None: whatever it is). Raises ValidationError when there is
    none, and commits.Changed.
    """
    with moments.turn():
        found = strayed()
        if not found:
            raise ValidationError(_("No gateway runs another history of this panel."))
        if seen is not None and seen != standing():
            raise Changed
        before = Revision.objects.first()
        revision = services.publish_in_turn(beyond=max(each.revision or 0 for each in found))
        Panel.objects.filter(pk=THE_ROW).update(floor=revision.number)
        record(
            Action.SUPERSEDE,
            revision,
            actor=actor,
            reason=reason,
            before={"number": before.number if before else 0},
            after={"number": revision.number, "gateways": [str(each.gateway) for each in found]},
        )
    return revision
