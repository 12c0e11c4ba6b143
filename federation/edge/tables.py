"""The columns of the two lists, which have one row each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from controlpanel.lists.listing import Column, Listing, last_changed_column
from federation.edge.rules import SWITCHES
from federation.edge.words import LABELS, SHORT_LABELS

if TYPE_CHECKING:
    from collections.abc import Callable


def _setting(name: str) -> Column:
    value: Callable[[Any], object] = lambda row: getattr(row, name)  # noqa: E731
    return Column(name, SHORT_LABELS.get(name, LABELS[name]), value, (name,), centred=True)


def _search(rows: Any, text: str) -> Any:
    """The name is the same in every language: it is an identity."""
    return rows if text.casefold() in "global" else rows.none()


ACCESS = Listing(
    name="access-edge-configuration",
    search_label=_("Search configurations"),
    order="name",
    columns=(
        Column("name", _("Name"), str, ("pk",)),
        *map(_setting, SWITCHES),
        last_changed_column(),
    ),
    search=_search,
)

XMPP = Listing(
    name="xmpp-gateway-configuration",
    search_label=_("Search configurations"),
    order="name",
    columns=(
        Column("name", _("Name"), str, ("pk",)),
        *map(_setting, ("connection_limit", "partner_connection_limit", "keep_alive", "log_bodies")),
        last_changed_column(),
    ),
    search=_search,
)
