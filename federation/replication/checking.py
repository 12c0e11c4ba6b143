"""Is what is published what the panel's data say? Reads everything once, at one moment, with flat memory."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from controlpanel.audit.members import batches
from federation.gateway.wire import SetHash
from federation.replication.documents import full_lines
from federation.replication.models import Revision, Unpublished
from federation.replication.moments import one_moment
from federation.replication.sources import SOURCES

if TYPE_CHECKING:
    from collections.abc import Iterator

_BATCH = 2000


class Found(NamedTuple):
    """How many objects there are, and what is wrong, one sentence each."""

    objects: int
    faults: list[str]


def check() -> Found:
    """Compare the hash of the latest revision, the lines as published, and the data themselves."""
    with one_moment():
        latest = Revision.objects.all()[0]
        published, data = SetHash.of(full_lines()), SetHash.of(_lines_of_data())
        waiting = Unpublished.objects.count()
    faults = []
    if published != latest.set_hash:
        faults.append(f"The lines as published are not what revision {latest.number} says.")
    if waiting:
        faults.append(f"{waiting} events are not published yet.")
    elif data != published:
        faults.append(f"The data make {data.count} objects, other than the {published.count} published.")
    return Found(data.count, faults)


def _lines_of_data() -> Iterator[str]:
    for source in SOURCES:
        keys = source.model._default_manager.order_by("pk").values_list("pk", flat=True)
        for chunk in batches(keys.iterator(chunk_size=_BATCH), _BATCH):
            yield from (f"{each.key} {each.value}" for each in source.published(pk__in=chunk).values())
