"""A partner is made and changed in the dialog: its labels, its defaults, its domains, one set of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.urls import reverse

from controlpanel.audit.models import AuditEvent
from federation.partners.models import Partner
from tests.pages import Page
from tests.partners.makers import make_partner
from tests.partners.pages import committed, dialog, fresh, new_dialog

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.django_db

LABELS = [
    "Primary domain",
    "Description",
    "Additional domains",
    "Partner type",
    "TLS negotiation",
    "SASL negotiation",
    "Support server dialback negotiation",
    "Enable keep-alive",
    "Connection limit",
    "Proxy (FQDN)",
    "Reason for this change",
]


def test_the_dialog_has_the_labels_and_the_defaults_of_the_original(alice_client: Client) -> None:
    form = new_dialog(alice_client)
    assert form.labels == LABELS
    assert form.box("Partner type").value == "public-unverified"
    assert [form.box(label).value for label in LABELS[4:8]] == ["required", "required", "on", "on"]
    page = Page(alice_client.get(reverse("partners:new")))
    assert "Connection Type:" in page.texts("legend")


def test_beside_the_partner_type_stands_what_each_type_means(alice_client: Client) -> None:
    rows = Page(alice_client.get(reverse("partners:new"))).texts("tr")
    asks, listed = "Yes; our user answers the request", "Only when our user has added the person"
    assert next(row for row in rows if row.startswith("Federated")).endswith(f"{asks} Yes Yes")
    assert next(row for row in rows if row.startswith("Public verified")).endswith(f"{asks} Yes Never")
    assert next(row for row in rows if row.startswith("Public unverified")).endswith(
        f"{listed} {listed} Never"
    )


def test_a_partner_is_committed_with_all_that_was_typed(alice_client: Client) -> None:
    form = new_dialog(
        alice_client,
        domain=" Fabrikam.COM ",
        description="Sister company",
        additional="research.fabrikam2.com\n\nBücher.example\ncorp.fabrikam.com, eu.fabrikam.com",
        type="federated",
        sasl="optional",
        keep_alive=False,
        connection_limit="20",
        proxy="XMPP.fabrikam.com",
    )
    page = committed(alice_client, form)
    assert page.said == ["Partner “fabrikam.com” was committed."]
    partner = Partner.objects.get()
    assert partner.additional_domains == [
        "corp.fabrikam.com",
        "eu.fabrikam.com",
        "research.fabrikam2.com",
        "xn--bcher-kva.example",
    ]
    assert (partner.type, partner.tls, partner.sasl, partner.dialback) == (
        "federated",
        "required",
        "optional",
        True,
    )
    assert (partner.keep_alive, partner.connection_limit, partner.proxy) == (False, 20, "xmpp.fabrikam.com")


def test_the_event_of_a_new_partner_holds_the_whole_list(alice_client: Client) -> None:
    committed(
        alice_client,
        new_dialog(alice_client, domain="fabrikam.com", additional="b.com\na.com", sasl="optional"),
    )
    event = AuditEvent.objects.get(action="partners:partner:create")
    assert event.after["additional_domains"] == ["a.com", "b.com"]
    assert event.actor_name == "alice"


def test_additional_domains_change_as_a_set_in_one_event(alice_client: Client) -> None:
    partner = make_partner("fabrikam.com", "a.com", "bücher.example", sasl="optional")
    committed(alice_client, dialog(alice_client, partner, additional="c.com\na.com", description="Mended"))
    assert fresh(partner).additional_domains == ["a.com", "c.com"]
    event = AuditEvent.objects.get(action="partners:partner:change")
    assert event.before == {"description": "", "domains_removed": ["bücher.example"]}
    assert event.after == {"description": "Mended", "domains_added": ["c.com"]}
    assert fresh(partner).version == 2


def test_the_list_alone_is_a_change_and_its_order_is_none(alice_client: Client) -> None:
    partner = make_partner("fabrikam.com", "a.com", "b.com", sasl="optional")
    committed(alice_client, dialog(alice_client, partner, additional="b.com\r\na.com"))
    assert fresh(partner).version == 1
    committed(alice_client, dialog(alice_client, partner, additional="b.com"))
    assert fresh(partner).version == 2
    assert AuditEvent.objects.filter(action="partners:partner:change").count() == 1


def test_a_domain_may_move_from_one_partner_to_another_in_two_steps(alice_client: Client) -> None:
    giver = make_partner("fabrikam.com", "a.com", sasl="optional")
    taker = make_partner("northwind.com", sasl="optional")
    refused = committed(alice_client, dialog(alice_client, taker, additional="a.com"))
    assert "Line 1, “a.com”: It belongs to the partner fabrikam.com already." in refused.text
    committed(alice_client, dialog(alice_client, giver, additional=""))
    committed(alice_client, dialog(alice_client, taker, additional="a.com"))
    assert fresh(taker).additional_domains == ["a.com"]


def test_two_who_change_the_list_do_not_lose_each_others_domains(alice_client: Client) -> None:
    partner = make_partner("fabrikam.com", "a.com", sasl="optional")
    mine = dialog(alice_client, partner, additional="a.com\nmine.com")
    committed(alice_client, dialog(alice_client, partner, additional="a.com\ntheirs.com"))
    page = Page(mine.send(alice_client))
    assert page.status == 409
    assert "Nothing was overwritten" in page.text
    assert fresh(partner).additional_domains == ["a.com", "theirs.com"]


def test_the_primary_domain_of_a_partner_is_shown_and_never_changed(alice_client: Client) -> None:
    partner = make_partner("fabrikam.com", sasl="optional")
    form = dialog(alice_client, partner)
    assert "Primary domain" not in form.labels
    alice_client.post(form.address, {**form.data, "domain": "evil.com", "description": "x"})
    assert (fresh(partner).domain, fresh(partner).description) == ("fabrikam.com", "x")


def test_who_only_reads_sees_everything_and_may_commit_nothing(bob_client: Client) -> None:
    partner = make_partner("fabrikam.com", "a.com", sasl="optional")
    page = Page(bob_client.get(reverse("partners:details", args=[partner.pk])))
    assert "a.com" in page.text
    assert "Commit" not in page.texts("button")
    assert all(box.disabled for box in page.form("type").boxes if box.kind != "hidden")


def test_a_domain_can_be_filled_in_from_elsewhere(alice_client: Client) -> None:
    page = Page(alice_client.get(reverse("partners:new"), {"domain": "fabrikam.com"}))
    assert page.form("Commit").box("Primary domain").value == "fabrikam.com"
