"""The documents of the current revision: full, or what changed since another.

Their lines go to a temporary file, so memory does not grow with them and no transaction waits for a slow
gateway. Gateways that want the same lines at the same time share the file: twenty that start together cost
one reading, and so do twenty that waited at the same revision.
"""

from __future__ import annotations

import heapq
import os
import threading
import time
import weakref
from dataclasses import dataclass, field, replace
from tempfile import TemporaryFile
from typing import IO, TYPE_CHECKING, Any

from django.db.models import Count

from controlpanel.audit.members import batches
from federation.gateway import wire
from federation.replication.models import THE_ROW, Gone, Line, Panel, Revision
from federation.replication.moments import one_moment

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from django.db.models import QuerySet

    from federation.gateway.requests import Have
    from federation.replication.models import LineQuerySet

#: Beyond so many changed objects a full document is sent (a gateway takes 64 MiB of changes).
MOST_CHANGES = 250_000
#: A full document is given again for so many seconds, though there are later revisions: changes lead on.
FRESH = 30
_BATCH, _PIECE = 5000, 65536


@dataclass(frozen=True)
class Body:
    """The lines of a document in a file without a name, which goes away with the last who reads it."""

    header: wire.Header
    file: IO[bytes]
    length: int
    made: float = field(default_factory=time.monotonic)

    def pieces(self) -> Iterator[bytes]:
        """The lines; any number may read at the same time."""
        offset = 0
        while piece := os.pread(self.file.fileno(), _PIECE, offset):
            offset += len(piece)
            yield piece


@dataclass(frozen=True)
class Document:
    """A document for one gateway."""

    header: wire.Header
    body: Body

    @property
    def length(self) -> int:
        """In bytes."""
        return len(self.header.encode()) + self.body.length

    def pieces(self) -> Iterator[bytes]:
        """All of it."""
        yield self.header.encode()
        yield from self.body.pieces()


class HashDiffers(Exception):
    """The lines as published are not what the hash of their revision says."""


_changes_lock, _full_lock = threading.Lock(), threading.Lock()
_changes_kept: dict[Have, Body] = {}
_full_kept: list[Body] = []


def for_gateway(name: str, have: Have | None, waited_for: int = 0, *, everything: bool = False) -> Document:
    """What brings the gateway ``name`` from what it has to the current revision. Raises HashDiffers.

    ``waited_for`` is a revision that is there by now and that others wait for at ``have``, too.
    """
    body = None
    if have and not everything:
        body = _shared_changes(have, waited_for) if waited_for else _changes(have)
    body = body or _full(have)
    return Document(replace(body.header, gateway=name), body)


def forget() -> None:
    """Forget what was read (in tests, where the database changes)."""
    _changes_kept.clear()
    _full_kept.clear()


def full_lines() -> Iterator[str]:
    """Every line as published, in order."""
    return _texts(Line.objects.all())


def _shared_changes(have: Have, revision: int) -> Body | None:
    with _changes_lock:
        kept = _changes_kept.get(have)
        if kept is None or kept.header.revision < revision:
            kept = _changes(have)
            _changes_kept.clear()
            if kept:
                _changes_kept[have] = kept
        return kept


def _changes(have: Have) -> Body | None:
    """What changed since ``have``; None when that is no revision of ours from which changes lead on."""
    with one_moment():
        panel, latest = Panel.objects.get(pk=THE_ROW), Revision.objects.all()[0]
        if have.panel != panel.identity or not panel.floor <= have.revision <= latest.number:
            return None
        known = Revision.objects.filter(number=have.revision, hash=have.hash).exists()
        lines = Line.objects.filter(revision__gt=have.revision)
        gone = Gone.objects.filter(revision__gt=have.revision)
        if not known or _count(lines) + _count(gone) > MOST_CHANGES:
            return None
        away = _away(set(gone.values_list("key", flat=True)), lines)
        header = _header(panel, latest, len(away) + lines.count(), have.revision)
        return _written(header, heapq.merge(away, _texts(lines), key=_place) if away else _texts(lines))


def _full(have: Have | None) -> Body:
    """Everything; at least as new as what the gateway has, or it would refuse it."""
    with _full_lock, one_moment():
        panel, latest = Panel.objects.get(pk=THE_ROW), Revision.objects.all()[0]
        for kept in _full_kept:
            known = Revision.objects.filter(number=kept.header.revision, hash=kept.header.hash).exists()
            is_new = kept.header.revision >= min(have.revision if have else 0, latest.number)
            is_fresh = kept.header.revision == latest.number or time.monotonic() - kept.made < FRESH
            if known and is_new and is_fresh and kept.header.panel == panel.identity:
                return kept
        header = _header(panel, latest, latest.count)
        _full_kept[:] = [_written(header, _checked(header, full_lines()))]
        return _full_kept[0]


def _header(panel: Panel, latest: Revision, lines: int, since: int | None = None) -> wire.Header:
    return wire.Header(panel.identity, "", latest.number, latest.hash, latest.count, lines, since)


def _count(rows: QuerySet[Any]) -> int:
    """How many rows there are; no more than it takes to see that they are too many."""
    return int(rows.order_by()[: MOST_CHANGES + 1].aggregate(n=Count("pk"))["n"])


def _away(keys: set[str], changed: LineQuerySet) -> list[str]:
    """Of ``keys``, which were taken away, those that did not come back; in order."""
    if keys:
        keys -= set(changed.filter(key__in=keys).values_list("key", flat=True))
    return sorted(keys, key=wire.sort_key)


def _place(line: str) -> tuple[int, str]:
    return wire.sort_key(line.partition(" ")[0])


def _checked(header: wire.Header, lines: Iterable[str]) -> Iterator[str]:
    """Every line; then raises HashDiffers unless they are what the header says."""
    total = wire.SetHash()
    for line in lines:
        total = total.put(line)
        yield line
    if (total.hex, total.count) != (header.hash, header.count):
        raise HashDiffers(f"Revision {header.revision} has lines that are not of its hash.")


def _written(header: wire.Header, lines: Iterable[str]) -> Body:
    file = TemporaryFile(buffering=0)  # noqa: SIM115 # closed with the last who reads it
    length = 0
    for some in batches(lines, 1000):
        length += file.write("".join(f"{line}\n" for line in some).encode())
    body = Body(header, file, length)
    weakref.finalize(body, file.close)
    return body


def _texts(lines: LineQuerySet) -> Iterator[str]:
    pairs = lines.in_order().values_list("key", "value")
    return map(" ".join, pairs.iterator(chunk_size=_BATCH))
