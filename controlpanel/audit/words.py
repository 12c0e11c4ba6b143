"""How an event reads."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.urls import NoReverseMatch, reverse
from django.utils.formats import number_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

if TYPE_CHECKING:
    from controlpanel.audit.models import AuditEvent, EventMember


#: How many items of a list an event names; the event itself holds all.
SHOWN_ITEMS = 20


@dataclass(frozen=True)
class Change:
    """One field: its label, what it was and what it is; None is "was not there"."""

    label: str
    before: str | None
    after: str | None


def changes(event: AuditEvent) -> list[Change]:
    """What the event changed, field by field, in the reader's language."""
    return _compared(event, event.before, event.after)


def member_changes(member: EventMember) -> list[Change]:
    """What an event on many changed of one of them; a change without facts has no label."""
    before, after = _read(member.before), _read(member.after)
    if before is None and after is None:
        return [Change("", _word(member.event, member.before), _word(member.event, member.after))]
    return _compared(member.event, before or {}, after or {})


def summary(event: AuditEvent) -> str:
    """All changes on one line, for the list and the export; of an event on many, their number first.

    Where ``seen_as`` is set, the page is about one of those many, and the line says what became of it.
    """
    if event.seen_as:
        return member_summary(event.seen_as)
    return pgettext("between two changes", "; ").join(filter(None, [many(event), _line(changes(event))]))


def member_summary(member: EventMember) -> str:
    """What happened to one of many, on one line."""
    return _line(member_changes(member))


def compared(kind: str, before: dict[str, Any], after: dict[str, Any]) -> str:
    """What differs between two sets of facts of one object of ``kind`` (a model's label), on one line."""
    from controlpanel.audit.models import AuditEvent  # the model's own pages use these words

    names = {name for name in (*before, *after) if before.get(name) != after.get(name)}
    event = AuditEvent(
        object_type=kind,
        before={name: value for name, value in before.items() if name in names},
        after={name: value for name, value in after.items() if name in names},
    )
    return _line(changes(event))


def many(event: AuditEvent) -> str:
    """How many objects an event on many concerned, such as "100,000 users"; "" for an event on one."""
    if not event.members_count:
        return ""
    number = number_format(event.members_count, force_grouping=True)
    options = getattr(_model(event), "_meta", None)
    if options is None:
        return number
    return f"{number} {options.verbose_name if event.members_count == 1 else options.verbose_name_plural}"


def address_of(event: AuditEvent) -> str:
    """The page of the object, when its room has one; the object itself may be gone."""
    return _page(event, event.object_pk)


def member_address(member: EventMember) -> str:
    """The page of one of many, in the same way."""
    return _page(member.event, member.object_pk)


def _page(event: AuditEvent, pk: int | None) -> str:
    """The URL name ``<room>:details``, or what the model names in ``PAGE``."""
    model = _model(event)
    if model is None or pk is None:
        return ""
    try:
        return reverse(getattr(model, "PAGE", f"{model._meta.app_label}:details"), args=[pk])
    except NoReverseMatch:
        return ""


def _model(event: AuditEvent) -> type[models.Model] | None:
    try:
        return apps.get_model(event.object_type)
    except (LookupError, ValueError):
        return None


def _line(all_changes: list[Change]) -> str:
    parts, colon = [], pgettext("after a label", ":")
    for change in all_changes:
        label = f"{change.label}{colon} " if change.label else ""
        if change.before is None or change.after is None:
            value = change.after if change.before is None else change.before
            if value not in ("", None):
                parts.append(f"{label}{value}")
        else:
            parts.append(f"{label}{change.before or '–'} → {change.after or '–'}")
    return pgettext("between two changes", "; ").join(parts)


def _compared(event: AuditEvent, before: dict[str, Any], after: dict[str, Any]) -> list[Change]:
    """In the order of the object's dialog; the database keeps fields in an order of its own."""
    kept = {*before, *after}
    names = [name for name in getattr(_model(event), "AUDITED", ()) if name in kept]
    names += sorted(kept.difference(names))
    return [
        Change(_label(event, name), _shown(event, before, name), _shown(event, after, name)) for name in names
    ]


def _read(text: str) -> dict[str, Any] | None:
    """The facts that a member holds in JSON; None when it holds plain words."""
    if not text.startswith("{"):
        return None
    try:
        facts = json.loads(text)
    except ValueError:
        return None
    return facts if isinstance(facts, dict) else None


def _field(event: AuditEvent, name: str) -> Any:
    model = _model(event)
    try:
        return model._meta.get_field(name) if model else None
    except FieldDoesNotExist:
        return None


def _label(event: AuditEvent, name: str) -> str:
    if said := getattr(_model(event), "AUDIT_LABELS", {}).get(name):
        return capfirst(str(said))
    return capfirst(str(getattr(_field(event, name), "verbose_name", name.replace("_", " "))))


def _word(event: AuditEvent, text: str) -> str:
    """A word that a room writes into the log, in the reader's language."""
    return str(getattr(_model(event), "AUDIT_WORDS", {}).get(text, text))


def _shown(event: AuditEvent, facts: dict[str, Any], name: str) -> str | None:
    if name not in facts:
        return None
    value = facts[name]
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, list):
        more = f", … ({number_format(len(value), force_grouping=True)})" if len(value) > SHOWN_ITEMS else ""
        return ", ".join(map(str, value[:SHOWN_ITEMS])) + more
    field = _field(event, name)
    if value and isinstance(field, models.DateTimeField):
        return f"{value[:19].replace('T', ' ')} UTC"
    if choices := getattr(field, "flatchoices", None):
        return str(dict(choices).get(value, value))
    return "" if value is None else _word(event, str(value))
