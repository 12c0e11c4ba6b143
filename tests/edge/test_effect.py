"""Turning federation off says what stops, and turning it on what starts, before Commit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.urls import reverse

from federation.directory import services as directory
from federation.edge import dependents, services
from federation.edge.dependents import Dependent
from federation.policies import services as policies
from federation.topology import services as topology
from tests.makers import MAKER, global_policy, make_policy, make_site_policy
from tests.pages import Page

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.django_db
STOPS = "This commit turns federation off. At once these stop working:"
STARTS = "This commit turns federation on. At once these start working:"
IF_OFF = "If communications with federated users are turned off, these stop working at once:"
WHILE_OFF = "While communications with federated users are off, these do not work:"


@pytest.fixture
def people() -> None:
    """Six users: one has a user policy that allows it, two the site's; one of those is disabled."""
    allowing, refusing = make_policy("Sales", federated=True), make_policy("Guests")
    paris = make_site_policy("Paris", federated=True).site
    assert paris is not None
    pools = {
        "paris": topology.create_pool(fqdn="paris.contoso.com", site=paris, actor=MAKER),
        "lyon": topology.create_pool(
            fqdn="lyon.contoso.com", site=topology.create_site(name="Lyon", actor=MAKER), actor=MAKER
        ),
    }
    for name, pool, policy, enabled in (
        ("a", "lyon", allowing, True),
        ("b", "paris", None, True),
        ("c", "paris", None, False),
        ("d", "paris", refusing, True),
        ("e", "lyon", None, True),
        ("f", "lyon", refusing, True),
    ):
        directory.create_user(
            address=f"{name}@contoso.com", pool=pools[pool], policy=policy, enabled=enabled, actor=MAKER
        )


def page(client: Client) -> Page:
    """The dialog."""
    return Page(client.get(reverse("edge:access-details", args=[1])))


def fragment(client: Client, **box: str) -> Page:
    """What htmx gets when the box was ticked or unticked."""
    return Page(client.get(reverse("edge:access-effect"), box, headers={"HX-Request": "true"}))


@pytest.mark.sql
@pytest.mark.usefixtures("people")
def test_users_are_counted_by_the_policy_that_governs_them(alice_client: Client) -> None:
    services.change_access(federation=True, actor=MAKER)
    assert IF_OFF in page(alice_client).text
    assert "2 users who may talk to federated users" in page(alice_client).links
    assert "2 policies that allow federated users" in page(alice_client).links
    policies.change_policy(global_policy(), federated=True, actor=MAKER)
    assert "3 users who may talk to federated users" in page(alice_client).links


@pytest.mark.usefixtures("people")
def test_the_fragment_follows_the_box(alice_client: Client) -> None:
    assert WHILE_OFF in fragment(alice_client).text
    assert STARTS in fragment(alice_client, federation="on").text
    services.change_access(federation=True, actor=MAKER)
    assert IF_OFF in fragment(alice_client, federation="on").text
    assert STOPS in fragment(alice_client).text


def test_a_page_that_comes_back_says_it_too(alice_client: Client) -> None:
    services.change_access(federation=True, actor=MAKER)
    form = page(alice_client).form("Commit").fill(federation=False, tls_count="9")
    assert STOPS in Page(form.send(alice_client)).text


def test_other_rooms_add_what_they_have(alice_client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dependents, "registered", [])
    partners = Dependent("XMPP partners", 12_000, "/partners/", exact=False)
    dependents.register(lambda: partners)
    assert page(alice_client).links["about 12,000 XMPP partners"] == "/partners/"


def test_registering_twice_counts_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dependents, "registered", [])

    def count() -> Dependent:
        return Dependent("things", 1, "/")

    dependents.register(count)
    dependents.register(count)
    assert len(dependents.all_dependents()) == 1
