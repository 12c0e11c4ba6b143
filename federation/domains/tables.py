"""The columns and filters of the list of SIP federated domains."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from controlpanel.lists.listing import Column, Filter, Listing, last_changed_column, yes_no_filter
from federation.domains.models import Kind

LISTING = Listing(
    name="sip-federated-domains",
    search_label=_("Search domains"),
    order="name",
    columns=(
        Column("name", _("Domain name"), lambda row: row.shown, ("shown",)),
        Column("status", _("Status"), lambda row: row.get_kind_display(), ("kind", "shown")),
        Column(
            "proxy",
            _("Access Edge service (FQDN)"),
            lambda row: row.shown_proxy,
            ("proxy_fqdn", "shown"),
        ),
        Column("comment", _("Comment"), lambda row: row.comment, ("comment_start", "shown")),
        Column(
            "monitored",
            _("Monitored"),
            lambda row: row.monitored,
            ("monitored", "shown"),
            centred=True,
        ),
        last_changed_column(),
    ),
    export_only=(Column("level", _("Verification level"), lambda row: row.verification_level),),
    filters=(
        Filter(
            "status",
            _("Status"),
            lambda: Kind.choices,
            lambda rows, value: rows.filter(kind=value),
            everything=_("Allowed and blocked"),
        ),
        yes_no_filter("monitored", _("Monitored")),
    ),
    search=lambda rows, text: rows.matching(text),
)
