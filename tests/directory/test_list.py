"""The list of users: columns, prefix search, order, what it costs, its file."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.makers import make_policy, make_pool, make_site_policy, make_user, make_users
from tests.pages import Page

if TYPE_CHECKING:
    from django.test import Client

pytestmark = [pytest.mark.django_db, pytest.mark.sql]
COLUMNS = [
    "Display name",
    "SIP address",
    "Enabled",
    "Registrar pool",
    "Site",
    "Assigned policy",
    "Governing policy",
]


def listed(client: Client, **query: str) -> Page:
    """The list as the address ``query`` shows it."""
    return Page(client.get(reverse("directory:list"), query))


def names(page: Page) -> list[str]:
    """The first column."""
    return [row[0] for row in page.rows]


def test_columns_are_those_of_the_issue(bob_client: Client) -> None:
    make_user()
    assert listed(bob_client).texts("th") == ["", *COLUMNS]


def test_each_row_says_which_policy_governs(bob_client: Client) -> None:
    paris = make_site_policy("Paris")
    sales = make_policy("Sales")
    pool = make_pool("pool01.contoso.com", paris.site)
    elsewhere = make_pool("pool02.contoso.com", "Lyon")
    make_user("a@contoso.com", pool, display_name="A", policy=sales)
    make_user("b@contoso.com", pool, display_name="B")
    make_user("c@contoso.com", elsewhere, display_name="C")
    make_user("d@contoso.com", pool, display_name="D", enabled=False, policy=sales)
    assert [row[2:] for row in listed(bob_client).rows] == [
        ["Yes", "pool01.contoso.com", "Paris", "Tag:Sales", "Tag:Sales"],
        ["Yes", "pool01.contoso.com", "Paris", "<Automatic>", "Site:Paris"],
        ["Yes", "pool02.contoso.com", "Lyon", "<Automatic>", "Global"],
        ["No", "pool01.contoso.com", "Paris", "Tag:Sales", "–"],
    ]


def test_a_survivable_pool_is_said(bob_client: Client) -> None:
    make_user("a@contoso.com", make_pool("sba.contoso.com", "Bron", kind="survivable"))
    assert listed(bob_client).rows[0][3] == "no XMPP sba.contoso.com"


@pytest.mark.parametrize(
    "text, found",
    [
        ("lef", ["Zoé Lefèvre"]),
        ("LEFÈVRE", ["Zoé Lefèvre"]),
        ("zoe", ["Zoé Lefèvre"]),
        ("Zoé L", ["Zoé Lefèvre"]),
        ("zlef", ["Zoé Lefèvre"]),
        ("sip:zlef", ["Zoé Lefèvre"]),
        ("z.lefevre@ma", ["Zoé Lefèvre"]),
        ("evre", []),
        ("100%", ["100% Bot"]),
        ("%", []),
        ("_", []),
        ("a_b", ["a_b Bot"]),
        ("a\\", []),
        ("'", []),
        ("nobody", []),
    ],
)
def test_a_search_finds_what_starts_with_it(bob_client: Client, text: str, found: list[str]) -> None:
    make_user(
        "zlef@contoso.com",
        display_name="Zoé Lefèvre",
        first_name="Zoé",
        last_name="Lefèvre",
        email="Z.Lefevre@Mail.example",
    )
    make_user("bot1@contoso.com", display_name="100% Bot", last_name="Bot1")
    make_user("bot2@contoso.com", display_name="a_b Bot", last_name="Bot2")
    make_user("bot3@contoso.com", display_name="axb Bot", last_name="Bot3")
    page = listed(bob_client, q=text)
    assert names(page) == found
    if not found:
        assert "Nothing matches this search." in page.text


def test_an_empty_tab_says_what_to_do(alice_client: Client, bob_client: Client) -> None:
    assert "Enable the first user" in listed(alice_client).links
    assert listed(bob_client).links.get("Enable the first user") is None
    assert "There are no users yet." in listed(bob_client).text


@pytest.mark.parametrize("sort", ["name", "address", "enabled", "pool", "site"])
def test_pages_follow_each_other_in_every_order(bob_client: Client, sort: str) -> None:
    make_users(60, make_pool("pool01.contoso.com", "Paris"))
    make_users(60, make_pool("pool02.contoso.com", "Lyon"), name="Other")
    for direction in ("", "-"):
        page = listed(bob_client, sort=f"{direction}{sort}")
        seen = [row[1] for row in page.rows]
        while "Next" in page.links:
            page = Page(bob_client.get(page.links["Next"]))
            seen += [row[1] for row in page.rows]
        assert len(seen) == len(set(seen)) == 120


def test_the_list_costs_the_same_with_3_and_300_users(bob_client: Client) -> None:
    paris = make_site_policy("Paris")
    make_users(3, make_pool("pool01.contoso.com", paris.site), policy=make_policy())
    queries = []
    for extra in (0, 297):
        make_users(extra, name="Other", policy=make_policy(f"Policy {extra}"))
        listed(bob_client)
        for query in ({}, {"q": "u"}, {"property": "site", "operator": "is", "value": "Paris"}):
            with CaptureQueriesContext(connection) as asked:
                listed(bob_client, **query)
            queries.append(len(asked))
    assert queries[:3] == queries[3:]
    assert max(queries) <= 9


def test_the_file_holds_all_that_match_and_no_formula(bob_client: Client) -> None:
    make_users(120)
    make_user("evil@contoso.com", display_name="=1+1", department="-2")
    answer = bob_client.get(reverse("directory:list"), {"format": "csv", "q": "user"})
    rows = list(csv.reader(io.StringIO(b"".join(answer).decode("utf-8-sig"))))
    assert rows[0] == [*COLUMNS, "First name", "Last name", "E-mail", "Department"]
    assert len(rows) == 121
    assert rows[1][:2] == ["User 001", "user001@contoso.com"]
    answer = bob_client.get(reverse("directory:list"), {"format": "csv", "q": "evil"})
    assert "'=1+1" in b"".join(answer).decode()


def test_who_may_only_look_is_offered_nothing_to_act(bob_client: Client) -> None:
    make_user()
    page = listed(bob_client)
    assert page.menu == ["Show details", "Select all search results", "Test access"]
    assert "Enable users" not in page.links


def test_the_toolbar_is_that_of_the_panel(alice_client: Client) -> None:
    make_user()
    page = listed(alice_client)
    assert "Enable users" in page.links
    assert page.menu == [
        "Show details",
        "Select all search results",
        "Assign policies",
        "Temporarily disable",
        "Re-enable",
        "Test access",
        "Remove",
    ]
