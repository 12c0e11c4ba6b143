"""What policies say of the users they govern: how many, who gains or loses, where they fall back to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from controlpanel.audit.models import AuditEvent
from federation.directory.models import Assignment, User
from federation.policies import rules, services
from tests.makers import (
    MAKER,
    global_policy,
    known,
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

    from federation.policies.models import ExternalAccessPolicy

pytestmark = [pytest.mark.django_db, pytest.mark.sql]


def opened(client: Client, policy: ExternalAccessPolicy) -> Page:
    """The page of ``policy``."""
    return Page(client.get(reverse("policies:details", args=[policy.pk])))


def test_a_policy_leads_to_the_users_it_governs(bob_client: Client) -> None:
    site = make_site_policy("Paris, (1): north")
    sales = make_policy("Sales, north: 50%")
    pool = make_pool("pool01.contoso.com", site.site)
    make_users(2, pool, name="Seller", policy=sales)
    make_users(3, pool)
    make_users(4, make_pool("pool02.contoso.com", "Lyon"), name="Other")
    make_user("off@contoso.com", pool, enabled=False, policy=sales)
    for policy, count, first in ((sales, 2, "Seller"), (site, 3, "User"), (global_policy(), 4, "Other")):
        page = opened(bob_client, policy)
        listed = Page(bob_client.get(page.links[f"Governs {count} users"]))
        assert len(listed.rows) == count
        assert all(row[0].startswith(first) for row in listed.rows)
        assert "There is nothing of this name." not in listed.text
    assert "Governs nobody" in opened(bob_client, make_policy("Empty")).text


def test_a_standing_sentence_says_whom_a_change_hits(alice_client: Client, bob_client: Client) -> None:
    policy = make_policy("Sales")
    make_users(2, policy=policy)
    sentence = "This policy governs 2 users; what you change applies to all of them at once."
    assert sentence in opened(alice_client, policy).text
    assert sentence not in opened(bob_client, policy).text


def test_switches_say_before_commit_who_gains_or_loses_what(alice_client: Client) -> None:
    policy = make_policy("Sales", federated=True, remote=True)
    make_users(2, policy=policy)
    fragment = reverse("policies:effect", args=[policy.pk])

    def told(*on: str) -> list[str]:
        return Page(alice_client.get(fragment, dict.fromkeys(on, "on"))).texts("p")

    assert told("federated", "remote") == []
    assert told("federated", "xmpp", "remote") == ["2 users gain: XMPP federated users"]
    assert told("federated") == ["2 users lose: sign-in from outside"]
    assert told("xmpp") == ["2 users lose: federated users, sign-in from outside"]
    assert told("public", "public_av") == [
        "2 users gain: public users, audio and video with public users",
        "2 users lose: federated users, sign-in from outside",
    ]
    page = opened(alice_client, policy)
    assert fragment in [
        value for each in page.all("div") for name, value in each.attributes if name == "hx-get"
    ]


def test_a_change_of_xmpp_says_whom_it_does_not_reach(alice_client: Client) -> None:
    policy = make_policy("Sales", federated=True)
    make_users(2, make_pool("pool01.contoso.com"), policy=policy)
    make_users(3, make_pool("sba.contoso.com", kind="survivable"), name="Branch", policy=policy)
    fragment = reverse("policies:effect", args=[policy.pk])

    def told(*on: str) -> list[str]:
        return Page(alice_client.get(fragment, dict.fromkeys(on, "on"))).texts("p")

    beyond = "XMPP is not available to 3 of them, homed on a Survivable Branch Appliance."
    assert told("federated", "xmpp") == ["5 users gain: XMPP federated users", beyond]
    assert beyond not in told("federated", "remote")


def test_the_effect_stands_on_a_page_that_comes_back(alice_client: Client) -> None:
    policy = make_policy("Sales")
    make_users(2, policy=policy)
    page = Page(
        opened(alice_client, policy).form("Commit").fill(federated=True, reason="x" * 201).send(alice_client)
    )
    assert page.status == 422
    assert "2 users gain: federated users" in page.texts("p")


def test_a_new_site_policy_says_how_many_it_governs(alice_client: Client) -> None:
    site = make_site("Paris")
    make_users(3, make_pool("pool01.contoso.com", site))
    form = Page(alice_client.get(reverse("policies:new-site", args=[site.pk]))).form("Commit")
    page = Page(form.send(alice_client, follow=True))
    assert page.said == ["Policy “Site:Paris” was committed. It governs 3 users now."]


def asked(client: Client, *policies: ExternalAccessPolicy) -> Page:
    """The question before ``policies`` are deleted."""
    return Page(client.get(reverse("policies:delete"), {"row": [policy.pk for policy in policies]}))


def test_deleting_says_what_users_fall_back_to_and_does_both(alice_client: Client) -> None:
    paris = make_site_policy("Paris")
    sales = make_policy("Sales")
    here, there = make_pool("pool01.contoso.com", paris.site), make_pool("pool02.contoso.com", "Lyon")
    make_users(2, here, name="Here", policy=sales)
    make_users(1, there, name="There", policy=sales)
    off = make_user("off@contoso.com", here, enabled=False, policy=sales)
    make_users(4, here, name="Site")

    page = asked(alice_client, sales)
    assert "2 users to Site:Paris" in page.texts("li")
    assert "1 user to Global" in page.texts("li")
    page.form("Delete").fill(reason="Tidy").send(alice_client)

    assert not Assignment.objects.exists()
    assert known(User.objects.get(address="here001@contoso.com")).governing_identity == "Site:Paris"
    assert known(User.objects.get(address="there001@contoso.com")).governing_identity == "Global"
    event = AuditEvent.objects.get(action="directory:users:release")
    assert (event.members_count, event.reason, event.actor_name) == (4, "Tidy", "alice")
    assert event.members.get(object_pk=off.pk).before == "Tag:Sales"

    page = asked(alice_client, paris)
    assert "6 users to Global" in page.texts("li")
    page.form("Delete").send(alice_client)
    assert User.objects.governed_by(global_policy()).count() == 7


def test_a_site_policy_that_goes_too_is_nothing_to_fall_back_to(alice_client: Client) -> None:
    paris = make_site_policy("Paris")
    sales = make_policy("Sales")
    pool = make_pool("pool01.contoso.com", paris.site)
    make_users(2, pool, name="Seller", policy=sales)
    make_users(3, pool)
    page = asked(alice_client, sales, paris, global_policy())
    assert "5 users to Global" in page.texts("li")
    page.form("Delete").send(alice_client)
    assert User.objects.governed_by(global_policy()).count() == 5


def test_a_policy_that_governs_nobody_is_deleted_in_peace(alice_client: Client) -> None:
    assert "No user is governed" in asked(alice_client, make_policy("Empty")).text


def test_resetting_global_says_who_loses_what(alice_client: Client) -> None:
    services.change_policy(global_policy(), actor=MAKER, federated=True, remote=True)
    make_users(3)
    page = asked(alice_client, global_policy())
    assert "3 users lose: federated users, sign-in from outside" in page.texts("p")
    assert "No user is governed" not in page.text
    assert page.form("Delete").send(alice_client).status_code == 302
    assert not global_policy().federated


def test_one_refusal_keeps_policies_and_assignments(monkeypatch: pytest.MonkeyPatch) -> None:
    from controlpanel.audit import commits

    sales = make_policy("Sales")
    make_users(2, policy=sales)

    def failing(*_args: Any, **_rest: Any) -> None:
        raise commits.Gone("Sales")

    monkeypatch.setattr(commits, "delete", failing)
    with pytest.raises(commits.Gone):
        services.delete_policies([sales], actor=MAKER)
    assert Assignment.objects.filter(policy=sales).count() == 2
    assert not AuditEvent.objects.filter(action="directory:users:release").exists()


SWITCHES = st.fixed_dictionaries({name: st.booleans() for name in rules.SWITCHES})


@given(SWITCHES, SWITCHES)
def test_gains_and_losses_are_the_plain_difference(before: dict[str, bool], after: dict[str, bool]) -> None:
    def has(switches: dict[str, bool], name: str) -> bool:
        needs = dict(rules.NEEDS).get(name)
        return switches[name] and (needs is None or switches[needs])

    gained, lost = rules.gains_and_losses(before, after)
    for name in rules.SWITCHES:
        assert (name in gained) == (not has(before, name) and has(after, name))
        assert (name in lost) == (has(before, name) and not has(after, name))
