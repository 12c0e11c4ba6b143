"""What rooms add to the pages of rooms below them, such as to a user's page whom the user may reach.

Rooms import downwards only, so the page cannot ask for it: a room calls ``add`` in its AppConfig.ready().
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.db import models

    from controlpanel.shell.http import PanelRequest


class Section(NamedTuple):
    """A part of a details page, below its form: a template and what it draws, as ``section`` there."""

    template: str
    shown: Any


_makers: dict[str, list[Callable[[PanelRequest, Any], Section]]] = {}


def add(kind: str, make: Callable[[PanelRequest, Any], Section]) -> None:
    """Let ``make(request, row)`` add to the pages of rows of ``kind`` ("directory.user") from now on."""
    makers = _makers.setdefault(kind, [])
    if make not in makers:
        makers.append(make)


def of(request: PanelRequest, row: models.Model | None) -> list[Section]:
    """The sections of the page of ``row``, in the order in which rooms were installed; none of a new row."""
    makers = _makers.get(row._meta.label_lower, ()) if row is not None else ()
    return [make(request, row) for make in makers]
