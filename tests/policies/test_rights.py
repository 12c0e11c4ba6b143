"""What a role may not do is not offered, and is refused when it is forced."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.urls import reverse

from controlpanel.accounts.actions import Action
from controlpanel.accounts.rights import Role
from controlpanel.audit.models import AuditEvent
from federation.policies.models import ExternalAccessPolicy
from tests.conftest import person, signed_in
from tests.makers import fresh, make_policy, make_site
from tests.pages import Page

if TYPE_CHECKING:
    from django.test import Client

    from controlpanel.accounts.models import Administrator

pytestmark = pytest.mark.django_db
READERS = [role for role in Role if role != Role.ADMINISTRATOR]


@pytest.mark.parametrize("role", READERS)
def test_a_reader_is_offered_only_what_reads(role: Role) -> None:
    policy = make_policy("Sales")
    client = signed_in(person("reader", role))
    listed = Page(client.get(reverse("policies:list")))
    assert "Tag:Sales" in [row[0] for row in listed.rows]
    assert listed.menu == ["Show details", "Select all"]
    assert "New" not in listed.texts("button")
    details = Page(client.get(reverse("policies:details", args=[policy.pk])))
    assert "Commit" not in details.texts("button")
    assert "Reason for this change" not in details.text
    assert details.links["Close"] == reverse("policies:list")
    assert all(box.disabled for box in details.form("Description").boxes if box.label)
    home = Page(client.get(reverse("overview:list")))
    assert not {reverse("policies:new-user"), reverse("admin:topology_site_changelist")} & set(
        home.links.values()
    )


def test_an_administrator_is_offered_all_of_it(alice_client: Client) -> None:
    listed = Page(alice_client.get(reverse("policies:list")))
    assert listed.menu == ["Site policy", "User policy", "Show details", "Copy", "Delete", "Select all"]


@pytest.mark.parametrize("role", READERS)
def test_a_forced_change_is_refused(alice: Administrator, role: Role) -> None:
    policy, site = make_policy("Sales"), make_site("Paris")
    address = reverse("policies:details", args=[policy.pk])
    change = Page(signed_in(alice).get(address)).form("Commit").fill(remote=True).data
    client = signed_in(person("reader", role))
    before = AuditEvent.objects.exclude(action=Action.REFUSED).count()
    answers = [
        client.post(address, change),
        client.post(reverse("policies:new-user"), {"name": "Forced"}),
        client.post(reverse("policies:new-site", args=[site.pk]), {}),
        client.post(reverse("policies:delete"), {"row": policy.pk, "seen": f"1-{policy.pk}"}),
    ]
    assert [answer.status_code for answer in answers] == [403] * len(answers)
    assert "Your role does not allow it." in Page(answers[0]).text
    assert not fresh(policy).remote
    assert ExternalAccessPolicy.objects.count() == 2
    assert AuditEvent.objects.exclude(action=Action.REFUSED).count() == before


def test_roles_add_up() -> None:
    client = signed_in(person("both", Role.HELP_DESK, Role.ADMINISTRATOR))
    assert client.post(reverse("policies:new-user"), {"name": "Sales"}).status_code == 302


def test_who_loses_a_role_loses_it_with_the_next_request(alice: Administrator) -> None:
    client = signed_in(alice)
    assert client.get(reverse("policies:new-user")).status_code == 200
    alice.role_grants.all().delete()
    assert client.get(reverse("policies:new-user")).status_code == 403
    assert client.get(reverse("policies:list")).status_code == 403


def test_who_is_switched_off_is_signed_out_with_the_next_request(alice: Administrator) -> None:
    client = signed_in(alice)
    type(alice).objects.update(is_active=False)
    answer = client.get(reverse("policies:list"))
    assert answer.status_code == 302
    assert answer["Location"].startswith(reverse("accounts:login"))


def test_the_way_back_is_kept_at_sign_in(client: Client) -> None:
    address = f"{reverse('policies:list')}?q=sal"
    answer = client.get(address)
    page = Page(client.get(answer["Location"]))
    assert page.form("Sign in").data["next"] == [address]


def test_charlie_who_is_nobody_sees_why(charlie_client: Client) -> None:
    page = Page(charlie_client.get(reverse("home"), follow=True))
    assert page.status == 403
    assert "Your role does not allow it." in page.text
    assert "Sign out" in page.texts(role="menuitem")
