"""What /metrics tells of gateways."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from django.utils import timezone

from controlpanel.metrics.registry import Family, Sample
from federation.gateway.models import Gateway
from federation.replication.models import Revision, Unpublished
from federation.status.standing import Standing, stands

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from federation.status.standing import Stand


def families() -> Iterator[Family]:
    """What is published, and how each enabled gateway stands. Six queries."""
    now = timezone.now()
    latest = Revision.objects.values_list("number", flat=True).first() or 0
    yield Family("panel_revision", "The latest published revision.", [Sample(latest)])
    waiting = Unpublished.objects.count()
    yield Family("panel_unpublished_events", "Commits that are not published yet.", [Sample(waiting)])
    found = stands(Gateway.objects.filter(enabled=True).listed(), now)
    yield _family("up", "Whether it reports, and the rules it has hold there.", found, _is_up)
    yield _family("well", "Whether it has the latest revision and no error stands.", found, _is_well)
    yield _family("strayed", "Whether its rules are none that this panel published.", found, _is_strayed)
    yield _family("errors", "Errors that stand.", found, _errors)
    yield _family("sealing_key", "Whether certificates can be sealed for it.", found, _can_unseal)
    yield _family("revision_lag", "How many revisions it is behind.", found, partial(_lag, latest))
    yield _family("report_age_seconds", "How long ago it reported last.", found, partial(_age, now))
    yield _family("streams", "Live server-to-server streams.", found, _streams)
    for kind, label in (("refused", "code"), ("passed", "direction")):
        samples = [Sample(number, labels) for number, labels in _counted(found, kind, label)]
        sentence = f"Stanzas {kind} since the server started, by {label}."
        yield Family(f"panel_gateway_{kind}_total", sentence, samples, kind="counter")


def _family(name: str, sentence: str, found: list[Stand], value: Callable[[Stand], float | None]) -> Family:
    values = [(value(each), {"gateway": each.gateway.name}) for each in found]
    samples = [Sample(number, labels) for number, labels in values if number is not None]
    return Family(f"panel_gateway_{name}", sentence, samples)


def _is_up(stand: Stand) -> float:
    return float(stand.holds)


def _is_well(stand: Stand) -> float:
    return float(stand.is_well)


def _can_unseal(stand: Stand) -> float:
    return float(stand.gateway.can_unseal)


def _is_strayed(stand: Stand) -> float:
    return float(stand.standing in {Standing.STRAYED, Standing.FOREIGN})


def _errors(stand: Stand) -> float | None:
    return len(stand.report.alarms) if stand.report else None


def _lag(latest: int, stand: Stand) -> float:
    if _is_strayed(stand):
        return latest  # whatever its number is, it has none of ours
    return latest - ((stand.report and stand.report.revision) or 0)


def _age(now: datetime, stand: Stand) -> float | None:
    seen = stand.report.seen_at if stand.report else None
    return (now - seen).total_seconds() if seen else None


def _streams(stand: Stand) -> float | None:
    return stand.report.streams_total if stand.report else None


def _counted(found: list[Stand], kind: str, label: str) -> Iterator[tuple[int, dict[str, str]]]:
    for stand in found:
        counters = stand.report.counters.get(kind, {}) if stand.report else {}
        for value, number in counters.items():
            yield number, {"gateway": stand.gateway.name, label: value}
