"""The list of policies: columns, order, search, filters, what stays in the address, what it costs."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from controlpanel.audit.actor import Actor
from federation.policies import services
from tests.makers import global_policy, make_policies, make_policy, make_site_policy
from tests.pages import Page, attribute, text_of

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.django_db
COLUMNS = {
    "name": "Name",
    "scope": "Scope",
    "federated": "Federated users",
    "xmpp": "XMPP federated users",
    "remote": "Remote users",
    "public": "Public users",
    "description": "Description",
    "changed": "Last changed",
}


def listed(client: Client, **query: str) -> Page:
    """The list as the address ``query`` shows it."""
    return Page(client.get(reverse("policies:list"), query))


def names(page: Page) -> list[str]:
    """The first column."""
    return [row[0] for row in page.rows]


def asked(address: str) -> dict[str, list[str]]:
    """The query of an address."""
    return parse_qs(urlsplit(address).query)


def test_columns_are_those_of_the_panel(alice_client: Client) -> None:
    heads = listed(alice_client).texts("th")
    assert heads == ["", *COLUMNS.values()]


def test_global_comes_first_then_sites_then_user_policies(alice_client: Client) -> None:
    make_policy("Alpha")
    make_site_policy("Zürich")
    make_site_policy("Aachen")
    make_policy("élan")
    make_policy("Emil")
    page = listed(alice_client)
    assert names(page) == ["Global", "Site:Aachen", "Site:Zürich", "Tag:Alpha", "Tag:élan", "Tag:Emil"]


@pytest.mark.sql
@pytest.mark.parametrize("column", COLUMNS)
def test_every_column_sorts_both_ways(alice_client: Client, column: str) -> None:
    switches = {"federated": True, "xmpp": True, "remote": True, "public": True}
    make_policy("Alpha", description="Zulu", **switches)
    make_policy("Zulu", description="Alpha")
    make_site_policy("Paris", description="Mike", **switches)
    up, down = listed(alice_client, sort=column), listed(alice_client, sort=f"-{column}")
    assert names(up) == names(down)[::-1]
    if column not in {"name", "scope"}:
        cell = list(COLUMNS).index(column)
        values = [row[cell][:16] for row in up.rows]
        assert values == sorted(values)
    marked = {
        text_of(head): attribute(head, "aria-sort") for head in up.all("th") if attribute(head, "aria-sort")
    }
    assert marked == {COLUMNS[column]: "ascending"}
    assert "descending" in [attribute(head, "aria-sort") for head in down.all("th")]
    # A second click turns the order round, a third back.
    assert asked(up.links[COLUMNS[column]])["sort"] == [f"-{column}"]
    assert asked(down.links[COLUMNS[column]])["sort"] == [column]


@pytest.mark.parametrize(
    "sort", ["nonsense", "-nonsense", "--name", "-", "", "id", "site__name", "\x00", "name,scope"]
)
def test_an_unknown_order_is_the_usual_one(alice_client: Client, sort: str) -> None:
    make_policy("Alpha")
    assert set(names(listed(alice_client, sort=sort))) == {"Global", "Tag:Alpha"}


@pytest.mark.sql
@pytest.mark.parametrize(
    "text, found",
    [
        ("sal", ["Tag:Sales"]),
        ("SALES", ["Tag:Sales"]),
        ("tag:sal", ["Tag:Sales"]),
        ("Tag: ", ["Tag:100%", "Tag:a_b", "Tag:axb", "Tag:back\\slash", "Tag:École", "Tag:Sales"]),
        ("site:", ["Site:Paris"]),
        ("Site:Par", ["Site:Paris"]),
        ("site:sal", []),
        ("ecole", ["Tag:École"]),
        ("ÉCOLE", ["Tag:École"]),
        ("site:par", ["Site:Paris"]),
        ("paris", ["Site:Paris"]),
        ("abroad", ["Tag:Sales"]),
        ("global", ["Global"]),
        ("GLOB", ["Global"]),
        ("100%", ["Tag:100%"]),
        ("a_b", ["Tag:a_b"]),
        ("\\", ["Tag:back\\slash"]),
        ("nothing like it", []),
    ],
)
def test_search_finds_names_sites_and_descriptions(alice_client: Client, text: str, found: list[str]) -> None:
    make_policy("Sales", description="Those who travel abroad")
    for name in ("École", "100%", "a_b", "axb", "back\\slash"):
        make_policy(name)
    make_site_policy("Paris")
    page = listed(alice_client, q=text)
    assert names(page) == found
    if not found:
        assert "Nothing matches this search." in page.text
        assert page.links["Show everything"] == reverse("policies:list")


@pytest.mark.parametrize(
    "text", ["x" * 10_000, "é" * 10_000, "\x00", "a\x00b", "\ud800", "%", "' OR 1=1 --", "tag:"]
)
@pytest.mark.sql
def test_a_hostile_search_is_a_search(alice_client: Client, text: str) -> None:
    make_policy("ab")
    page = Page(alice_client.get(reverse("policies:list"), {"q": text.encode("utf-8", "surrogatepass")}))
    assert page.status == 200
    assert len(page.form("q").box("Search policies").value or "") <= 200
    assert all(len(url) < 2500 for url in page.links.values()), "what is cut is cut everywhere"


@pytest.mark.parametrize("scope, found", [("0", ["Global"]), ("1", ["Site:Paris"]), ("2", ["Tag:Sales"])])
def test_the_scope_filters(alice_client: Client, scope: str, found: list[str]) -> None:
    make_policy("Sales")
    make_site_policy("Paris")
    page = listed(alice_client, scope=scope)
    assert names(page) == found
    assert page.form("q").box("Scope").value == scope


@pytest.mark.parametrize("scope", ["3", "x", "-1", "1 OR 1=1", "²", "9" * 400])
def test_a_forged_filter_finds_nothing(alice_client: Client, scope: str) -> None:
    page = listed(alice_client, scope=scope)
    assert page.status == 200
    assert names(page) == []


def test_order_and_filters_stay_in_the_address(alice_client: Client) -> None:
    make_policies(60)
    page = listed(alice_client, q="policy", scope="2", sort="-name")
    kept = {"q": ["policy"], "scope": ["2"]}
    for link in ("Next", "Last", "Refresh"):
        assert asked(page.links[link]).items() >= {**kept, "sort": ["-name"]}.items()
    assert asked(page.links["Description"]) == {**kept, "sort": ["description"]}
    assert asked(page.links["Export"]) == {**kept, "sort": ["-name"], "format": ["csv"]}
    # The search form carries the order on, and a new search starts at the first page.
    assert page.form("q").data == {"q": ["policy"], "scope": ["2"], "sort": ["-name"]}


def test_the_form_of_the_rows_says_what_is_narrowed(alice_client: Client) -> None:
    make_policy("Sales")
    page = listed(alice_client, q="sal", scope="2")
    assert page.form("row").data == {"q": ["sal"], "scope": ["2"]}


def test_htmx_gets_the_results_alone(alice_client: Client) -> None:
    make_policy("Sales")
    whole = alice_client.get(reverse("policies:list"))
    part = alice_client.get(reverse("policies:list"), {"q": "sal"}, headers={"hx-request": "true"})
    page = Page(part)
    assert names(page) == ["Tag:Sales"]
    assert page.all(id="results")
    assert not page.all("html")
    assert not page.all("header")
    assert len(part.content) < len(whole.content)
    assert "HX-Request" in part["Vary"]
    assert page.texts(role="status", aria_live="polite") == ["Rows 1 to 1 of 1"]


@pytest.mark.parametrize("header", ["hx-boosted", "hx-history-restore-request"])
def test_htmx_gets_the_whole_page_when_it_needs_it(alice_client: Client, header: str) -> None:
    page = Page(alice_client.get(reverse("policies:list"), headers={"hx-request": "true", header: "true"}))
    assert page.all("header")


def test_an_empty_list_says_what_to_do_next(alice_client: Client, bob_client: Client) -> None:
    """Policies are never none, since Global exists; a search without result is the empty state."""
    page = listed(alice_client, q="nothing like it")
    assert page.texts("div", class_="empty") == ["Nothing matches this search. Show everything"]


def cost(client: Client, **query: str) -> int:
    """The number of queries of the list."""
    with CaptureQueriesContext(connection) as queries:
        assert client.get(reverse("policies:list"), query).status_code == 200
    return len(queries)


@pytest.mark.sql
@pytest.mark.parametrize("query", [{}, {"q": "policy"}, {"scope": "2"}, {"sort": "-changed"}])
def test_the_list_costs_the_same_with_3_and_with_300_rows(
    alice_client: Client, query: dict[str, str]
) -> None:
    make_policies(2)
    make_site_policy("Paris")
    cost(alice_client)  # the first request notes that the session is used
    few = cost(alice_client, **query)
    make_policies(300, "More policy")
    assert cost(alice_client, **query) == few <= 6


def test_the_number_of_rows_is_remembered(alice_client: Client) -> None:
    make_policies(30)
    form = listed(alice_client).form("rows")
    assert form.box("Rows per page").value == "50"
    answer = form.fill(rows="25").send(alice_client)
    assert answer["Location"] == reverse("policies:list")
    page = listed(alice_client)
    assert len(page.rows) == 25
    assert page.form("rows").box("Rows per page").value == "25"
    assert "1–25 of 31" in page.text


@pytest.mark.parametrize("rows", ["0", "-1", "10000", "x", "²", ""])
def test_a_forged_number_of_rows_is_the_usual_one(alice_client: Client, rows: str) -> None:
    alice_client.cookies["rows"] = rows
    make_policies(60)
    assert len(listed(alice_client).rows) == 50


def test_last_changed_says_when_and_by_whom(alice_client: Client) -> None:
    services.change_policy(global_policy(), actor=Actor("dave"), remote=True)
    stamp = f"{global_policy().changed_at:%Y-%m-%d %H:%M}"
    assert listed(alice_client).rows[0][-1] == f"{stamp} · dave"
