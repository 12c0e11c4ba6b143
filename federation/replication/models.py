"""What is published: one line an object, each with the revision in which it became what it is.

The lines are a copy of what gateways have. So the hash of a revision follows from that of the one before by
what differs; what changed since any revision is one index scan; and a full document is one read, however many
rooms the objects come from. It costs a narrow row an object, and an update of it when the object changes: an
assignment to 100,000 users writes 100,000 of them, after its commit and without holding up others.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, ClassVar
from uuid import uuid4

from django.db import connections, models
from django.db.models import F
from django.db.models.functions import Collate
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from federation.gateway.wire import KINDS, LONGEST_KEY, SetHash

if TYPE_CHECKING:
    from collections.abc import Iterable

#: The key of the only row of Panel.
THE_ROW = 1


def new_identity() -> str:
    """A name for this panel's data that no other has."""
    return uuid4().hex


class Panel(models.Model):
    """Which panel this is, and from which revision on it can say what changed."""

    identity = models.CharField(max_length=32, default=new_identity, editable=False)
    floor = models.BigIntegerField(default=1)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.identity


class Unpublished(models.Model):
    """An event that may concern gateways, written in the transaction of its change: the outbox."""

    event = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.event)


class Revision(models.Model):
    """A state that was published: its number, when, and the hash, number and bytes of its lines."""

    number = models.BigIntegerField(_("revision"), primary_key=True)
    at = models.DateTimeField(_("published"), default=timezone.now)
    hash = models.CharField(max_length=64)
    count = models.BigIntegerField(_("objects"))
    size = models.BigIntegerField(_("bytes"))

    AUDIT_LABELS = {"gateways": _("gateways")}

    class Meta:
        verbose_name = _("revision")
        verbose_name_plural = _("revisions")
        default_permissions = ("view",)
        ordering = ("-number",)

    def __str__(self) -> str:
        return str(self.number)

    @property
    def set_hash(self) -> SetHash:
        """The hash to go on from."""
        return SetHash.parse(self.hash, self.count)


class LineQuerySet(models.QuerySet["Line"]):
    """Lines as documents ask for them."""

    def in_order(self) -> LineQuerySet:
        """In wire.sort_key order, whatever the collation of the database."""
        by_code_point = "C" if connections[self.db].vendor == "postgresql" else "BINARY"
        return self.order_by("kind", Collate(F("key"), by_code_point))

    def put(self, kind: int, revision: int, rows: Iterable[tuple[int, str, str]]) -> None:
        """Publish (key of the object, key of the line, value) in ``revision``, in one statement.

        The ORM's bulk_create takes four times as long, which counts when 100,000 users change at once.
        """
        connection = connections[self.db]
        with connection.cursor() as cursor:
            cursor.execute(_PUT[connection.vendor], [kind, revision, json.dumps(list(rows))])


_PUT_INTO = "INSERT INTO replication_line (kind, revision, object_pk, key, value) SELECT %s, %s, "
_OR_CHANGE = (
    " ON CONFLICT (kind, object_pk) DO UPDATE "
    "SET key = excluded.key, value = excluded.value, revision = excluded.revision"
)
_PUT = {
    "postgresql": (
        _PUT_INTO
        + "(row->>0)::bigint, row->>1, row->>2 FROM json_array_elements(%s::json) AS row"
        + _OR_CHANGE
    ),
    "sqlite": (  # which takes ON CONFLICT for a join unless WHERE comes before it
        _PUT_INTO
        + "json_extract(value, '$[0]'), json_extract(value, '$[1]'), json_extract(value, '$[2]') "
        + "FROM json_each(%s) WHERE true"
        + _OR_CHANGE
    ),
}


class Line(models.Model):
    """An object as it is published: its line on the wire is ``key``, a space, ``value``."""

    kind = models.PositiveSmallIntegerField(choices=list(enumerate(KINDS)))
    object_pk = models.BigIntegerField()
    key = models.CharField(max_length=LONGEST_KEY)
    value = models.TextField()
    revision = models.BigIntegerField(db_index=True)

    objects = LineQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=("kind", "object_pk"), name="replication_line_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.value}"


class Gone(models.Model):
    """A key that was taken away, and in which revision. When a line has the key again, the line counts."""

    key = models.CharField(max_length=LONGEST_KEY, unique=True)
    revision = models.BigIntegerField(db_index=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.key
