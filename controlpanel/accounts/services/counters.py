"""Failed sign-ins, counted in the database, where all processes count together.

An attempt is counted as a failure before the password is checked, and uncounted when it was right: however
many come at once, no more are checked than may fail.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.crypto import salted_hmac

from controlpanel.accounts.models import Tally

if TYPE_CHECKING:
    from collections.abc import Iterable

#: How long a failure counts, and how long somebody is shut out.
WINDOW = timedelta(minutes=15)
#: Failures of one name from one network, of all names from one network, of one name from everywhere.
#: The last shuts nobody out, for that would be a way to keep somebody out; it raises an alarm.
PAIR_LIMIT, NETWORK_LIMIT, NAME_LIMIT = 5, 30, 20
_SWEPT = 500


class LockedOut(Exception):
    """Too many failures; the password is not checked, and the right one is refused too.

    ``fresh`` says that this attempt was the last one; ``whole`` that the network is shut out for all names.
    """

    def __init__(self, until: datetime, *, whole: bool, fresh: bool = False) -> None:
        super().__init__("too many failures")
        self.until, self.whole, self.fresh = until, whole, fresh


@dataclass(frozen=True)
class Counted:
    """How many failures there are with this one, by what they are counted."""

    pair: int
    network: int
    name: int


@dataclass(frozen=True)
class Attempt:
    """Somebody at ``network`` who says to be ``name_key``, at a time."""

    name_key: str
    network: str
    at: datetime

    @property
    def pair(self) -> tuple[str, str]:
        """By what its failures are counted most closely."""
        return digest(self.name_key), self.network

    @property
    def keys(self) -> list[tuple[str, str]]:
        """By what they are counted at all: network, name, and both."""
        name, network = self.pair
        return [("", network), (name, ""), (name, network)]


def digest(name_key: str) -> str:
    """What is kept of a name: enough to count, too little to read a password that was typed there."""
    return salted_hmac("controlpanel.accounts.tally", name_key, algorithm="sha256").hexdigest()


def refuse(attempt: Attempt) -> None:
    """Raise LockedOut when too many failures stand against ``attempt``. One query, nothing is written."""
    found = Tally.objects.filter(network=attempt.network, name__in=("", attempt.pair[0]))
    _refuse(attempt, found)


@transaction.atomic
def count(attempt: Attempt) -> Counted:
    """Count ``attempt`` as a failure. Raises LockedOut, and then it does not count."""
    rows = _locked(attempt)
    _refuse(attempt, rows.values())
    for row in rows.values():
        row.times = [*recent(row, attempt.at), attempt.at.timestamp()][-NETWORK_LIMIT:]
        row.save(update_fields=["times"])
    network, name, pair = (len(rows[key].times) for key in attempt.keys)
    return Counted(pair, network, name)


@transaction.atomic
def uncount(attempt: Attempt, *, succeeded: bool) -> None:
    """It was no failure. One that ``succeeded`` forgets the failures of the name from this network."""
    for key, row in _locked(attempt).items():
        if succeeded and key == attempt.pair:
            row.times = []
        elif attempt.at.timestamp() in row.times:
            row.times.remove(attempt.at.timestamp())
        row.save(update_fields=["times"])


def recent(row: Tally, now: datetime) -> list[float]:
    """Its failures that still count."""
    return [time for time in row.times if time > (now - WINDOW).timestamp()]


@transaction.atomic
def forget(*, name_key: str = "", network: str = "") -> int:
    """Forget all failures of a name, or from a network, or all; how many rows that were."""
    rows = Tally.objects.order_by("name", "network")
    if name_key:
        rows = rows.filter(name=digest(name_key))
    if network:
        rows = rows.filter(network=network)
    return Tally.objects.filter(pk__in=[row.pk for row in rows.select_for_update()]).delete()[0]


def sweep(now: datetime) -> None:
    """Delete what no longer counts. What others hold at this moment is left to the next time."""
    old = Tally.objects.filter(touched__lt=now - WINDOW)
    if old.exists():
        with transaction.atomic():
            free = old.select_for_update(skip_locked=True)[:_SWEPT]
            Tally.objects.filter(pk__in=[row.pk for row in free]).delete()


def standing(now: datetime) -> tuple[int, int, int]:
    """Failures that count, networks that are shut out, names over their limit. One query."""
    failures = networks = names = 0
    for row in Tally.objects.filter(touched__gt=now - WINDOW).iterator():
        number = len(recent(row, now))
        if not row.name:
            failures += number
            networks += number >= NETWORK_LIMIT
        elif not row.network:
            names += number >= NAME_LIMIT
    return failures, networks, names


def _refuse(attempt: Attempt, rows: Iterable[Tally]) -> None:
    for row in rows:
        last = datetime.fromtimestamp(row.times[-1], UTC) if row.times else attempt.at - WINDOW
        if (row.name, row.network) == attempt.pair:
            if len(row.times) >= PAIR_LIMIT and last + WINDOW > attempt.at:
                raise LockedOut(last + WINDOW, whole=False)
        elif not row.name and len(times := recent(row, attempt.at)) >= NETWORK_LIMIT:
            raise LockedOut(datetime.fromtimestamp(times[0], UTC) + WINDOW, whole=True)


def _locked(attempt: Attempt) -> dict[tuple[str, str], Tally]:
    """The three rows, made when they are missing; locked in one order, so that nobody deadlocks."""
    rows = [Tally(name=name, network=network, touched=attempt.at) for name, network in attempt.keys]
    Tally.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=("name", "network"), update_fields=("touched",)
    )
    name, network = attempt.pair
    kept = Tally.objects.filter(name__in=("", name), network__in=("", network))
    return {(row.name, row.network): row for row in kept}
