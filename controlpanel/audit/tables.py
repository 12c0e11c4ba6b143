"""The columns and filters of the change log."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db.models import Q
from django.utils.dateparse import parse_date
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from controlpanel.audit.actions import known
from controlpanel.audit.models import EventMember
from controlpanel.audit.words import member_summary, summary
from controlpanel.lists.listing import Column, Filter, Listing
from controlpanel.lists.prefix import starts

if TYPE_CHECKING:
    from collections.abc import Iterable


def kinds() -> Iterable[tuple[str, str]]:
    """The kinds of object that rooms record: models that say what is audited."""
    for model in apps.get_models():
        if hasattr(model, "AUDITED"):
            yield model._meta.label_lower, capfirst(str(model._meta.verbose_name))


def _search(rows: Any, text: str) -> Any:
    return rows.filter(
        Q(object_name__icontains=text) | Q(actor_name__icontains=text) | Q(reason__icontains=text)
    )


def _since(rows: Any, value: str) -> Any:
    day = _day(value)
    return rows.between(day, None) if day else rows.none()


def _until(rows: Any, value: str) -> Any:
    day = _day(value)
    return rows.between(None, day + timedelta(days=1)) if day else rows.none()


def _day(value: str) -> datetime | None:
    try:
        day = parse_date(value)
    except ValueError:
        return None
    return datetime(day.year, day.month, day.day, tzinfo=UTC) if day and day.year < 9999 else None


def _object(rows: Any, value: str) -> Any:
    """Events on the object with this key, alone or as one of many; the kind is another filter."""
    if not (value.isascii() and value.isdigit() and len(value) < 19):
        return rows.none()
    among = EventMember.objects.filter(object_pk=int(value)).values("event")
    return rows.filter(Q(object_pk=int(value)) | Q(pk__in=among))


LISTING = Listing(
    name="change-log",
    search_label=_("Search object, person or reason"),
    order="-at",
    selectable=False,
    columns=(
        Column("at", _("When (UTC)"), lambda event: event.at, ("pk",)),
        Column("who", _("Who"), lambda event: event.actor_name, ("actor_name",)),
        Column("action", _("Action"), lambda event: event.label, ("action",)),
        Column("object", _("Object"), lambda event: event.object_name, ("object_name",)),
        Column("changes", _("What changed"), summary),
        Column("reason", _("Reason"), lambda event: event.reason),
        Column("from", _("From"), lambda event: event.address),
    ),
    filters=(
        Filter(
            "action",
            _("Action"),
            lambda: known().items(),
            lambda rows, value: rows.filter(action=value),
            everything=_("All actions"),
        ),
        Filter(
            "kind",
            _("Kind of object"),
            kinds,
            lambda rows, value: rows.filter(object_type=value),
            everything=_("All kinds of object"),
        ),
        Filter(
            "who",
            _("Who"),
            None,
            lambda rows, value: rows.filter(actor_name__iexact=value),
        ),
        Filter("from", _("From address"), None, lambda rows, value: rows.filter(address__startswith=value)),
        Filter("since", _("From day"), None, _since, kind="date"),
        Filter("until", _("To day"), None, _until, kind="date"),
        Filter("object", _("Object number"), None, _object, kind="hidden"),
    ),
    search=_search,
)

MEMBERS = Listing(
    name="members-of-an-event",
    search_label=_("Search by the beginning of the name"),
    order="name",
    selectable=False,
    columns=(
        Column("name", _("Object"), lambda member: member.object_name, ("object_name",)),
        Column("changes", _("What changed"), member_summary),
    ),
    search=lambda rows, text: rows.filter(
        starts("object_name", text) | starts("object_name", text.casefold())
    ),
)
