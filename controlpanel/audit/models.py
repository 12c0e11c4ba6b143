"""The table of events, and the columns of every recorded row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

from django.db import models
from django.utils.translation import gettext_lazy as _

from controlpanel.accounts.rights import Right
from controlpanel.audit.actions import confidential, known

if TYPE_CHECKING:
    from datetime import datetime

    from controlpanel.accounts.models import Administrator


class Recorded(models.Model):
    """Columns of a row whose changes are committed by audit.commits: nothing but columns.

    A model that has them names in ``AUDITED`` the fields that the log compares, and in ``SECRETS`` those that
    no list reads.
    """

    version = models.PositiveIntegerField(default=1, editable=False)
    changed_at = models.DateTimeField(_("last changed"), editable=False, db_index=True)
    changed_by = models.CharField(_("by"), max_length=150, editable=False)

    class Meta:
        abstract = True


class EventQuerySet(models.QuerySet["AuditEvent"]):
    """Events speak of objects, people and times. Nothing edits or deletes them."""

    def readable_by(self, account: Administrator) -> EventQuerySet:
        """What ``account`` may read: who looks after the accounts reads what strangers tried, too."""
        if account.has_right(Right.ADMINISTRATORS):
            return self
        return self.exclude(action__in=confidential())

    def about(self, row: models.Model) -> EventQuerySet:
        """The events of one object, alone or as a member, newest first."""
        kind = row._meta.label_lower
        among = EventMember.objects.filter(object_pk=row.pk, event__object_type=kind).values("event")
        return self.filter(models.Q(object_type=kind, object_pk=row.pk) | models.Q(pk__in=among)).order_by(
            "-pk"
        )

    def history(self, row: models.Model, length: int = 10) -> list[AuditEvent]:
        """The latest events of one object; an event on many is ``seen_as`` this member of it. Two queries."""
        events = list(self.about(row)[:length])
        keys = [event.pk for event in events if event.members_count]
        seen_as = {
            each.event_id: each for each in EventMember.objects.filter(event__in=keys, object_pk=row.pk)
        }
        for event in events:
            event.seen_as = seen_as.get(event.pk)
            if event.seen_as:
                event.seen_as.event = event
        return events

    def between(self, start: datetime | None, end: datetime | None) -> EventQuerySet:
        """The events from ``start`` (inclusive) to ``end`` (exclusive); None is no limit."""
        events = self.filter(at__gte=start) if start else self
        return events.filter(at__lt=end) if end else events

    def update(self, **_values: Any) -> NoReturn:
        """Refused: the log is not edited."""
        raise TypeError("The change log cannot be edited.")

    def delete(self) -> NoReturn:
        """Refused: the log is not emptied."""
        raise TypeError("The change log cannot be deleted.")


class AuditEvent(models.Model):
    """One thing that happened. Names are copied, so the event stays true when the object is gone."""

    at = models.DateTimeField(_("when"), db_index=True)
    action = models.CharField(_("action"), max_length=60, db_index=True)
    actor_name = models.CharField(_("who"), max_length=150, db_index=True)
    actor_pk = models.BigIntegerField(null=True)
    address = models.CharField(_("from"), max_length=45, blank=True)
    object_type = models.CharField(_("kind of object"), max_length=80, blank=True)
    object_pk = models.BigIntegerField(null=True)
    object_name = models.CharField(_("object"), max_length=300, blank=True)
    before = models.JSONField(_("before"), default=dict)
    after = models.JSONField(_("after"), default=dict)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    #: How many objects an event on many concerned; 0 for an event on one.
    members_count = models.PositiveIntegerField(_("members"), default=0)
    #: The member that a page is about, set by ``history``.
    seen_as: EventMember | None = None

    objects = EventQuerySet.as_manager()

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        ordering = ("-pk",)
        default_permissions = ("view",)
        indexes = (models.Index(fields=("object_type", "object_pk", "-id"), name="audit_by_object"),)

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S} {self.actor_name} {self.label} {self.object_name}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Write a new event; an existing one is refused."""
        if not self._state.adding:
            raise TypeError("The change log cannot be edited.")
        super().save(*args, **kwargs)

    def delete(self, *_args: Any, **_kwargs: Any) -> NoReturn:
        """Refused: the log is not emptied."""
        raise TypeError("The change log cannot be deleted.")

    @property
    def label(self) -> str:
        """What the action is called in the reader's language."""
        return str(known().get(self.action, self.action))


class EventMember(models.Model):
    """One of many objects that an event concerned; ``before`` and ``after`` are text, or facts in JSON."""

    # Events are never deleted, so the database need not check 100,000 times that this one is there.
    event = models.ForeignKey(AuditEvent, models.PROTECT, related_name="members", db_constraint=False)
    object_pk = models.BigIntegerField(db_index=True)
    object_name = models.CharField(_("object"), max_length=512)
    before = models.TextField(_("before"), blank=True)
    after = models.TextField(_("after"), blank=True)

    class Meta:
        verbose_name = _("member of an event")
        verbose_name_plural = _("members of events")
        default_permissions = ("view",)

    def __str__(self) -> str:
        return self.object_name
