"""The columns and filters of the list of SIP federated providers."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from controlpanel.lists.listing import Column, Filter, Listing, last_changed_column, yes_no_filter
from federation.providers.models import Kind

LISTING = Listing(
    name="sip-federated-providers",
    search_label=_("Search providers"),
    order="name",
    columns=(
        Column("name", _("Provider name"), lambda row: row.name, ("name_sort",)),
        Column("kind", _("Kind"), lambda row: row.get_kind_display(), ("kind", "name_sort")),
        Column("enabled", _("Enabled"), lambda row: row.enabled, ("enabled", "name_sort"), centred=True),
        Column("proxy", _("Access Edge service (FQDN)"), lambda row: row.shown_proxy, ("proxy_fqdn",)),
        Column(
            "level",
            _("Default verification level"),
            lambda row: row.short_level,
            ("verification_level", "name_sort"),
        ),
        last_changed_column(),
    ),
    filters=(
        Filter(
            "kind",
            _("Kind"),
            lambda: Kind.choices,
            lambda rows, value: rows.filter(kind=value),
            everything=_("Hosted and public"),
        ),
        yes_no_filter("enabled", _("Enabled")),
    ),
    search=lambda rows, text: rows.matching(text),
)
