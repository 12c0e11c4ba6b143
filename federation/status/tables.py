"""The columns of the list of gateways."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from controlpanel.lists.listing import Column, Listing, yes_no_filter
from federation.status import words
from federation.status.standing import report_of, stands

if TYPE_CHECKING:
    from federation.gateway.models import Gateway


def _standing(gateway: Gateway) -> str:
    (stand,) = stands([gateway], timezone.now())
    return f"{words.LABELS[stand.standing]} {words.explained(stand)}".strip()


def _told(name: str, gateway: Gateway) -> object:
    report = report_of(gateway)
    value = getattr(report, name) if report else None
    return "" if value is None else value


GATEWAYS = Listing(
    name="gateways",
    search_label=_("Search gateways"),
    order="name",
    columns=(
        Column("name", _("Name"), lambda gateway: gateway.name, ("name",)),
        Column("site", _("Site"), lambda gateway: gateway.site.name, ("site__name_sort", "name")),
        Column("standing", _("Status"), _standing),
        Column("revision", _("Revision"), lambda gateway: _told("revision", gateway), centred=True),
        Column("seen", _("Last report"), lambda gateway: _told("seen_at", gateway)),
        Column("server", _("Server"), lambda gateway: _told("server", gateway)),
        Column("streams", _("Live streams"), lambda gateway: _told("streams_total", gateway), centred=True),
    ),
    filters=(yes_no_filter("enabled", _("Enabled")),),
    search=lambda rows, text: rows.matching(text),
)
