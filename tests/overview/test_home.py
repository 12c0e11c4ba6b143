"""Home: how many users, pools and policies there are, the latest changes, and what to do first."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from controlpanel.accounts.rights import Role
from controlpanel.audit.actor import Actor
from federation.directory import services as directory
from federation.policies import services
from tests.conftest import person, signed_in
from tests.makers import (
    global_policy,
    make_policies,
    make_policy,
    make_pool,
    make_site,
    make_site_policy,
    make_user,
    make_users,
)
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


def tiles(page: Page) -> dict[str, str]:
    """Each number by what it counts."""
    return {
        label: number for number, label in (text.split(" ", 1) for text in page.texts("li", class_="tile"))
    }


@pytest.mark.sql
def test_what_there_is_is_counted_and_leads_to_its_list(bob_client: Client) -> None:
    make_policies(3)
    make_users(12, make_pool("pool01.contoso.com", "Lyon"))
    make_site_policy("Paris")
    page = home(bob_client)
    assert tiles(page) == {
        "Users": "12",
        "Pool": "1",
        "Sites": "2",
        "Gateways up to date": "0",
        "Global policy": "1",
        "Site policy": "1",
        "User policies": "3",
        "No certificate is assigned to the gateway": "None",
        "Certificates end soon": "0",
        "Pending requests": "0",
    }
    for scope, count in (("0", 1), ("1", 1), ("2", 3)):
        listed = Page(bob_client.get(reverse("policies:list"), {"scope": scope}))
        assert f"{reverse('policies:list')}?scope={scope}" in page.links.values()
        assert len(listed.rows) == count
    for name in ("directory:list", "topology:pools-list", "topology:sites-list"):
        assert reverse(name) in page.links.values()


def test_the_checklist_ticks_itself(alice_client: Client) -> None:
    def done() -> list[bool]:
        return [done for _step, done in steps(home(alice_client))][:6]  # tests/status has the others

    assert done() == [False] * 6
    make_site("Paris")
    assert done() == [True, *[False] * 5]
    make_pool()
    assert done() == [True, True, *[False] * 4]
    user = make_user()
    assert done() == [True, True, True, False, False, False]
    policy = make_policy("Sales", federated=True)
    assert done() == [True, True, True, True, False, False]
    services.change_policy(policy, actor=Actor("dave"), xmpp=True)
    assert done() == [True, True, True, True, True, False]
    directory.change_user(user, actor=Actor("dave"), policy=policy)
    assert done() == [True] * 6


def test_users_of_whom_none_is_enabled_do_not_tick_the_step(alice_client: Client) -> None:
    user = make_user()
    directory.change_user(user, actor=Actor("dave"), enabled=False)
    assert ("Enable users", False) in steps(home(alice_client))
    directory.change_user(user, actor=Actor("dave"), enabled=True)
    assert ("Enable users", True) in steps(home(alice_client))


@pytest.mark.parametrize(
    "role, offered",
    [
        (Role.ADMINISTRATOR, {"Make the sites of your organisation", "Enable users"}),
        (Role.USER_ADMINISTRATOR, {"Enable users"}),
        (Role.VIEW_ONLY, set()),
    ],
)
def test_a_step_leads_where_its_reader_may_do_it(role: Role, offered: set[str]) -> None:
    links = home(signed_in(person("dora", role))).links
    assert {"Make the sites of your organisation", "Enable users"} & links.keys() == offered
    assert not any(links[label].startswith("/admin/") for label in links if label != "Support desk")


def test_the_latest_changes_are_few_and_newest_first(alice_client: Client) -> None:
    for number in range(20):
        services.change_policy(global_policy(), actor=Actor("dave"), description=f"Change {number}")
    page = home(alice_client)
    shown = [text for text in page.texts("li") if "Change " in text]
    assert len(shown) == 8
    assert "Change 19" in shown[0]


@pytest.mark.sql
def test_home_costs_the_same_however_much_there_is(bob_client: Client) -> None:
    make_users(3, make_pool("pool01.contoso.com", make_site_policy("Paris").site))
    home(bob_client)
    with CaptureQueriesContext(connection) as few:
        home(bob_client)
    make_users(300, name="Other")
    for policy in make_policies(60):
        services.change_policy(policy, actor=Actor("dave"), remote=True)
    with CaptureQueriesContext(connection) as many:
        home(bob_client)
    assert len(many) == len(few) <= 27
