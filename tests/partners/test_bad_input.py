"""Bad input gets a clear sentence each, by line where it was a list, and nothing is half saved."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from controlpanel.audit.models import AuditEvent
from federation.partners.models import Partner, PartnerDomain
from federation.topology import services as topology
from federation.topology.models import LocalDomain
from tests.pages import Page
from tests.partners.makers import MAKER, make_partner
from tests.partners.pages import committed, dialog, fresh, new_dialog

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.django_db

BAD = {
    "fabri kam.com": "Take the space out of the name.",
    "https://fabrikam.com": "Leave out “https”: type the name alone, such as contoso.com.",
    "fabrikam.com:5269": "Leave out the port “:5269”: type the name alone.",
    "fabrikam.com.": "Leave out the dot at the end.",
    "*.fabrikam.com": "A * stands for nothing here: list each name.",
    "fabrikam": "“fabrikam” has no dot. Type the whole name, such as fabrikam.com.",
    f"{'a' * 64}.com": f"“{'a' * 64}” is longer than 63 characters between its dots.",
    "fаbrikam.com": "“fаbrikam” mixes letters that look alike (Cyrillic, Latin). Use one script.",
    "192.0.2.7": "This is an IP address. Type a name.",
    "bob@fabrikam.com": "This is an address. Type the domain alone, the part after @.",
}


@pytest.mark.parametrize("typed", BAD)
def test_a_bad_primary_domain_is_refused_with_its_sentence(alice_client: Client, typed: str) -> None:
    page = committed(alice_client, new_dialog(alice_client, domain=typed, sasl="optional"))
    assert page.status == 422
    assert BAD[typed] in page.text
    assert not Partner.objects.exists()


@pytest.mark.parametrize("typed", BAD)
def test_a_bad_additional_domain_is_refused_by_its_line(alice_client: Client, typed: str) -> None:
    form = new_dialog(
        alice_client, domain="fabrikam.com", sasl="optional", additional=f"a.com\n\n{typed}\nb.com"
    )
    page = committed(alice_client, form)
    assert f"Line 3, “{typed}”: {BAD[typed]}" in page.text
    assert not PartnerDomain.objects.exists()


@pytest.mark.parametrize(
    "taken,typed",
    [
        ("fabrikam.com", "FABRIKAM.com"),
        ("bücher.example", "XN--BCHER-KVA.example"),
        ("xn--bcher-kva.example", "BÜCHER.example"),
    ],
)
def test_a_domain_belongs_to_one_partner_however_it_is_written(
    alice_client: Client, taken: str, typed: str
) -> None:
    owner = make_partner("owner.com", taken, sasl="optional")
    page = committed(alice_client, new_dialog(alice_client, domain=typed, sasl="optional"))
    assert "It belongs to the partner owner.com already." in page.text
    other = make_partner("other.com", sasl="optional")
    page = committed(alice_client, dialog(alice_client, other, additional=f"{typed}\nowner.com"))
    assert page.text.count("It belongs to the partner owner.com already.") >= 2
    assert fresh(other).additional_domains == []
    assert len(fresh(owner).additional_domains) == 1


def test_a_list_says_which_of_its_lines_stand_twice_or_need_no_line(alice_client: Client) -> None:
    lines = "a.com\nA.com\nfabrikam.com\nbücher.example\nxn--bcher-kva.example"
    page = committed(
        alice_client, new_dialog(alice_client, domain="fabrikam.com", sasl="optional", additional=lines)
    )
    assert "Line 2, “A.com”: It stands on line 1 already." in page.text
    assert "Line 3, “fabrikam.com”: It is the primary domain of this partner, and needs no line." in page.text
    assert "Line 5, “xn--bcher-kva.example”: It stands on line 4 already." in page.text


def test_5000_pasted_domains_with_three_bad_ones_name_the_three(alice_client: Client) -> None:
    partner = make_partner("fabrikam.com", "kept.com", sasl="optional")
    lines = [f"d{number}.example" for number in range(5000)]
    lines[6], lines[2999], lines[4998] = "no dot", "http://x.com", "kept.com."
    page = committed(alice_client, dialog(alice_client, partner, additional="\n".join(lines)))
    told = [item for item in page.texts("li") if "Line " in item]
    assert [item.partition("Line ")[2].partition(",")[0] for item in told] == ["7", "3000", "4999"]
    assert fresh(partner).additional_domains == ["kept.com"]
    assert not AuditEvent.objects.filter(action="partners:partner:change").exists()
    lines[6], lines[2999], lines[4998] = "a.com", "b.com", "kept.com"
    committed(alice_client, dialog(alice_client, partner, additional="\n".join(lines)))
    assert len(fresh(partner).additional_domains) == 5000


def test_very_many_bad_lines_are_told_in_part(alice_client: Client) -> None:
    lines = "\n".join(["bad"] * 1000)
    page = committed(
        alice_client, new_dialog(alice_client, domain="fabrikam.com", sasl="optional", additional=lines)
    )
    assert "980 more lines are bad." in page.text


@pytest.mark.parametrize("typed", ["0", "-1", "10001", "1.5", "many", "99999999999999999999"])
def test_a_connection_limit_out_of_range_is_refused(alice_client: Client, typed: str) -> None:
    form = new_dialog(alice_client, domain="fabrikam.com", sasl="optional", connection_limit=typed)
    page = committed(alice_client, form)
    assert "Type a whole number from 1 to 10,000." in page.text
    assert not Partner.objects.exists()


def test_a_proxy_is_a_name(alice_client: Client) -> None:
    form = new_dialog(alice_client, domain="fabrikam.com", sasl="optional", proxy="192.0.2.7")
    assert "This is an IP address. Type a name." in committed(alice_client, form).text


def test_a_domain_of_our_own_is_no_partners(alice_client: Client) -> None:
    topology.create_domain(domain="contoso.com", actor=MAKER)
    page = committed(alice_client, new_dialog(alice_client, domain="contoso.com", sasl="optional"))
    assert "It is a domain of your own organisation." in page.text


@pytest.mark.parametrize("typed", ["fabrikam.com", "Research.fabrikam.com"])
def test_a_domain_of_a_partner_is_not_ours(alice_client: Client, typed: str) -> None:
    make_partner("fabrikam.com", "research.fabrikam.com", sasl="optional")
    said = "It belongs to the XMPP federated partner fabrikam.com. Take it from the partner first."
    form = Page(alice_client.get(reverse("topology:domains-new"))).form("Commit")
    page = Page(form.fill(domain=typed).send(alice_client, follow=True))
    assert said in page.text
    assert not LocalDomain.objects.exists()
    row = topology.create_domain(domain="contoso.com", actor=MAKER)
    with pytest.raises(ValidationError, match="It belongs to the XMPP federated partner"):
        topology.change_domain(row, domain=typed, actor=MAKER)
    topology.change_domain(row, domain="sub.research.fabrikam.com", actor=MAKER)  # nothing is implied


def test_a_description_with_direction_characters_is_refused(alice_client: Client) -> None:
    form = new_dialog(alice_client, domain="fabrikam.com", sasl="optional", description="a\u202eb")
    assert "control characters" in committed(alice_client, form).text
