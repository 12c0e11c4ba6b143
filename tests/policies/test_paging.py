"""Going through many rows: each once, forwards and backwards, whatever they are sorted by."""

from __future__ import annotations

import base64
import json
from itertools import chain
from typing import TYPE_CHECKING, Any

import pytest
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from controlpanel.audit.actor import Actor
from federation.policies import services
from federation.policies.models import ExternalAccessPolicy
from tests.makers import make_policies, make_policy
from tests.pages import Page

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.django_db
BROKEN = "That page of the list does not exist. This is the first one."


def walk(client: Client, address: str, link: str) -> list[list[str]]:
    """The names on each page from ``address`` on, following ``link``."""
    pages = []
    while address:
        page = Page(client.get(address))
        assert page.said == []
        pages.append([row[0] for row in page.rows])
        address = page.links.get(link, "")
    return pages


def flat(pages: list[list[str]]) -> list[str]:
    """All names of some pages."""
    return list(chain.from_iterable(pages))


@pytest.fixture
def many(alice_client: Client) -> set[str]:
    """300 policies and more, many of them equal in what they are sorted by; 25 rows a page."""
    for number, policy in enumerate(make_policies(300)):
        if number % 3 == 0:
            services.change_policy(policy, actor=Actor("dave"), description=f"Group {number % 4}")
    alice_client.cookies["rows"] = "25"
    return {str(policy) for policy in ExternalAccessPolicy.objects.all()}


@pytest.mark.sql
@pytest.mark.parametrize(
    "sort", ["name", "-name", "federated", "-xmpp", "description", "-description", "-changed"]
)
def test_each_row_is_seen_once_both_ways(alice_client: Client, many: set[str], sort: str) -> None:
    first = f"{reverse('policies:list')}?sort={sort}"
    forwards = walk(alice_client, first, "Next")
    assert [len(page) for page in forwards] == [25] * 12 + [1]
    assert sorted(flat(forwards)) == sorted(many)
    last = Page(alice_client.get(first)).links["Last"]
    backwards = walk(alice_client, last, "Previous")
    assert flat(backwards[::-1]) == flat(forwards)


def test_the_foot_says_where_one_is(alice_client: Client, many: set[str]) -> None:
    page = Page(alice_client.get(reverse("policies:list")))
    assert page.texts("span", class_="count") == ["1–25 of 301"]
    assert "First" not in page.links
    assert "Previous" not in page.links
    page = Page(alice_client.get(page.links["Next"]))
    assert page.texts("span", class_="count") == ["26–50 of 301"]
    page = Page(alice_client.get(page.links["Last"]))
    assert page.texts("span", class_="count") == ["277–301 of 301"]
    assert "Next" not in page.links
    assert "Last" not in page.links
    page = Page(alice_client.get(page.links["Previous"]))
    assert page.texts("span", class_="count") == ["252–276 of 301"]
    assert page.links["First"] == reverse("policies:list")


def test_a_row_that_is_deleted_on_the_way_hides_no_other(alice_client: Client, many: set[str]) -> None:
    page = Page(alice_client.get(reverse("policies:list")))
    seen = {row[0] for row in page.rows}
    # The row that the address of the next page names.
    last = ExternalAccessPolicy.objects.get(name=page.rows[-1][0].removeprefix("Tag:"))
    services.delete_policies([last], actor=Actor("dave"))
    rest = walk(alice_client, page.links["Next"], "Next")
    assert seen | set(flat(rest)) == many


def test_a_page_whose_rows_are_gone_leads_to_the_first(alice_client: Client) -> None:
    policies = make_policies(30)
    alice_client.cookies["rows"] = "25"
    following = Page(alice_client.get(reverse("policies:list"))).links["Next"]
    services.delete_policies(policies[10:], actor=Actor("dave"))
    page = Page(alice_client.get(following, follow=True))
    assert page.said == [BROKEN]
    assert len(page.rows) == 11


def forged(*parts: Any) -> str:
    """A token as somebody who knows its form would write it."""
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("=")


FORGED = [
    "1",
    "x",
    "=",
    "é",
    "\x00",
    "A" * 10_000,
    forged(),
    forged("a"),
    forged("z", 1e999),
    forged("z", "x"),
    forged("z", None),
    forged([], 1),
    forged("a", 1, 0, "x", 1),
    forged("a", 1, 0, "a\x00b", 1),
    forged("a", 1, 0, "\ud800", 1),
    forged("a", 1, 10**30, "x", 10**30),
    forged("a", 1, None, None, None),
    forged("a", 1, {}, [], {}),
    forged("a", 1, "x", "x", "x"),
]


@pytest.mark.sql
@pytest.mark.parametrize("token", FORGED)
def test_a_broken_page_is_the_first_one(alice_client: Client, token: str) -> None:
    make_policy("Sales")
    page = Page(alice_client.get(reverse("policies:list"), {"page": token, "q": "sal"}, follow=True))
    assert page.said == [BROKEN]
    assert [row[0] for row in page.rows] == ["Tag:Sales"], "the search is kept"


@pytest.mark.sql
@pytest.mark.parametrize(
    "value", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2020-01-01", "now"]
)
def test_a_forged_time_is_the_first_page(alice_client: Client, value: str) -> None:
    query = {"sort": "changed", "page": forged("a", 1, value, 1)}
    assert Page(alice_client.get(reverse("policies:list"), query, follow=True)).said == [BROKEN]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=60) | st.binary(max_size=60).map(lambda raw: base64.urlsafe_b64encode(raw).decode()))
def test_no_token_at_all_breaks_the_list(alice_client: Client, token: str) -> None:
    token = token.encode("utf-8", "replace").decode()
    assert alice_client.get(reverse("policies:list"), {"page": token}).status_code in {200, 302}


def test_a_page_of_another_order_is_the_first_one(alice_client: Client, many: set[str]) -> None:
    page = Page(alice_client.get(reverse("policies:list"), {"sort": "description"}))
    other = page.links["Next"].replace("sort=description", "sort=changed")
    assert Page(alice_client.get(other, follow=True)).said == [BROKEN]


@pytest.mark.parametrize("letter", ["x", "é", "漢", "😀"])
def test_the_address_of_a_page_fits_into_a_request(alice_client: Client, letter: str) -> None:
    """Gunicorn takes 4094 bytes a line; the longest descriptions must not make longer ones."""
    for number in range(30):
        make_policy(f"{number:03}" + letter * 125, description=letter * 1024)
    alice_client.cookies["rows"] = "25"
    for sort in ("name", "-name", "description", "-description"):
        address = f"{reverse('policies:list')}?sort={sort}"
        page = Page(alice_client.get(address))
        assert all(len(url) < 2500 for url in page.links.values())
        assert len(flat(walk(alice_client, address, "Next"))) == 31
