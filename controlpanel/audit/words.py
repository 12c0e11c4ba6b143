"""How an event reads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.urls import NoReverseMatch, reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

if TYPE_CHECKING:
    from controlpanel.audit.models import AuditEvent


@dataclass(frozen=True)
class Change:
    """One field: its label, what it was and what it is; None is "was not there"."""

    label: str
    before: str | None
    after: str | None


def changes(event: AuditEvent) -> list[Change]:
    """What the event changed, field by field, in the reader's language."""
    kept = {*event.before, *event.after}
    names = [name for name in _audited(event) if name in kept]
    names += sorted(kept.difference(names))
    return [
        Change(_label(event, name), _shown(event.before, name), _shown(event.after, name)) for name in names
    ]


def summary(event: AuditEvent) -> str:
    """All changes on one line, for the list and the export."""
    parts, colon = [], pgettext("after a label", ":")
    for change in changes(event):
        if change.before is None or change.after is None:
            value = change.after if change.before is None else change.before
            if value not in ("", None):
                parts.append(f"{change.label}{colon} {value}")
        else:
            parts.append(f"{change.label}{colon} {change.before or '–'} → {change.after or '–'}")
    return pgettext("between two changes", "; ").join(parts)


def address_of(event: AuditEvent) -> str:
    """The page of the object, when its room has one; the object itself may be gone.

    It is the URL name ``<room>:details``, or what the model names in ``PAGE``.
    """
    if not event.object_type or event.object_pk is None:
        return ""
    try:
        model = apps.get_model(event.object_type)
        page = getattr(model, "PAGE", f"{model._meta.app_label}:details")
        return reverse(page, args=[event.object_pk])
    except (LookupError, NoReverseMatch):
        return ""


def _audited(event: AuditEvent) -> tuple[str, ...]:
    """The fields of the object in the order of its dialog; the database keeps them in an order of its own."""
    try:
        return tuple(getattr(apps.get_model(event.object_type), "AUDITED", ()))
    except (LookupError, ValueError):
        return ()


def _label(event: AuditEvent, name: str) -> str:
    try:
        model = apps.get_model(event.object_type)
        if said := getattr(model, "AUDIT_LABELS", {}).get(name):
            return capfirst(str(said))
        field = model._meta.get_field(name)
    except (LookupError, FieldDoesNotExist, ValueError):
        return capfirst(name.replace("_", " "))
    return capfirst(str(getattr(field, "verbose_name", name)))


def _shown(facts: dict[str, Any], name: str) -> str | None:
    if name not in facts:
        return None
    value = facts[name]
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return "" if value is None else str(value)
