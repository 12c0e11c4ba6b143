"""Rows of "Add filter": property, operator, value; several at once; values that name nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.urls import reverse

from federation.directory.models import User
from tests.makers import make_policy, make_pool, make_site_policy, make_user
from tests.pages import Page, attribute

if TYPE_CHECKING:
    from django.test import Client

pytestmark = [pytest.mark.django_db, pytest.mark.sql]
NOTHING = "There is nothing of this name."


@pytest.fixture(autouse=True)
def people() -> None:
    """Ada is governed by Sales, Ben by Paris, Cid by Global, Dan (disabled) by nobody."""
    paris = make_pool("pool01.contoso.com", make_site_policy("Paris").site)
    lyon = make_pool("sba.bücher.example", "Lyon (Bron)", kind="survivable")
    sales = make_policy("Sales: north, south")
    make_user("ada@contoso.com", paris, display_name="Ada", department="Sales", policy=sales)
    make_user("ben@contoso.com", paris, display_name="Ben", department="Sales & more")
    make_user("cid@contoso.com", lyon, display_name="Cid", department="Support")
    make_user("dan@contoso.com", lyon, display_name="Dan", enabled=False)


def filtered(client: Client, *rows: tuple[str, str, str], **query: str) -> Page:
    """The list with these filter rows in its address."""
    values = {
        name: [row[place] for row in rows] for place, name in enumerate(("property", "operator", "value"))
    }
    return Page(client.get(reverse("directory:list"), {**values, **query}))


def names(page: Page) -> str:
    """The first letters of who is found."""
    return "".join(row[0][0] for row in page.rows)


@pytest.mark.parametrize(
    "row, found",
    [
        (("pool", "is", "pool01.contoso.com"), "AB"),
        (("pool", "is", "POOL01.contoso.com"), "AB"),
        (("pool", "is", "sba.bücher.example"), "CD"),
        (("pool", "not", "pool01.contoso.com"), "CD"),
        (("pool", "starts", "pool"), "AB"),
        (("site", "is", "paris"), "AB"),
        (("site", "is", "Lyon (Bron)"), "CD"),
        (("site", "not", "Paris"), "CD"),
        (("site", "starts", "ly"), "CD"),
        (("enabled", "is", "yes"), "ABC"),
        (("enabled", "is", "Oui"), "ABC"),
        (("enabled", "not", "yes"), "D"),
        (("department", "is", "Sales"), "A"),
        (("department", "not", "Sales"), "BCD"),
        (("department", "starts", "Sales"), "AB"),
        (("assigned", "is", "Tag:Sales: north, south"), "A"),
        (("assigned", "is", "sales: NORTH, south"), "A"),
        (("assigned", "is", "<Automatic>"), "BCD"),
        (("assigned", "is", "<Automatique>"), "BCD"),
        (("assigned", "not", "<Automatic>"), "A"),
        (("assigned", "not", "Tag:Sales: north, south"), "BCD"),
        (("assigned", "starts", "Tag:Sal"), "A"),
        (("governing", "is", "Tag:Sales: north, south"), "A"),
        (("governing", "is", "Site:Paris"), "B"),
        (("governing", "is", "site:PARIS"), "B"),
        (("governing", "is", "Global"), "C"),
        (("governing", "not", "Global"), "ABD"),
    ],
)
def test_each_property_and_operator(bob_client: Client, row: tuple[str, str, str], found: str) -> None:
    page = filtered(bob_client, row)
    assert names(page) == found
    assert NOTHING not in page.text


@pytest.mark.parametrize("about", ["pool", "site", "assigned", "governing", "enabled"])
def test_a_value_that_names_nothing_is_said(bob_client: Client, about: str) -> None:
    page = filtered(bob_client, (about, "is", "no such thing"))
    assert (names(page), page.status) == ("", 200)
    assert NOTHING in page.text
    page = filtered(bob_client, (about, "not", "no such thing"))
    assert names(page) == "ABCD"
    assert NOTHING in page.text


@pytest.mark.parametrize(
    "row",
    [
        ("nonsense", "is", "x"),
        ("pool", "nonsense", "x"),
        ("enabled", "starts", "y"),
        ("governing", "starts", "G"),
        ("", "", "x"),
    ],
)
def test_a_forged_row_finds_nothing_and_says_so(bob_client: Client, row: tuple[str, str, str]) -> None:
    page = filtered(bob_client, row)
    assert (names(page), page.status) == ("", 200)
    assert "This property has no such operator." in page.text


@pytest.mark.parametrize("value", ["\x00", "x" * 5000, "'; DROP TABLE x", "%", "_", "\\"])
@pytest.mark.parametrize("about", ["pool", "site", "enabled", "department", "assigned", "governing"])
@pytest.mark.parametrize("operator", ["is", "not", "starts"])
def test_no_value_breaks_the_page(bob_client: Client, about: str, operator: str, value: str) -> None:
    assert filtered(bob_client, (about, operator, value)).status == 200
    assert (
        bob_client.get(reverse("directory:suggest"), {"property": about, "value": value}).status_code == 200
    )


def test_several_rows_and_a_search_hold_together(bob_client: Client) -> None:
    rows = (("site", "is", "Paris"), ("assigned", "is", "<Automatic>"))
    assert names(filtered(bob_client, *rows)) == "B"
    assert names(filtered(bob_client, *rows, q="ada")) == ""
    assert names(filtered(bob_client, *rows, ("enabled", "is", "no"))) == ""


def test_many_rows_are_cut(bob_client: Client) -> None:
    assert names(filtered(bob_client, *[("enabled", "is", "yes")] * 100)) == "ABC"


def test_rows_are_filled_in_and_found(bob_client: Client) -> None:
    form = Page(bob_client.get(reverse("directory:list"))).form("Find")
    page = Page(form.fill(property="site", operator="is", value="Lyon (Bron)").send(bob_client))
    assert names(page) == "CD"
    again = page.form("Find")
    assert [box.value for box in again.boxes if box.kind != "hidden"][:3] == ["site", "is", "Lyon (Bron)"]
    again.boxes[-1].value, again.boxes[-3].value = "yes", "enabled"
    page = Page(again.send(bob_client))
    assert names(page) == "C"
    removals = [link for link in page.all("a") if "Remove this filter" in (text_of_link(link))]
    assert len(removals) == 2
    without = Page(bob_client.get(attribute(removals[0], "href") or ""))
    assert names(without) == "ABC"


def text_of_link(link: object) -> str:
    from tests.pages import text_of

    return text_of(link)  # type: ignore[arg-type]


def test_a_search_keeps_the_rows_and_a_row_keeps_the_search(bob_client: Client) -> None:
    page = filtered(bob_client, ("site", "is", "Paris"), q="a", sort="-address")
    search = page.form("q")
    assert search.data["property"] == ["site"]
    assert search.data["value"] == ["Paris"]
    assert names(Page(search.fill(q="b").send(bob_client))) == "B"
    assert page.form("Find").data["q"] == ["a"]
    assert page.form("Find").data["sort"] == ["-address"]


def test_sorting_paging_and_the_file_keep_the_rows(bob_client: Client) -> None:
    page = filtered(bob_client, ("governing", "is", "Tag:Sales: north, south"))
    for label in ("SIP address ", "SIP address", "Export", "Refresh"):
        if label in page.links:
            assert "value=Tag%3ASales%3A+north%2C+south" in page.links[label]


@pytest.mark.parametrize(
    "about, typed, offered",
    [
        ("pool", "poo", ["pool01.contoso.com"]),
        ("pool", "", ["pool01.contoso.com", "sba.xn--bcher-kva.example"]),
        ("site", "par", ["Paris"]),
        ("department", "Sal", ["Sales", "Sales & more"]),
        ("department", "", ["Sales", "Sales & more", "Support"]),
        ("assigned", "north", ["<Automatic>", "Tag:Sales: north, south"]),
        ("governing", "", ["Global", "Site:Paris", "Tag:Sales: north, south"]),
        ("governing", "par", ["Site:Paris"]),
        ("enabled", "", ["yes", "no"]),
        ("nonsense", "", []),
    ],
)
def test_values_are_offered_while_one_types(
    bob_client: Client, about: str, typed: str, offered: list[str]
) -> None:
    page = Page(bob_client.get(reverse("directory:suggest"), {"property": about, "value": typed}))
    assert sorted(attribute(each, "value") or "" for each in page.all("option")) == sorted(offered)


def test_offers_are_few(bob_client: Client) -> None:
    pool = User.objects.get(address="ada@contoso.com").pool
    for number in range(30):
        make_user(f"u{number}@contoso.com", pool, department=f"Dept {number:02}")
    page = Page(bob_client.get(reverse("directory:suggest"), {"property": "department", "value": "Dept"}))
    assert len(page.all("option")) == 20
