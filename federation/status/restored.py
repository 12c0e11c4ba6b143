"""After a restore: that gateways do not follow this panel is said wherever somebody might think they do."""

from __future__ import annotations

from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _

from federation.decisions.enforcement import Hindrance
from federation.replication import histories
from federation.status.words import not_following


def sentence() -> str:
    """Which gateways do not follow; "" when all do."""
    return not_following([str(report.gateway) for report in histories.strayed()])


def warning() -> str:
    """The same for the message bar, with the way to Status."""
    said = sentence()
    return format_html('{} <a href="{}">{}</a>', said, reverse("status:list"), _("Status")) if said else ""


def hindrance() -> Hindrance:
    """The same for Test access."""
    return Hindrance(sentence(), reverse("status:list"))
