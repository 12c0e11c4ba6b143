"""How looks at servers look in templates."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import template

from federation.watch import words

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from federation.certificates.words import Left
    from federation.watch.models import Look

register = template.Library()


@register.filter
def left_of(row: Look, now: datetime) -> Left | None:
    """How long the served certificate lives."""
    return row.left(now)


@register.filter
def method_labels(methods: Iterable[str]) -> str:
    """Ways of authentication in words."""
    return words.labels(methods)


@register.filter
def trouble_of(row: Look) -> str:
    """What went wrong, in words."""
    return words.told(row.trouble, row.params)
