"""The columns of the tab Partners' servers."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from controlpanel.lists.listing import Column, Filter, Listing
from federation.watch.words import labels, told

LOOKS = Listing(
    name="looks",
    search_label=_("Search servers"),
    order="left",
    columns=(
        Column("name", _("Domain"), str, ("domain",)),
        Column("issuer", _("Issuer"), lambda row: row.issuer if row.sha256 else ""),
        Column("left", _("Valid until"), lambda row: row.not_after, ("ends", "domain")),
        Column("methods", _("Offers"), lambda row: labels(row.methods)),
        Column("trouble", _("Trouble"), lambda row: told(row.trouble, row.params)),
        Column("seen", _("Seen"), lambda row: row.seen_at, ("seen_at",)),
    ),
    filters=(
        Filter(
            "state",
            _("State"),
            lambda: [("trouble", _("With trouble")), ("ended", _("Ended"))],
            lambda rows, value: (
                rows.exclude(trouble="") if value == "trouble" else rows.filter(not_after__lt=timezone.now())
            ),
            everything=_("All servers"),
        ),
    ),
    search=lambda rows, text: rows.matching(text),
)
