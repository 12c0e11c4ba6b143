"""Whether somebody tries passwords: what Home and /metrics say of it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import gettext as _

from controlpanel.accounts.actions import Action
from controlpanel.accounts.services import counters
from controlpanel.audit.models import AuditEvent
from controlpanel.metrics.registry import Family, Sample

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

#: How long an alarm stands, and how many are named.
STANDS = timedelta(days=1)
_SHOWN = 5
#: Failures of a quarter of an hour, over all names and networks, that are no coincidence.
MANY = 100


def sentences(now: datetime) -> list[str]:
    """What goes on now, then the alarms of the last day, the newest first; at most so many. Two queries."""
    alarms = AuditEvent.objects.filter(action__in=(Action.ATTACKED, Action.SHUT), at__gt=now - STANDS)
    said = {
        Action.ATTACKED: _("Somebody tries passwords for “%(name)s” from many places."),
        Action.SHUT: _(
            "Signing in failed so often from %(name)s that it was shut out for a quarter of an hour."
        ),
    }
    newest = alarms.order_by("-pk").values_list("action", "object_name")[:100]
    told = [
        said[Action(action)] % {"name": name}
        if name
        else _("More networks were shut out than are listed here.")
        for action, name in newest
    ]
    failures, _networks, _names = counters.standing(now)
    if failures >= MANY:
        spread = _("%(number)d sign-ins failed in the last quarter of an hour, from all networks together.")
        told.insert(0, spread % {"number": failures})
    return list(dict.fromkeys(told))[:_SHOWN]


def families() -> Iterator[Family]:
    """Numbers of the last quarter of an hour. One query."""
    failures, networks, names = counters.standing(timezone.now())
    yield Family("panel_sign_in_failures", "Failed sign-ins of the last 15 minutes.", [Sample(failures)])
    yield Family("panel_sign_in_networks_shut_out", "Networks with too many failures.", [Sample(networks)])
    yield Family("panel_sign_in_names_attacked", "Names with failures from many places.", [Sample(names)])
