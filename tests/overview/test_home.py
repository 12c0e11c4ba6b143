"""Home: how many policies of each scope, the latest changes, and what to do first."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from controlpanel.audit.actor import Actor
from federation.policies import services
from tests.makers import global_policy, make_policies, make_policy, make_site, make_site_policy
from tests.pages import Page

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.django_db


def home(client: Client) -> Page:
    """Home, as a reader gets it."""
    return Page(client.get(reverse("overview:list")))


def steps(page: Page) -> list[tuple[str, bool]]:
    """The checklist: each step, and whether it is done."""
    lists = page.all("ol", class_="checklist")
    items = Page.__new__(Page)
    items.root = lists[0]
    texts = items.texts("li")
    return [(text.partition(": ")[2], text.startswith("Done")) for text in texts]


def test_the_front_door_leads_home(alice_client: Client) -> None:
    page = Page(alice_client.get("/", follow=True))
    assert page.response.redirect_chain == [(reverse("overview:list"), 302)]
    assert "Home" in page.texts("h1")


@pytest.mark.sql
def test_policies_are_counted_by_scope_and_lead_to_the_list(bob_client: Client) -> None:
    make_policies(3)
    make_site_policy("Paris")
    page = home(bob_client)
    tiles = page.texts("li", class_="tile")
    assert [tile.split()[0] for tile in tiles] == ["1", "1", "3"]
    for scope, count in (("0", 1), ("1", 1), ("2", 3)):
        listed = Page(bob_client.get(reverse("policies:list"), {"scope": scope}))
        assert f"{reverse('policies:list')}?scope={scope}" in page.links.values()
        assert len(listed.rows) == count


def test_the_checklist_ticks_itself(alice_client: Client) -> None:
    assert [done for _step, done in steps(home(alice_client))] == [False, False, False]
    make_site("Paris")
    assert [done for _step, done in steps(home(alice_client))] == [True, False, False]
    policy = make_policy("Sales", federated=True)
    assert [done for _step, done in steps(home(alice_client))] == [True, True, False]
    services.change_policy(policy, actor=Actor("dave"), xmpp=True)
    assert [done for _step, done in steps(home(alice_client))] == [True, True, True]


def test_the_latest_changes_are_few_and_newest_first(alice_client: Client) -> None:
    for number in range(20):
        services.change_policy(global_policy(), actor=Actor("dave"), description=f"Change {number}")
    page = home(alice_client)
    shown = [text for text in page.texts("li") if "Change " in text]
    assert len(shown) == 8
    assert "Change 19" in shown[0]


@pytest.mark.sql
def test_home_costs_the_same_however_much_there_is(bob_client: Client) -> None:
    make_site_policy("Paris")
    home(bob_client)
    with CaptureQueriesContext(connection) as few:
        home(bob_client)
    for policy in make_policies(60):
        services.change_policy(policy, actor=Actor("dave"), remote=True)
    with CaptureQueriesContext(connection) as many:
        home(bob_client)
    assert len(many) == len(few) <= 9
