"""Publishing: what was committed becomes the next revision.

A commit puts its event into the outbox in its own transaction (outbox.py). Right after it, in the same
request, ``publish`` takes everything in the outbox, compares the objects concerned with the lines as
published, and writes those that differ under the next number. Whoever publishes holds the turn until its
transaction is committed, so numbers have no gaps and nobody sees 8 before 7.

Why not number within the commit's own transaction: the number's lock would be held from there to the end of
every commit, an assignment to 100,000 users too, and each would wait for the disk of the one before. So a
commit waits for nobody, and commits that come together share a revision. The price: for some milliseconds
(seconds after a change of 100,000 users) a commit stands in the outbox only. It cannot be lost: whoever
commits next publishes it, and so does each process in which a gateway waits, within a second.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db.models import Exists, OuterRef
from django.utils import timezone

from controlpanel.audit.members import batches
from controlpanel.audit.models import AuditEvent, EventMember
from federation.gateway.wire import SetHash
from federation.replication import moments
from federation.replication.documents import full_lines
from federation.replication.models import THE_ROW, Gone, Line, Panel, Revision, Unpublished
from federation.replication.sources import SOURCES, source_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator
    from datetime import datetime

    from federation.replication.sources import Source

_BATCH = 2000
#: Stands in the outbox in place of an event: a new version of the panel publishes its settings in a new form.
NEW_FORM = 0


@dataclass
class _Draft:
    """The revision in the making."""

    number: int
    hash: SetHash = field(default_factory=SetHash)
    size: int = 0
    differs: bool = False

    def put(self, line: str) -> None:
        self.hash, self.size, self.differs = self.hash.put(line), self.size + _size(line), True

    def drop(self, line: str) -> None:
        self.hash, self.size, self.differs = self.hash.drop(line), self.size - _size(line), True


def publish(*, everything: bool = False) -> Revision:
    """Publish what is in the outbox, if anything is; ``everything`` compares every object there is.

    Returns the latest revision.
    """
    latest = Revision.objects.first()
    if latest and not everything and not Unpublished.objects.exists():
        return latest
    with moments.turn():
        return publish_in_turn(everything=everything)


def prune(before: datetime, *, below: int | None = None) -> int:
    """Forget revisions published before ``before``, but the latest; returns how many.

    A gateway that has one of them, or none, gets a full document. With ``below`` only numbers below it.
    """
    with moments.turn():
        old = Revision.objects.filter(at__lt=before).exclude(number=Revision.objects.values("number")[:1])
        if below is not None:
            old = old.filter(number__lt=below)
        floor = old.values_list("number", flat=True).first()
        if floor is None:
            return 0
        Panel.objects.filter(pk=THE_ROW, floor__lte=floor).update(floor=floor + 1)
        Gone.objects.filter(revision__lte=floor + 1).delete()
        return old.delete()[0]


def publish_in_turn(*, everything: bool = False, beyond: int = 0) -> Revision:
    """``publish``, for who holds the turn; ``beyond``: under a number after it, though nothing differs."""
    latest = Revision.objects.first()
    events = list(Unpublished.objects.values_list("event", flat=True))
    number = max(latest.number if latest else 0, beyond) + 1
    if latest and not everything:
        draft, work = _Draft(number, latest.set_hash, latest.size), _objects_of(events)
    else:
        draft, work = _whole_draft(number, latest), _all_objects()
    for source, keys in work:
        _compare(source, keys, draft)
    for chunk in batches(events):
        Unpublished.objects.filter(event__in=chunk).delete()
    if latest and not draft.differs and not beyond:
        return latest
    revision = Revision.objects.create(
        number=draft.number,
        at=timezone.now(),
        hash=draft.hash.hex,
        count=draft.hash.count,
        size=draft.size,
    )
    moments.announce(revision.number)
    return revision


def _whole_draft(number: int, latest: Revision | None) -> _Draft:
    """A draft that goes on from the lines there are, whatever their revision says of them."""
    draft = _Draft(number)
    for line in full_lines():
        draft.put(line)
    draft.differs = latest is None or draft.hash != latest.set_hash or draft.size != latest.size
    return draft


def _objects_of(events: Collection[int]) -> Iterator[tuple[Source, list[int]]]:
    """The objects that ``events`` are about, by source."""
    single: dict[Source, set[int]] = {}
    bulk: dict[Source, list[int]] = {}
    if NEW_FORM in events and (settings := source_of("edge.xmppgatewayconfiguration")):
        single[settings] = {THE_ROW}
    for chunk in batches(events):
        rows = AuditEvent.objects.filter(pk__in=chunk)
        for pk, object_type, object_pk in rows.values_list("pk", "object_type", "object_pk"):
            if (source := source_of(object_type)) is None:
                continue
            if object_pk is None:
                bulk.setdefault(source, []).append(pk)
            else:
                single.setdefault(source, set()).add(object_pk)
    for source, numbers in single.items():
        yield from ((source, chunk) for chunk in batches(sorted(numbers), _BATCH))
    for source, of in bulk.items():
        members = EventMember.objects.filter(event__in=of).order_by("object_pk").distinct()
        keys = members.values_list("object_pk", flat=True).iterator(chunk_size=_BATCH)
        yield from ((source, chunk) for chunk in batches(keys, _BATCH))


def _all_objects() -> Iterator[tuple[Source, list[int]]]:
    """Every object there is, and every line whose object is not there any more."""
    for source in SOURCES:
        keys = source.model._default_manager.order_by("pk").values_list("pk", flat=True)
        yield from ((source, chunk) for chunk in batches(keys.iterator(chunk_size=_BATCH), _BATCH))
        there = source.model._default_manager.filter(pk=OuterRef("object_pk"))
        stale = Line.objects.filter(~Exists(there), kind=source.number)
        yield from ((source, chunk) for chunk in batches(list(stale.values_list("object_pk", flat=True))))


def _compare(source: Source, keys: list[int], draft: _Draft) -> None:
    """Publish those of the objects whose lines differ from what is published."""
    lines = Line.objects.filter(kind=source.number, **_named("object_pk", keys))
    old = {pk: (key, value) for pk, key, value in lines.values_list("object_pk", "key", "value")}
    new = source.published(**_named("pk", keys))
    differing = [pk for pk in {*old, *new} if old.get(pk) != new.get(pk)]
    if not differing:
        return
    for pk in differing:
        if pk in old:
            draft.drop(" ".join(old[pk]))
        if pk in new:
            draft.put(" ".join(new[pk]))
    put = ((pk, *new[pk]) for pk in differing if pk in new)
    Line.objects.put(source.number, draft.number, put)
    if over := [pk for pk in differing if pk not in new]:
        lines.filter(object_pk__in=over).delete()
    kept = {each.key for each in new.values()}
    _let_go({old[pk][0] for pk in differing if pk in old} - kept, draft.number)


def _named(field: str, keys: list[int]) -> dict[str, Any]:
    """A condition for rows with these keys.

    Keys that stand close together are asked for as a range, which is quicker; comparing those in between does
    no harm.
    """
    least, most = min(keys), max(keys)
    if len(keys) > 100 and most - least < 3 * len(keys):
        return {f"{field}__range": (least, most)}
    return {f"{field}__in": keys}


def _let_go(keys: Iterable[str], number: int) -> None:
    Gone.objects.bulk_create(
        [Gone(key=key, revision=number) for key in sorted(keys)],
        update_conflicts=True,
        unique_fields=["key"],
        update_fields=["revision"],
    )


def _size(line: str) -> int:
    return len(line.encode()) + 1
