"""A user's page: which policy governs and why, commits, conflicts, and who may do what."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.urls import reverse

from controlpanel.accounts.rights import Role
from controlpanel.audit.actor import Actor
from controlpanel.audit.models import AuditEvent
from federation.directory import services
from federation.directory.models import User
from tests.conftest import person, signed_in
from tests.makers import MAKER, known, make_policy, make_pool, make_site_policy, make_user
from tests.pages import Form, Page, text_of

if TYPE_CHECKING:
    from django.test import Client

pytestmark = [pytest.mark.django_db, pytest.mark.sql]
DAVE = Actor("dave")


def opened(client: Client, user: User) -> Page:
    """The page of ``user``."""
    return Page(client.get(reverse("directory:details", args=[user.pk])))


def governed(page: Page) -> tuple[str, list[str]]:
    """The sentence of the box, and the switches that are on."""
    box = page.all("section", class_="governed")[0]
    inside = Page.__new__(Page)
    inside.root = box
    on = [text for text in inside.texts("li") if text.startswith("Yes ")]
    return inside.texts("p")[0].replace(" ,", ","), [text.removeprefix("Yes ") for text in on]


def versions(page: Page) -> list[list[str]]:
    """The rows of the table that shows both versions."""
    table = next(table for table in page.all("table") if "Both versions" in text_of(table))
    inside = Page.__new__(Page)
    inside.root = table
    return [[text_of(each) for each in row.children] for row in inside.all("tr")[1:]]


def test_the_site_policy_governs_who_has_none_assigned(bob_client: Client) -> None:
    policy = make_site_policy("Paris", federated=True, remote=True)
    user = make_user("dora@contoso.com", make_pool("pool01.contoso.com", policy.site))
    page = opened(bob_client, user)
    sentence, on = governed(page)
    assert sentence == (
        "Governed by Site:Paris, because no user policy is assigned; the site policy replaces Global."
    )
    assert on == ["Enable communications with federated users", "Enable communications with remote users"]
    assert page.links["Site:Paris"] == reverse("policies:details", args=[policy.pk])


def test_the_assigned_policy_governs_whole(bob_client: Client) -> None:
    site = make_site_policy("Paris", federated=True, xmpp=True)
    user = make_user(
        "dora@contoso.com",
        make_pool("pool01.contoso.com", site.site),
        policy=make_policy("Sales", remote=True),
    )
    sentence, on = governed(opened(bob_client, user))
    assert sentence == (
        "Governed by Tag:Sales, because this user policy is assigned; "
        "it replaces the policy of the site and Global."
    )
    assert on == ["Enable communications with remote users"]


def test_global_governs_the_rest(bob_client: Client) -> None:
    sentence, on = governed(opened(bob_client, make_user()))
    assert sentence == ("Governed by Global, because no user policy is assigned and the site has no policy.")
    assert on == []


def test_nothing_governs_who_is_not_enabled(bob_client: Client) -> None:
    user = make_user(enabled=False, policy=make_policy("Sales", federated=True))
    sentence, on = governed(opened(bob_client, user))
    assert sentence == "The user is not enabled: no policy governs, and nobody outside can be reached."
    assert on == []


def test_xmpp_is_not_for_who_is_homed_on_a_survivable_branch_appliance(bob_client: Client) -> None:
    pool = make_pool("sba.contoso.com", "Bron", kind="survivable")
    user = make_user("dora@contoso.com", pool, policy=make_policy("Sales", federated=True, xmpp=True))
    page = opened(bob_client, user)
    assert governed(page)[1] == ["Enable communications with federated users"]
    assert "sba.contoso.com is a Survivable Branch Appliance: XMPP is not available" in page.text


def test_a_policy_is_assigned_on_the_page(alice_client: Client) -> None:
    make_policy("Sales")
    user = make_user()
    page = opened(alice_client, user)
    form = page.form("Commit")
    box = form.box("External access policy")
    assert box.value == ""
    assert page.texts("option")[:2] == ["<Automatic>", "Tag:Sales"]
    said = Page(form.fill(policy="Tag:Sales", reason="Ticket 7").send(alice_client, follow=True)).said
    assert said == ["User “dora@contoso.com” was committed."]
    assert str(known(user).policy) == "Tag:Sales"
    event = AuditEvent.objects.about(user)[0]
    assert (event.label, event.reason) == ("Policy assigned to users", "Ticket 7")
    assert (event.before, event.after) == ({"policy": "<Automatic>"}, {"policy": "Tag:Sales"})

    form = opened(alice_client, user).form("Commit").fill(policy="")
    assert form.send(alice_client).status_code == 302
    assert known(user).policy is None


def test_view_leads_to_the_assigned_policy(bob_client: Client) -> None:
    policy = make_policy("Sales: north & south")
    page = opened(bob_client, make_user(policy=policy))
    answer = bob_client.get(page.links["View"])
    assert answer["Location"] == reverse("policies:details", args=[policy.pk])
    assert bob_client.get(reverse("policies:named"), {"identity": "Tag:No"}).status_code == 404


def test_a_commit_that_changes_nothing_says_so(alice_client: Client) -> None:
    user = make_user(policy=make_policy("Sales"))
    page = Page(opened(alice_client, user).form("Commit").send(alice_client, follow=True))
    assert page.said == ["Nothing differed from what stands, so nothing was committed."]
    assert known(user).version == 1 + 1  # made, and its policy assigned


def test_fields_are_changed_with_what_follows_from_them(alice_client: Client) -> None:
    make_pool("pool02.contoso.com", "Lyon")
    user = make_user("dora@contoso.com", make_pool("pool01.contoso.com", "Paris"))
    form = opened(alice_client, user).form("Commit")
    form.fill(
        display_name="  Zoé   Lefèvre ",
        last_name="Lefèvre",
        email="Zoe@Mail.Example",
        pool="POOL02.contoso.com",
    )
    assert form.send(alice_client).status_code == 302
    now = known(user)
    assert (now.display_name, now.name_sort, now.last_sort) == ("Zoé Lefèvre", "zoe lefevre", "lefevre")
    assert (now.email, now.pool.fqdn) == ("zoe@mail.example", "pool02.contoso.com")
    event = AuditEvent.objects.about(user)[0]
    assert event.before["pool"] == "pool01.contoso.com"
    assert event.after["pool"] == "pool02.contoso.com"


@pytest.mark.parametrize(
    "values, said",
    [
        ({"pool": "nowhere.contoso.com"}, "There is no pool “nowhere.contoso.com”."),
        ({"pool": ""}, "This field is required."),
        ({"email": "no address"}, "Enter a valid email address."),
        ({"display_name": "a\u202eb"}, "control characters"),
        ({"display_name": "x" * 257}, "at most 256 characters"),
    ],
)
def test_bad_input_is_said_beside_its_field(alice_client: Client, values: dict[str, Any], said: str) -> None:
    user = make_user()
    page = Page(opened(alice_client, user).form("Commit").fill(**values).send(alice_client))
    assert page.status == 422
    assert said in page.alerts[0]
    assert known(user).version == 1


def conflicting(client: Client, user: User, **values: Any) -> Form:
    return opened(client, user).form("Commit").fill(**values)


def test_two_who_change_one_user_lose_nothing(alice_client: Client) -> None:
    user = make_user("dora@contoso.com", display_name="Dora")
    form = conflicting(alice_client, user, display_name="Dora A.")
    services.change_user(user, actor=DAVE, department="Sales")
    page = Page(form.send(alice_client))
    assert page.status == 409
    assert ["Display name", "Dora A. your change", "Dora"] in versions(page)
    assert page.form("Commit").send(alice_client).status_code == 302
    assert (known(user).display_name, known(user).department) == ("Dora A.", "Sales")


def test_a_bulk_assignment_in_between_is_a_conflict(alice_client: Client) -> None:
    sales, support = make_policy("Sales"), make_policy("Support")
    user = make_user()
    form = conflicting(alice_client, user, policy=str(sales), display_name="Dora")
    services.assign_policy(User.objects.all(), support, actor=DAVE)

    page = Page(form.send(alice_client))

    assert page.status == 409
    assert "dave changed this at" in page.alerts[0]
    assert ["External access policy", "Tag:Sales your change", "Tag:Support"] in versions(page)
    assert known(user).display_name == "dora@contoso.com"
    assert str(known(user).policy) == "Tag:Support"
    assert page.form("Commit").send(alice_client).status_code == 302
    assert (known(user).display_name, str(known(user).policy)) == ("Dora", "Tag:Sales")


def test_a_bulk_assignment_stays_when_the_page_did_not_touch_the_policy(alice_client: Client) -> None:
    user = make_user()
    form = conflicting(alice_client, user, display_name="Dora")
    services.assign_policy(User.objects.all(), make_policy("Support"), actor=DAVE)
    assert form.send(alice_client).status_code == 302
    assert (known(user).display_name, str(known(user).policy)) == ("Dora", "Tag:Support")


def test_a_user_who_is_gone_is_not_found(alice_client: Client) -> None:
    user = make_user()
    form = opened(alice_client, user).form("Commit").fill(display_name="X")
    services.remove_users(User.objects.all(), actor=MAKER)
    assert form.send(alice_client).status_code == 404


def test_a_reader_sees_all_and_changes_nothing(bob_client: Client) -> None:
    user = make_user()
    form = opened(bob_client, user).form("display_name")
    assert all(box.disabled for box in form.boxes if box.label)
    assert bob_client.post(reverse("directory:details", args=[user.pk]), {"version": 1}).status_code == 403


def test_a_user_administrator_changes_users() -> None:
    client = signed_in(person("ute", Role.USER_ADMINISTRATOR))
    user = make_user()
    assert opened(client, user).form("Commit").fill(display_name="Dora").send(client).status_code == 302
    assert known(user).display_name == "Dora"


def test_a_user_is_enabled_by_the_button_of_that_name(alice_client: Client) -> None:
    make_policy("Sales")
    make_pool()
    page = Page(alice_client.get(Page(alice_client.get(reverse("directory:list"))).links["Enable users"]))
    form = page.form("Commit").fill(
        address="sip:Dora@contoso.com", pool="pool01.contoso.com", policy="Tag:Sales"
    )
    said = Page(form.send(alice_client, follow=True)).said
    assert said == ["User “dora@contoso.com” was enabled."]
    user = User.objects.listed().get()
    assert (user.enabled, user.governing_identity) == (True, "Tag:Sales")
    assert [event.action for event in AuditEvent.objects.about(user)] == [
        "directory:users:assign",
        "directory:user:create",
    ]
