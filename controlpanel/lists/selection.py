"""The rows an action is asked to act on: the ticked ones, or all that match the list's search and filters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from controlpanel.lists.listing import Listing
    from controlpanel.shell.http import PanelRequest

#: More rows than a page holds cannot have been ticked one by one.
_MOST_TICKED = 1000


@dataclass(frozen=True)
class Selection:
    """``rows`` selected on a list; ``fields`` repeat the selection in the form that confirms the action."""

    rows: Any  # a QuerySet of the room, with its own methods
    fields: list[tuple[str, str]]

    @cached_property
    def count(self) -> int:
        """How many rows are selected."""
        return int(self.rows.count())


def selected(request: PanelRequest, listing: Listing, rows: QuerySet[Any]) -> Selection:
    """What ``request`` selects among ``rows``: parameters ``row`` (keys), or ``all=1`` with the narrowing."""
    params = request.POST if request.method == "POST" else request.GET
    if params.get("all"):
        narrowing = listing.narrowing(params)
        return Selection(listing.matching(rows, narrowing), [("all", "1"), *narrowing.pairs])
    keys = [key for key in params.getlist("row") if key.isascii() and key.isdigit() and len(key) < 19]
    keys = keys[:_MOST_TICKED]
    return Selection(rows.filter(pk__in=keys), [("row", key) for key in keys])


def one_selected(request: PanelRequest, listing: Listing, rows: QuerySet[Any]) -> Any:
    """The selected row; None, and a message, when there is none or more than one."""
    found = list(selected(request, listing, rows).rows.order_by("pk")[:2])
    if len(found) == 1:
        return found[0]
    messages.warning(request, _("Select one row first.") if not found else _("Select one row only."))
    return None


def say_none_selected(request: PanelRequest) -> None:
    """Tell that an action needs rows."""
    messages.warning(request, _("Select at least one row first."))
