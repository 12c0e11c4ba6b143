"""How certificates look in templates."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import template

from federation.certificates import words

if TYPE_CHECKING:
    from datetime import datetime

    from federation.certificates.models import Certificate, TrustedAuthority
    from federation.certificates.words import Left

register = template.Library()


@register.filter
def left_at(row: Certificate | TrustedAuthority, now: datetime) -> Left:
    """How long a certificate lives, in words and as a level."""
    return words.left(row.not_before, row.not_after, now)


#: Names of one certificate that a list shows.
_SHOWN = 3


@register.filter
def few(names: str) -> str:
    """The first names of many, one a line, and how many more there are."""
    lines = names.split("\n")
    more = len(lines) - _SHOWN
    return "\n".join([*lines[:_SHOWN], *([f"+ {more}"] if more > 0 else [])])


@register.filter
def grouped(digits: str) -> str:
    """A thumbprint in pairs, as Windows shows it."""
    return " ".join(digits[at : at + 2] for at in range(0, len(digits), 2))
