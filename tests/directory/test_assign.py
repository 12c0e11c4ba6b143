"""Assign policies: on a selection or on all that match; who changes from what to what; one event."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from controlpanel.accounts.rights import Role
from controlpanel.audit.models import AuditEvent, EventMember
from federation.directory import services
from federation.directory.models import Assignment, User
from federation.policies import services as policies
from tests.conftest import person, signed_in
from tests.makers import (
    MAKER,
    everybody,
    make_policies,
    make_policy,
    make_pool,
    make_site_policy,
    make_user,
    make_users,
)
from tests.pages import Form, Page

if TYPE_CHECKING:
    from django.test import Client

pytestmark = [pytest.mark.django_db, pytest.mark.sql]
CHANGED = "The selection changed meanwhile. Look again, then confirm."


def asked(client: Client, *users: User, **narrowing: Any) -> Page:
    """The dialog for ``users``, or for all that match ``narrowing``."""
    return Page(client.get(reverse("directory:assign"), {"row": [user.pk for user in users], **narrowing}))


def effect(page: Page) -> list[list[str]]:
    """The table: how many, policy now, policy then."""
    body = Page.__new__(Page)
    body.root = page.all("tbody")[0]
    cells = body.texts("td")
    return [cells[place : place + 3] for place in range(0, len(cells), 3)]


def shown(client: Client, page: Page, policy: str) -> Page:
    """Choose ``policy`` and look at what would change."""
    return Page(page.form("Show what changes").fill(policy=policy).send(client))


def assigned() -> dict[str, str]:
    """The assigned policy of each user who has one."""
    return {str(each.user): str(each.policy) for each in Assignment.objects.select_related("user", "policy")}


def test_what_changes_is_shown_first_and_then_done(alice_client: Client) -> None:
    sales, support = make_policy("Sales"), make_policy("Support")
    make_users(3)
    with_sales = make_users(2, name="Seller", policy=sales)
    with_support = make_users(1, name="Helper", policy=support)
    everyone = [*User.objects.all()]

    page = asked(alice_client, *everyone)
    assert page.texts("h2") == ["Assign Policies"]
    assert "6 users are selected." in page.text
    assert page.form("policy").box("External access policy").value == "keep"
    preview = shown(alice_client, page, "Tag:Sales")
    assert preview.status == 200
    assert effect(preview) == [
        ["3", "<Automatic>", "Tag:Sales"],
        ["1", "Tag:Support", "Tag:Sales"],
        ["2", "Tag:Sales", "unchanged"],
    ]
    assert len(assigned()) == 3

    said = Page(preview.form("OK").fill(reason="Ticket 7").send(alice_client, follow=True)).said
    assert said == ["4 users now have Tag:Sales."]
    assert set(assigned().values()) == {"Tag:Sales"}
    assert len(assigned()) == 6
    event = AuditEvent.objects.get(action="directory:users:assign")
    assert (event.members_count, event.reason, event.actor_name) == (4, "Ticket 7", "alice")
    members = {member.object_name: (member.before, member.after) for member in event.members.all()}
    assert members["user001@contoso.com"] == ("<Automatic>", "Tag:Sales")
    assert members[str(with_support[0])] == ("Tag:Support", "Tag:Sales")
    assert str(with_sales[0]) not in members


def test_large_numbers_are_grouped(alice_client: Client) -> None:
    make_policy("Sales")
    make_users(1200)
    page = shown(alice_client, Page(alice_client.get(reverse("directory:assign"), {"all": "1"})), "Tag:Sales")
    assert "1,200 users are selected." in page.text
    assert effect(page) == [["1,200", "<Automatic>", "Tag:Sales"]]
    done = page.form("OK").send(alice_client, follow=True)
    assert "1,200 users now have Tag:Sales." in Page(done).text


def test_automatic_takes_the_policy_away(alice_client: Client) -> None:
    users = make_users(3, policy=make_policy("Sales"))
    preview = shown(alice_client, asked(alice_client, *users), "")
    assert effect(preview) == [["3", "Tag:Sales", "<Automatic>"]]
    page = Page(preview.form("OK").send(alice_client, follow=True))
    assert page.said == ["3 users now have <Automatic>."]
    assert assigned() == {}


def test_keep_as_is_changes_nothing(alice_client: Client) -> None:
    users = make_users(2, policy=make_policy("Sales"))
    preview = shown(alice_client, asked(alice_client, *users), "keep")
    assert effect(preview) == [["2", "Tag:Sales", "unchanged"]]
    page = Page(preview.form("OK").send(alice_client, follow=True))
    assert page.said == ["Nothing was changed: every user keeps the policy as it is."]
    assert set(assigned().values()) == {"Tag:Sales"}
    assert not AuditEvent.objects.filter(action__startswith="directory:users").exists()


def test_another_choice_is_shown_before_it_is_done(alice_client: Client) -> None:
    make_policy("Sales")
    make_policy("Support")
    preview = shown(alice_client, asked(alice_client, *make_users(2)), "Tag:Sales")
    other = Page(preview.form("OK").fill(policy="Tag:Support").send(alice_client))
    assert effect(other) == [["2", "<Automatic>", "Tag:Support"]]
    assert assigned() == {}
    other.form("OK").send(alice_client)
    assert set(assigned().values()) == {"Tag:Support"}


def test_a_look_while_choosing_is_never_an_action(alice_client: Client) -> None:
    make_policy("Sales")
    form = shown(alice_client, asked(alice_client, *make_users(2)), "Tag:Sales").form("OK")
    answer = alice_client.post(reverse("directory:assign"), {**form.data, "preview": "1"})
    assert answer.status_code == 200
    assert assigned() == {}


def test_all_that_match_are_assigned(alice_client: Client) -> None:
    make_policy("Sales")
    make_users(120)
    make_users(5, name="Other")
    page = asked(alice_client, all="1", q="user", property="enabled", operator="is", value="yes")
    assert "120 users are selected." in page.text
    shown(alice_client, page, "Tag:Sales").form("OK").send(alice_client)
    assert len(assigned()) == 120
    assert not any(name.startswith("other") for name in assigned())


def grown(client: Client) -> Form:
    make_policy("Sales")
    make_users(3)
    form = shown(client, asked(client, all="1", q="user"), "Tag:Sales").form("OK")
    make_user("user999@contoso.com", display_name="User 999")
    return form


def test_a_set_that_grew_is_asked_again(alice_client: Client) -> None:
    page = Page(grown(alice_client).send(alice_client))
    assert (page.status, page.said) == (409, [CHANGED])
    assert assigned() == {}
    assert effect(page) == [["4", "<Automatic>", "Tag:Sales"]]
    page.form("OK").send(alice_client)
    assert len(assigned()) == 4


def test_a_policy_that_is_gone_meanwhile_is_refused(alice_client: Client) -> None:
    sales = make_policy("Sales")
    form = shown(alice_client, asked(alice_client, *make_users(2)), "Tag:Sales").form("OK")
    policies.delete_policies([sales], actor=MAKER)
    page = Page(form.send(alice_client))
    assert page.status == 422
    assert "There is no user policy “Tag:Sales”." in page.text


@pytest.mark.parametrize("name", ["Site:Paris", "Global", "Nonsense", "\x00", "x" * 1000])
def test_only_user_policies_are_assigned(alice_client: Client, name: str) -> None:
    make_site_policy("Paris")
    page = asked(alice_client, *make_users(1))
    form = page.form("Show what changes")
    answer = Page(alice_client.post(form.address, {**form.data, "policy": name}))
    assert answer.status == 422
    assert assigned() == {}


def test_a_service_refuses_a_site_policy() -> None:
    policy = make_site_policy("Paris")
    users = everybody(make_users(2))
    with pytest.raises(ValidationError, match="is no user policy"):
        services.assign_policy(users, policy, actor=MAKER)
    assert assigned() == {}


def test_with_many_policies_one_is_typed(alice_client: Client) -> None:
    make_policies(501)
    page = asked(alice_client, *make_users(2))
    form = page.form("Show what changes")
    box = form.box("External access policy")
    assert (box.kind, box.value) == ("text", "<Keep as is>")
    preview = shown(alice_client, page, "policy 007")
    assert effect(preview) == [["2", "<Automatic>", "Tag:Policy 007"]]
    preview.form("OK").send(alice_client)
    assert set(assigned().values()) == {"Tag:Policy 007"}
    preview = shown(alice_client, asked(alice_client, all="1"), "<Automatic>")
    assert effect(preview) == [["2", "Tag:Policy 007", "<Automatic>"]]


def test_a_user_administrator_assigns_but_makes_no_policy() -> None:
    client = signed_in(person("ute", Role.USER_ADMINISTRATOR))
    make_policy("Sales")
    shown(client, asked(client, *make_users(2)), "Tag:Sales").form("OK").send(client)
    assert len(assigned()) == 2
    assert client.get(reverse("policies:new-user")).status_code == 403


@pytest.mark.parametrize("name", ["assign", "disable", "enable", "remove"])
def test_who_may_only_look_may_not_act(bob_client: Client, charlie_client: Client, name: str) -> None:
    user = make_user()
    for client in (bob_client, charlie_client):
        for call in (client.get, client.post):
            assert call(reverse(f"directory:{name}"), {"row": str(user.pk)}).status_code == 403


def test_the_event_lists_its_members(bob_client: Client) -> None:
    sales = make_policy("Sales")
    make_users(150)
    services.assign_policy(User.objects.all(), sales, actor=MAKER, reason="All of them")
    event = AuditEvent.objects.get(action="directory:users:assign")

    log = Page(bob_client.get(reverse("audit:list"), {"action": str(event.action)}))
    assert log.rows[0][4] == "150 users; External access policy: Tag:Sales"
    page = Page(bob_client.get(reverse("audit:details", args=[event.pk])))
    assert "The first 100 of 150 users" in page.texts("h3")
    assert "user001@contoso.com" in page.links
    assert page.text.count("<Automatic> → Tag:Sales") == 100
    found = Page(bob_client.get(page.links["Search them all"], {"q": "USER14"}))
    assert len(found.rows) == 10
    assert found.rows[0] == ["user140@contoso.com", "<Automatic> → Tag:Sales"]
    answer = bob_client.get(page.links["Export them all"])
    rows = list(csv.reader(io.StringIO(b"".join(answer).decode("utf-8-sig"))))
    assert len(rows) == 151
    assert rows[1] == ["user001@contoso.com", "<Automatic> → Tag:Sales"]


def test_the_page_of_each_user_shows_the_event(bob_client: Client) -> None:
    sales = make_policy("Sales")
    users = make_users(3)
    services.assign_policy(everybody(users[:2]), sales, actor=MAKER)
    event = AuditEvent.objects.get(action="directory:users:assign")
    for user, count in ((users[0], 1), (users[2], 0)):
        page = Page(bob_client.get(reverse("directory:details", args=[user.pk])))
        assert page.text.count("<Automatic> → Tag:Sales") == count
        log = Page(bob_client.get(reverse("audit:list"), {"kind": "directory.user", "object": f"{user.pk}"}))
        assert len([row for row in log.rows if row[2] == "Policy assigned to users"]) == count
    assert (
        reverse("audit:details", args=[event.pk])
        in Page(bob_client.get(reverse("directory:details", args=[users[0].pk]))).links.values()
    )


def test_large_selections_do_not_load_rows(alice_client: Client) -> None:
    """As many statements, and none that brings the users, for 3 as for 300."""
    sales = make_policy("Sales")
    counts = []
    for number, name in ((3, "Few"), (300, "Many")):
        make_users(number, make_pool(f"{name}.contoso.com", "Paris"), name=name)
        form = shown(alice_client, asked(alice_client, all="1", q=name), "Tag:Sales").form("OK")
        with CaptureQueriesContext(connection) as asked_for:
            assert form.send(alice_client).status_code == 302
        counts.append(len(asked_for))
        wide = [each["sql"] for each in asked_for if 'SELECT "directory_user"."id", ' in each["sql"]]
        assert all("LIMIT 1" in sql or "LIMIT 20" in sql for sql in wide), wide
    assert counts[0] == counts[1]
    assert Assignment.objects.filter(policy=sales).count() == 303
    assert EventMember.objects.count() == 303
