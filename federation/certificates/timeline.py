"""The picture of all certificates: where each begins and ends, on one line of time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from federation.certificates.words import Left, left

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from federation.certificates.models import Certificate

#: What is shown: two months back, and as far ahead as certificates reach, from a quarter to 400 days.
BACK, LEAST_AHEAD, MOST_AHEAD = timedelta(days=60), timedelta(days=90), timedelta(days=400)


@dataclass(frozen=True)
class Bar:
    """A certificate: where its bar starts and how long it is, in percent; ``beyond`` when it goes on."""

    row: Certificate
    x: str
    width: str
    left: Left
    beyond: bool


@dataclass(frozen=True)
class Tick:
    """The first day of a month."""

    x: str
    day: datetime


@dataclass(frozen=True)
class Timeline:
    """Bars, ticks, and where today is."""

    bars: list[Bar]
    ticks: list[Tick]
    today: str


def timeline(rows: Sequence[Certificate], now: datetime) -> Timeline:
    """The picture of ``rows`` at ``now``."""
    start = now - BACK
    last = max((row.not_after for row in rows), default=now)
    end = now + min(max(last - now + timedelta(days=15), LEAST_AHEAD), MOST_AHEAD)

    def place(moment: datetime) -> float:
        return 100 * (min(max(moment, start), end) - start) / (end - start)

    bars = [
        Bar(
            row,
            _percent(place(row.not_before)),
            _percent(max(place(row.not_after) - place(row.not_before), 0.4)),
            left(row.not_before, row.not_after, now),
            row.not_after > end,
        )
        for row in rows
    ]
    ticks = [Tick(_percent(place(day)), day) for day in _months(start, end)]
    return Timeline(bars, ticks, _percent(place(now)))


def _percent(number: float) -> str:
    return f"{number:.2f}%"


def _months(start: datetime, end: datetime) -> Iterator[datetime]:
    """First days of months, every second one when there are many."""
    step = 1 if end - start < timedelta(days=250) else 2
    day = start.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    while day < end:
        if day > start:
            yield day
        for _month in range(step):
            day = (day + timedelta(days=32)).replace(day=1)
