"""How a gateway stands, for the rows of a list."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import template
from django.utils import timezone

from federation.status import words
from federation.status.standing import Standing, stands

if TYPE_CHECKING:
    from collections.abc import Iterable

    from federation.gateway.models import Gateway

register = template.Library()


@register.simple_tag
def with_standing(gateways: Iterable[Gateway]) -> int:
    """Give each gateway ``stand``, ``look``, ``label`` and ``explained``; how many run another history.

    Three queries for all of them.
    """
    strayed = 0
    for stand in stands(gateways, timezone.now()):
        row: Any = stand.gateway
        row.stand, row.look = stand, words.LOOKS[stand.standing]
        row.label, row.explained = words.LABELS[stand.standing], words.explained(stand)
        strayed += stand.standing is Standing.STRAYED
    return strayed
