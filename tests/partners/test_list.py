"""The list of partners: found by any of their domains, sorted, filtered, exported, whatever their number."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from federation.partners.models import PartnerDomain
from tests.pages import Page
from tests.partners.makers import make_partner, make_partners

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.django_db
LIST = "partners:list"


def listed(client: Client, **params: str) -> list[list[str]]:
    """The rows of the list."""
    return Page(client.get(reverse(LIST), params)).rows


def names(client: Client, **params: str) -> list[str]:
    """The primary domains listed."""
    return [row[0] for row in listed(client, **params)]


def exported(client: Client, **params: str) -> list[dict[str, str]]:
    """The rows of the CSV file."""
    answer: Any = client.get(reverse(LIST), {"format": "csv", **params})
    return list(csv.DictReader(io.StringIO(answer.getvalue().decode("utf-8-sig"))))


def test_a_row_says_what_the_dialog_says(alice_client: Client) -> None:
    make_partner("fabrikam.com", "a.com", "b.com", type="federated", sasl="optional", description="Sister")
    [row] = listed(alice_client)
    assert row[:7] == ["fabrikam.com", "2", "Federated", "Required", "Optional", "Yes", "Sister"]


@pytest.mark.parametrize(
    "text", ["research", "fabrikam2.com", "BÜCHER", "xn--bcher", "bob@research", "Sister"]
)
def test_a_partner_is_found_by_any_of_its_domains(alice_client: Client, text: str) -> None:
    make_partner("fabrikam.com", "research.fabrikam2.com", "bücher.example", description="Sister company")
    make_partner("northwind.com")
    assert names(alice_client, q=text) == ["fabrikam.com"]


def test_partners_sort_by_what_people_read(alice_client: Client) -> None:
    for domain in ("zeta.com", "bücher.com", "alpha.com"):
        make_partner(domain)
    assert names(alice_client) == ["alpha.com", "bücher.com", "zeta.com"]
    assert names(alice_client, sort="-name") == ["zeta.com", "bücher.com", "alpha.com"]


def test_partners_sort_by_the_number_of_their_domains(alice_client: Client) -> None:
    make_partner("one.com", "a.com")
    make_partner("two.com", "b.com", "c.com")
    make_partner("none.com")
    assert names(alice_client, sort="-additional") == ["two.com", "one.com", "none.com"]


def test_the_list_is_filtered_by_type(alice_client: Client) -> None:
    make_partner("fabrikam.com", type="federated")
    make_partner("gmail.com")
    assert names(alice_client, type="public-unverified") == ["gmail.com"]
    assert names(alice_client, type="nonsense") == []


def test_the_export_names_every_domain_and_what_the_page_has_no_room_for(alice_client: Client) -> None:
    make_partner("fabrikam.com", "a.com", "bücher.example", connection_limit=20, proxy="xmpp.fabrikam.com")
    make_partner("gmail.com", keep_alive=False)
    first, second = exported(alice_client)
    assert first["Additional domains"] == "a.com; bücher.example"
    assert (first["Connection limit"], first["Proxy (FQDN)"]) == ("20", "xmpp.fabrikam.com")
    assert (second["Enable keep-alive"], second["Additional domains"]) == ("No", "")
    assert [row["Primary domain"] for row in exported(alice_client, q="gmail")] == ["gmail.com"]


def test_10000_partners_with_50000_additional_domains_take_no_more_queries(alice_client: Client) -> None:
    alice_client.get(reverse(LIST))  # what is read once for a session is read
    ways: list[dict[str, str]] = [
        {},
        {"q": "partner1"},
        {"q": "d4.partner1", "sort": "-additional"},
        {"type": "public-unverified", "sort": "-changed"},
    ]
    make_partners(60, domains=5)  # more than a page: fewer are counted without a query
    few = [queries(alice_client, params) for params in ways]
    make_partners(9_940, domains=5, name="partner1-")
    assert PartnerDomain.objects.filter(is_primary=False).count() == 50_000
    assert [queries(alice_client, params) for params in ways] == few


def test_the_export_reads_domains_by_the_thousand(alice_client: Client) -> None:
    alice_client.get(reverse(LIST))
    make_partners(60, domains=2)
    few = queries(alice_client, {"format": "csv"})
    make_partners(600, domains=5, name="partner1-")
    assert queries(alice_client, {"format": "csv"}) == few


def queries(client: Client, params: dict[str, str]) -> int:
    """How many queries the list takes."""
    with CaptureQueriesContext(connection) as captured:
        answer: Any = client.get(reverse(LIST), params)
        content = answer.getvalue() if answer.streaming else answer.content
    assert b"partner1" in content
    return len(captured)


def test_an_empty_list_says_what_that_means(alice_client: Client) -> None:
    page = Page(alice_client.get(reverse(LIST)))
    assert "There are no partners yet. Without one nobody talks to anybody by XMPP." in page.text
