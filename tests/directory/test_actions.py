"""Temporarily disable, re-enable, remove: each asks first, and is one event with its members."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from django.urls import reverse

from controlpanel.audit.models import AuditEvent
from federation.directory import services
from federation.directory.models import Assignment, User
from tests.makers import MAKER, known, make_policy, make_site_policy, make_user, make_users
from tests.pages import Page

if TYPE_CHECKING:
    from django.test import Client

pytestmark = [pytest.mark.django_db, pytest.mark.sql]


def asked(client: Client, action: str, *users: User, **narrowing: Any) -> Page:
    """The question before an action."""
    query = {"row": [user.pk for user in users], **narrowing}
    return Page(client.get(reverse(f"directory:{action}"), query))


def test_users_are_disabled_and_re_enabled(alice_client: Client) -> None:
    users = make_users(3)
    off = make_user("off@contoso.com", enabled=False)
    page = asked(alice_client, "disable", *users, off)
    assert page.texts("h2") == ["Temporarily disable 4 users?"]
    assert "A disabled user is governed by no policy and cannot talk outside." in page.text
    page = Page(page.form("Temporarily disable").fill(reason="Away").send(alice_client, follow=True))
    assert page.said == ["3 users were disabled."]
    assert not User.objects.filter(enabled=True).exists()
    event = AuditEvent.objects.get(action="directory:users:disable")
    assert (event.members_count, event.reason) == (3, "Away")
    assert known(users[0]).version == 2
    assert known(off).version == 1

    page = asked(alice_client, "enable", *users)
    assert page.texts("h2") == ["Re-enable 3 users?"]
    page = Page(page.form("Re-enable").send(alice_client, follow=True))
    assert page.said == ["3 users were re-enabled."]
    details = Page(alice_client.get(reverse("directory:details", args=[users[0].pk])))
    assert "disabled → enabled" in details.text
    assert "enabled → disabled" in details.text


def test_disabling_the_disabled_is_no_event(alice_client: Client) -> None:
    user = make_user(enabled=False)
    page = asked(alice_client, "disable", user).form("Temporarily disable").send(alice_client, follow=True)
    assert Page(page).said == ["0 users were disabled."]
    assert not AuditEvent.objects.filter(action="directory:users:disable").exists()


def test_removing_asks_first_and_keeps_what_each_was(alice_client: Client) -> None:
    user = make_user("dora@contoso.com", display_name="Dora", department="Sales", policy=make_policy("Sales"))
    keep = make_user("emil@contoso.com")
    page = asked(alice_client, "remove", user)
    assert page.texts("h2") == ["Remove 1 user?"]
    assert "dora@contoso.com" in page.texts("li")
    assert User.objects.count() == 2
    page = Page(page.form("Remove").fill(reason="Left").send(alice_client, follow=True))
    assert page.said == ["1 user was removed."]
    assert list(User.objects.all()) == [keep]
    assert not Assignment.objects.exists()
    event = AuditEvent.objects.get(action="directory:users:remove")
    was = json.loads(event.members.get().before)
    assert (was["display_name"], was["department"], was["policy"]) == ("Dora", "Sales", "Tag:Sales")
    told = Page(alice_client.get(reverse("audit:details", args=[event.pk])))
    assert "Display name: Dora" in told.text


def test_cancel_changes_nothing(alice_client: Client) -> None:
    page = asked(alice_client, "remove", make_user())
    assert page.all("form", id="cancel", method="get", action=reverse("directory:list"))


def test_all_that_match_are_removed(alice_client: Client) -> None:
    make_users(30)
    make_users(3, name="Other")
    page = asked(alice_client, "remove", all="1", q="user")
    assert page.texts("h2") == ["Remove 30 users?"]
    page.form("Remove").send(alice_client)
    assert User.objects.count() == 3


@pytest.mark.parametrize("action, button", [("disable", "Temporarily disable"), ("remove", "Remove")])
def test_a_set_that_grew_is_asked_again(alice_client: Client, action: str, button: str) -> None:
    make_users(3)
    form = asked(alice_client, action, all="1", q="user").form(button)
    make_user("user999@contoso.com")
    page = Page(form.send(alice_client))
    assert page.status == 409
    assert page.said == ["The selection changed meanwhile. Look again, then confirm."]
    assert User.objects.filter(enabled=True).count() == 4


@pytest.mark.parametrize("action", ["assign", "disable", "enable", "remove"])
def test_nothing_selected_is_said(alice_client: Client, action: str) -> None:
    page = Page(alice_client.get(reverse(f"directory:{action}"), {"row": "9" * 400}, follow=True))
    assert page.said == ["Select at least one row first."]


def test_show_details_opens_the_selected_user(bob_client: Client) -> None:
    user = make_user()
    answer = bob_client.get(reverse("directory:open"), {"row": user.pk})
    assert answer["Location"] == reverse("directory:details", args=[user.pk])


def test_who_is_disabled_is_governed_by_nothing() -> None:
    user = make_user("dora@contoso.com", policy=make_policy("Sales"))
    services.set_enabled(User.objects.all(), False, actor=MAKER)
    assert known(user).governing is None
    assert Assignment.objects.count() == 1  # and has it back when re-enabled
    site_policy = make_site_policy("Lyon")
    assert not User.objects.governed_by(site_policy).exists()
