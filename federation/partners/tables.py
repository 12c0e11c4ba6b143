"""The columns and filters of the list of XMPP federated partners."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from controlpanel.lists.listing import Column, Filter, Listing, last_changed_column
from federation.partners.rules import Negotiation, PartnerType
from federation.partners.words import NEGOTIATION_LABELS, TYPE_LABELS
from federation.topology.names import shown_domain

if TYPE_CHECKING:
    from federation.partners.models import Partner


def _additional(partner: Partner) -> str:
    return "; ".join(map(shown_domain, partner.additional_domains))


def _negotiation(value: str) -> object:
    return NEGOTIATION_LABELS[Negotiation(value)]


LISTING = Listing(
    name="xmpp-federated-partners",
    search_label=_("Search domains"),
    order="name",
    columns=(
        Column("name", _("Primary domain"), lambda partner: partner.shown, ("shown",)),
        Column(
            "additional", _("Additional domains"), _additional, ("additional_count", "shown"), centred=True
        ),
        Column(
            "type",
            _("Partner type"),
            lambda partner: TYPE_LABELS[PartnerType(partner.type)],
            ("type", "shown"),
        ),
        Column("tls", _("TLS negotiation"), lambda partner: _negotiation(partner.tls), ("tls", "shown")),
        Column("sasl", _("SASL negotiation"), lambda partner: _negotiation(partner.sasl), ("sasl", "shown")),
        Column(
            "dialback",
            _("Dialback negotiation"),
            lambda partner: partner.dialback,
            ("dialback", "shown"),
            centred=True,
        ),
        Column("description", _("Description"), lambda partner: partner.description),
        last_changed_column(),
    ),
    export_only=(
        Column("keep_alive", _("Enable keep-alive"), lambda partner: partner.keep_alive),
        Column("connection_limit", _("Connection limit"), lambda partner: partner.connection_limit),
        Column("proxy", _("Proxy (FQDN)"), lambda partner: shown_domain(partner.proxy)),
    ),
    filters=(
        Filter(
            "type",
            _("Partner type"),
            lambda: [(each.value, label) for each, label in TYPE_LABELS.items()],
            lambda rows, value: rows.filter(type=value),
            everything=_("All partner types"),
        ),
    ),
    search=lambda rows, text: rows.matching(text),
)
