"""How many may reach a partner, and why the others may not, agrees with the decision about each of them."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from federation.decisions.gathering import Question, answer
from federation.decisions.reach import reach_today
from federation.directory import services as directory
from federation.directory.models import User
from federation.edge import services as edge
from federation.partners.rules import PartnerType
from federation.topology.names import Address
from tests.decisions.world import make_world, open_everything
from tests.makers import MAKER, make_user, make_users
from tests.pages import Page
from tests.partners.makers import make_partner, make_partners

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.django_db


@pytest.mark.sql
@pytest.mark.parametrize("seed", range(6))
def test_the_count_is_the_sum_of_the_decisions(seed: int) -> None:
    make_world(seed, users=60)
    edge.change_access(actor=MAKER, federation=seed % 3 != 2)
    for type_ in PartnerType:
        make_partner(f"{type_.value}.example", type=type_.value)
        one_by_one: Counter[str] = Counter()
        for user in User.objects.all():
            local, remote = Address(*user.address.split("@")), Address("bob", f"{type_.value}.example")
            step = answer(Question(local, remote)).xmpp.decided_by
            one_by_one[step.code.value if step else ""] += 1
        found = reach_today(type_)
        assert found.total == 60
        assert found.allowed == one_by_one.pop("", 0)
        assert {code.value: number for code, number in found.refused} == one_by_one


def test_a_partners_page_says_how_many_and_why_not_the_others(alice_client: Client) -> None:
    _user, partner = open_everything()
    make_users(3)
    directory.set_enabled(User.objects.filter(address__startswith="user001"), False, actor=MAKER)
    page = Page(alice_client.get(reverse("partners:details", args=[partner.pk])))
    assert "1 of 4 users may write to its people. Its people may write to them." in page.text
    assert "1: temporarily disabled" in page.texts("li")
    assert "2: their policy has federated users off" in page.texts("li")


def test_of_a_public_unverified_partner_the_contacts_are_named(alice_client: Client) -> None:
    open_everything()
    partner = make_partner("gmail.com")
    page = Page(alice_client.get(reverse("partners:details", args=[partner.pk])))
    assert "Its people may write to those of them who have added them." in page.text


def test_a_users_page_lists_the_partners_within_reach(alice_client: Client) -> None:
    user, _partner = open_everything()
    make_partners(20)
    page = Page(alice_client.get(reverse("directory:details", args=[user.pk])))
    assert "All 21 partners:" in page.texts("p")
    assert "fabrikam.com" in page.links
    assert page.links["All partners"] == reverse("partners:list")


def test_a_users_page_says_what_stands_in_the_way(alice_client: Client) -> None:
    open_everything()
    user = make_user("carol@contoso.com")
    page = Page(alice_client.get(reverse("directory:details", args=[user.pk])))
    sentence = "The policy that governs the user, Global, has federated users off."
    assert f"None. {sentence}" in page.texts("p")
    assert sentence in page.links


def test_the_cost_does_not_grow_with_users_and_partners(alice_client: Client) -> None:
    user, partner = open_everything()

    def cost(name: str, row: Any) -> int:
        with CaptureQueriesContext(connection) as queries:
            assert alice_client.get(reverse(name, args=[row.pk])).status_code == 200
        return len(queries)

    cost("partners:details", partner)
    few = cost("partners:details", partner), cost("directory:details", user)
    make_users(300)
    make_partners(300, domains=2)
    assert (cost("partners:details", partner), cost("directory:details", user)) == few
