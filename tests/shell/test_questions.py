"""Every question before something is done: a row changed, a consequence changed, neither changed.

Asked again, asked again, done. What a question does not speak of makes it ask nothing again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.urls import reverse

from federation.directory import services as users
from federation.directory.models import Assignment, User
from federation.edge import services as edge
from federation.edge.models import XmppGatewayConfiguration
from federation.gateway import services as gateways
from federation.partners import services as partners
from federation.partners.models import Partner
from federation.policies import services as policies
from federation.topology import services as topology
from tests.makers import MAKER, global_policy, make_policy, make_pool, make_users
from tests.pages import Page
from tests.shell.questions import CASES, Case, edited, fresh, gateway

if TYPE_CHECKING:
    from django.db.models import Model
    from django.test import Client

pytestmark = [pytest.mark.django_db, pytest.mark.sql]
AGAIN = "Nothing was done yet. This is different from what you were asked:"

BY_NAME = pytest.mark.parametrize("name", CASES)


def asked(client: Client, case: Case, row: Model) -> Page:
    return Page(client.get(reverse(case.address), {"row": row.pk}))


@BY_NAME
def test_a_row_that_changed_is_asked_about_again_and_the_reason_stays(
    alice_client: Client, name: str
) -> None:
    case = CASES[name]
    row = case.make()
    form = asked(alice_client, case, row).form(case.button).fill(reason="Tidying up")
    case.change(row)
    page = Page(form.send(alice_client))
    assert page.status == 409
    assert AGAIN in page.text
    assert f"“{fresh(row)}” was changed by" in page.text
    assert page.form(case.button).box("Reason for this change").value == "Tidying up"
    if name != "global":
        assert not case.is_done(row)
    assert page.form(case.button).send(alice_client).status_code == 302
    assert case.is_done(row)


@BY_NAME
def test_what_did_not_change_is_done_at_once(alice_client: Client, name: str) -> None:
    case = CASES[name]
    row = case.make()
    form = asked(alice_client, case, row).form(case.button)
    topology.change_pool(make_pool("other.contoso.com", "Lyon"), actor=MAKER, description="Not spoken of")
    assert form.send(alice_client).status_code == 302
    assert case.is_done(row)


#: JSON reads a number too large as infinite.
INFINITE = {"seen": "x", "told": '{"rows": {}, "count": 1e400, "said": []}'}


@BY_NAME
def test_an_answer_without_a_question_does_nothing(alice_client: Client, name: str) -> None:
    case = CASES[name]
    row = case.make()
    policies.change_policy(fresh(global_policy()), actor=MAKER, description="x")
    for forged in (
        {},
        {"seen": "1-1"},
        {"seen": "x", "told": '{"rows": {"1": 2}, "count": [], "said": 3}'},
        INFINITE,
    ):
        answer = alice_client.post(reverse(case.address), {"row": row.pk, **forged})
        assert answer.status_code == 409
    assert not case.is_done(row)


def test_who_falls_back_is_asked_about_again(alice_client: Client) -> None:
    doomed = make_policy("Doomed")
    page = asked(alice_client, CASES["policy"], doomed)
    assert "No user is governed, so nobody falls back." in page.text
    users.assign_policy(User.objects.filter(pk__in=[user.pk for user in make_users(3)]), doomed, actor=MAKER)
    page = Page(page.form("Delete").fill(reason="Old").send(alice_client))
    assert page.status == 409
    assert page.said == ["What this question says changed meanwhile. Look again, then confirm."]
    assert "New: 3 users to Global" in page.texts("li")
    assert "No longer true: No user is governed, so nobody falls back." in page.texts("li")
    assert "3 users to Global changed" in page.texts("li")
    assert Assignment.objects.count() == 3
    assert page.form("Delete").box("Reason for this change").value == "Old"
    assert page.form("Delete").send(alice_client).status_code == 302


def test_who_loses_a_partner_is_asked_about_again(alice_client: Client) -> None:
    edge.change_access(actor=MAKER, federation=True)
    policies.change_policy(global_policy(), actor=MAKER, federated=True, xmpp=True)
    partner = partners.create_partner(domain="fabrikam.com", actor=MAKER)
    page = asked(alice_client, CASES["partner"], partner)
    make_users(2)
    page = Page(page.form("Delete").send(alice_client))
    assert page.status == 409
    assert any(said.startswith("New: ") for said in page.texts("li"))
    assert Partner.objects.exists()
    assert page.form("Delete").send(alice_client).status_code == 302


def test_figures_of_an_assignment_are_asked_about_again(alice_client: Client) -> None:
    people = make_users(3)
    make_policy("Sales")
    other = make_policy("Other")
    page = Page(alice_client.get(reverse("directory:assign"), {"row": [user.pk for user in people]}))
    form = page.form("Show what changes").fill(policy="Tag:Sales")
    form = Page(form.send(alice_client)).form("OK").fill(reason="Moved")
    users.assign_policy(User.objects.filter(pk=people[0].pk), other, actor=MAKER)
    page = Page(form.send(alice_client))
    assert page.status == 409
    assert {"New: 1: Tag:Other → Tag:Sales", "New: 2: <Automatic> → Tag:Sales"} <= set(page.texts("li"))
    assert Assignment.objects.count() == 1
    assert page.form("OK").send(alice_client).status_code == 302
    assert Assignment.objects.count() == 3


def test_assignments_that_were_swapped_with_the_same_figures_are_another_set(alice_client: Client) -> None:
    one, two = make_users(2)
    make_policy("Sales")
    other = make_policy("Other")
    users.assign_policy(User.objects.filter(pk=one.pk), other, actor=MAKER)
    query = {"row": [one.pk, two.pk]}
    form = Page(alice_client.get(reverse("directory:assign"), query)).form("Show what changes")
    form = Page(form.fill(policy="Tag:Sales").send(alice_client)).form("OK")
    users.assign_policy(User.objects.filter(pk=one.pk), None, actor=MAKER)
    users.assign_policy(User.objects.filter(pk=two.pk), other, actor=MAKER)
    assert form.send(alice_client).status_code == 409
    assert Assignment.objects.get().policy == other


def test_a_large_set_is_told_apart_by_its_sums(alice_client: Client) -> None:
    people = make_users(150)
    page = Page(alice_client.get(reverse("directory:disable"), {"all": "1"}))
    last = User.objects.order_by("-name_sort")[0]
    edited(last)
    page = Page(page.form("Temporarily disable").send(alice_client))
    assert page.status == 409
    assert "At least one of them was changed." in page.texts("li")
    users.remove_users(User.objects.filter(pk=people[0].pk), actor=MAKER)
    page = Page(page.form("Temporarily disable").send(alice_client))
    assert "There were 150 of them." in page.texts("li")
    assert page.form("Temporarily disable").send(alice_client).status_code == 302
    assert not User.objects.filter(enabled=True).exists()


def test_what_is_not_there_any_more_is_said(alice_client: Client) -> None:
    policy, other = make_policy("Doomed"), make_policy("Other")
    query = {"row": [policy.pk, other.pk]}
    form = Page(alice_client.get(reverse("policies:delete"), query)).form("Delete")
    policies.delete_policies([policy], actor=MAKER)
    page = Page(form.send(alice_client))
    assert "“Tag:Doomed” is not there any more: it was deleted, or is not among them now." in page.texts("li")
    policies.delete_policies([other], actor=MAKER)
    page = Page(page.form("Delete").send(alice_client, follow=True))
    assert page.said == ["What you selected is not there any more. Nothing was changed."]


def test_the_secret_of_a_gateway_and_the_dialback_secret(alice_client: Client) -> None:
    row = gateway()
    address = reverse("status:secret", args=[row.pk])
    page = Page(alice_client.get(address))
    gateways.change_gateway(fresh(row), actor=MAKER, description="Do not touch")
    page = Page(page.form("Replace").fill(reason="Leaked").send(alice_client))
    assert (page.status, fresh(row).secret_made_at) == (409, row.secret_made_at)
    assert "Do not touch" in page.text
    assert page.form("Replace").box("Reason for this change").value == "Leaked"
    assert page.form("Replace").send(alice_client).status_code == 200
    assert fresh(row).secret_made_at > row.secret_made_at

    before = XmppGatewayConfiguration.objects.the_global()
    page = Page(alice_client.get(reverse("edge:xmpp-secret")))
    edge.change_gateway(actor=MAKER, keep_alive=120)
    page = Page(page.form("Replace").send(alice_client))
    assert (page.status, fresh(before).secret_made_at) == (409, before.secret_made_at)
    assert page.form("Replace").send(alice_client).status_code == 302
    assert fresh(before).secret_made_at != before.secret_made_at


def test_a_question_costs_no_query_for_each_row(
    alice_client: Client, django_assert_max_num_queries: Any
) -> None:
    counts = []
    for number in (1, 3, 300):  # the first one warms caches up
        User.objects.all().delete()
        make_users(number)
        with django_assert_max_num_queries(60) as captured:
            assert alice_client.get(reverse("directory:remove"), {"all": "1"}).status_code == 200
        counts.append(len(captured))
    assert counts[1] == counts[2]
