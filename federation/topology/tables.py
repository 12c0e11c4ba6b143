"""The columns of the lists of sites, pools and domains."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from controlpanel.lists.listing import Column, Filter, Listing, last_changed_column
from federation.topology.models import PoolKind, SiteKind

SITES = Listing(
    name="sites",
    search_label=_("Search sites"),
    order="name",
    columns=(
        Column("name", _("Name"), lambda site: site.name, ("name_sort",)),
        Column("kind", _("Kind"), lambda site: site.get_kind_display(), ("kind", "name_sort")),
        Column("parent", _("Central site"), lambda site: site.parent or ""),
        Column("pools", _("Pools"), lambda site: site.pool_count, ("pool_count", "name_sort"), centred=True),
        Column("description", _("Description"), lambda site: site.description),
        last_changed_column(),
    ),
    filters=(
        Filter(
            "kind",
            _("Kind"),
            lambda: SiteKind.choices,
            lambda rows, value: rows.filter(kind=value),
            everything=_("All sites"),
        ),
    ),
    search=lambda rows, text: rows.matching(text),
)

POOLS = Listing(
    name="pools",
    search_label=_("Search pools"),
    order="name",
    columns=(
        Column("name", _("FQDN"), lambda pool: pool.fqdn, ("fqdn",)),
        Column("site", _("Site"), lambda pool: pool.site.name, ("site__name_sort", "fqdn")),
        Column("kind", _("Kind"), lambda pool: pool.get_kind_display(), ("kind", "fqdn")),
        Column("description", _("Description"), lambda pool: pool.description),
        last_changed_column(),
    ),
    filters=(
        Filter(
            "kind",
            _("Kind"),
            lambda: PoolKind.choices,
            lambda rows, value: rows.filter(kind=value),
            everything=_("All pools"),
        ),
    ),
    search=lambda rows, text: rows.matching(text),
)

DOMAINS = Listing(
    name="domains",
    search_label=_("Search domains"),
    order="name",
    columns=(
        Column("name", _("Domain"), str, ("domain",)),
        Column("description", _("Description"), lambda domain: domain.description),
        last_changed_column(),
    ),
    search=lambda rows, text: rows.matching(text),
)
