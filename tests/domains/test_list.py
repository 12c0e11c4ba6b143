"""The list of domains: search by the end of a name, filters, order, export, and what it costs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from federation.domains.models import FederatedDomain
from tests.domains.makers import allow, allow_many, block
from tests.pages import Page

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.django_db


def names(client: Client, **query: str) -> list[str]:
    """The first column of the list as the address ``query`` shows it."""
    return [row[0] for row in Page(client.get(reverse("domains:list"), query)).rows]


@pytest.fixture
def domains() -> None:
    """A family of names."""
    allow("contoso.com", comment="Head office", monitored=True)
    allow("it.contoso.com")
    allow("mycontoso.com")
    block("contoso.example", comment="Not the real one")
    block("bücher.example")


@pytest.mark.usefixtures("domains")
@pytest.mark.parametrize(
    "text, found",
    [
        ("contoso.com", ["contoso.com", "it.contoso.com"]),
        ("CONTOSO.com", ["contoso.com", "it.contoso.com"]),
        ("@contoso.com", ["contoso.com", "it.contoso.com"]),
        ("*.contoso.com", ["contoso.com", "it.contoso.com"]),
        ("it.contoso.com", ["it.contoso.com"]),
        ("conto", ["contoso.com", "contoso.example", "it.contoso.com"]),
        ("bücher", ["bücher.example"]),
        ("xn--bcher", ["bücher.example"]),
        ("real one", ["contoso.example"]),
        ("nothing", []),
        (".", []),
    ],
)
def test_a_search_finds_a_domain_and_what_is_below_it(
    alice_client: Client, text: str, found: list[str]
) -> None:
    assert names(alice_client, q=text) == found


@pytest.mark.usefixtures("domains")
def test_filters(alice_client: Client) -> None:
    assert names(alice_client, status="blocked") == ["bücher.example", "contoso.example"]
    assert names(alice_client, monitored="1") == ["contoso.com"]
    assert names(alice_client, status="blocked", q="contoso.example") == ["contoso.example"]
    assert names(alice_client, status="nonsense") == []


@pytest.mark.sql
@pytest.mark.usefixtures("domains")
@pytest.mark.parametrize("column", ["name", "status", "proxy", "comment", "monitored", "changed"])
def test_every_column_sorts_both_ways(alice_client: Client, column: str) -> None:
    assert names(alice_client, sort=column) == names(alice_client, sort=f"-{column}")[::-1]


@pytest.mark.usefixtures("domains")
def test_all_that_match_are_deleted_on_every_page(alice_client: Client) -> None:
    question = Page(alice_client.get(reverse("domains:delete"), {"all": "1", "q": "contoso.com"}))
    question.form("Delete").send(alice_client)
    assert names(alice_client) == ["bücher.example", "contoso.example", "mycontoso.com"]


def test_the_export_is_read_again(alice_client: Client) -> None:
    values = {"proxy_fqdn": "edge.bücher.example", "verification_level": "AlwaysVerifiable"}
    allow("bücher.example", comment="=1+1", monitored=True, **values)
    block("spam.example")
    answer = alice_client.get(reverse("domains:list"), {"format": "csv"})
    text = b"".join(answer).decode()
    assert (
        text.splitlines()[0]
        .lstrip("\ufeff")
        .startswith("Domain name,Status,Access Edge service (FQDN),Comment")
    )
    form = Page(alice_client.get(reverse("domains:import"))).form("Import")
    page = Page(form.fill(lines=text).send(alice_client, follow=True))
    assert page.said == ["Domains added: 0, changed: 0, as they were: 2."]
    FederatedDomain.objects.all().delete()
    Page(form.send(alice_client, follow=True))
    assert FederatedDomain.objects.get(kind="allowed").verification_level == "AlwaysVerifiable"
    assert FederatedDomain.objects.count() == 2


def cost(client: Client) -> int:
    """The number of queries of the list."""
    with CaptureQueriesContext(connection) as queries:
        assert client.get(reverse("domains:list")).status_code == 200
    return len(queries)


@pytest.mark.sql
def test_the_list_costs_the_same_with_3_and_with_300_rows(alice_client: Client) -> None:
    allow_many(3)
    cost(alice_client)  # the first request notes that the session is used
    few = cost(alice_client)
    allow_many(300)
    assert cost(alice_client) == few
