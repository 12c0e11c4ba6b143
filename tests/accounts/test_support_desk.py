"""Accounts on the support desk's pages: made, changed, switched off; never deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.urls import reverse

from controlpanel.accounts.models import Administrator
from controlpanel.accounts.rights import Role
from controlpanel.audit.models import AuditEvent
from tests.conftest import PASSWORD, person
from tests.pages import Form, Page

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.django_db
ADD = "admin:accounts_administrator_add"
CHANGE = "admin:accounts_administrator_change"
LIST = "admin:accounts_administrator_changelist"


def blank(client: Client) -> Form:
    """The form of a new account."""
    return Page(client.get(reverse(ADD))).form("_save")


def opened(client: Client, account: Administrator) -> Form:
    """The form of an account."""
    return Page(client.get(reverse(CHANGE, args=[account.pk]))).form("_save")


def hold(form: Form, *roles: Role) -> Form:
    """Tick exactly these roles."""
    for box in form.boxes:
        if box.name == "roles":
            box.value = box.offered if box.offered in roles else None
    return form


def last_actions(count: int) -> list[str]:
    """The newest actions, oldest of them first."""
    return [event.action.rpartition(":")[2] for event in AuditEvent.objects.order_by("-pk")[:count]][::-1]


def test_an_account_is_made_with_roles_and_password(alice_client: Client) -> None:
    form = hold(blank(alice_client), Role.HELP_DESK, Role.VIEW_ONLY)
    form.fill(username="erin", display_name="Erin", new_password=PASSWORD).send(alice_client)
    account = Administrator.objects.get(username="erin")
    assert set(account.roles) == {Role.HELP_DESK, Role.VIEW_ONLY}
    assert account.check_password(PASSWORD)
    assert account.is_active
    assert last_actions(2) == ["create", "roles"]
    assert AuditEvent.objects.order_by("-pk")[0].actor_name == "alice"


def test_an_account_may_start_switched_off(alice_client: Client) -> None:
    blank(alice_client).fill(username="erin", new_password=PASSWORD, is_active=False).send(alice_client)
    assert not Administrator.objects.get(username="erin").is_active


@pytest.mark.parametrize(
    "values, said",
    [
        ({"username": "ALICE", "new_password": PASSWORD}, "exists"),
        ({"username": "erin", "new_password": ""}, "This field is required."),
        ({"username": "erin", "new_password": "short"}, "at least 12 characters"),
        ({"username": "erin", "new_password": "1234567890123"}, "entirely numeric"),
        ({"username": "a b", "new_password": PASSWORD}, "Enter a valid username."),
        ({"username": "erin", "new_password": PASSWORD, "email": "x"}, "Enter a valid email address."),
        ({"username": "erin", "new_password": PASSWORD, "display_name": "a\u202eb"}, "control characters"),
    ],
)
def test_a_bad_account_is_refused(alice_client: Client, values: dict[str, Any], said: str) -> None:
    page = Page(blank(alice_client).fill(**values).send(alice_client, follow=True))
    assert said in page.text
    assert Administrator.objects.count() == 1


def test_roles_details_and_password_are_changed_in_one_go(alice_client: Client, bob: Administrator) -> None:
    form = hold(opened(alice_client, bob), Role.USER_ADMINISTRATOR)
    form.fill(display_name="Bob B.", new_password="another horse battery").send(alice_client)
    bob = Administrator.objects.get(pk=bob.pk)
    assert (bob.display_name, bob.roles) == ("Bob B.", (Role.USER_ADMINISTRATOR,))
    assert bob.check_password("another horse battery")
    assert sorted(last_actions(3)) == ["change", "password", "roles"]


def test_saving_without_a_change_records_nothing(alice_client: Client, bob: Administrator) -> None:
    before = AuditEvent.objects.count()
    opened(alice_client, bob).send(alice_client)
    assert AuditEvent.objects.count() == before
    assert bob.check_password(PASSWORD)


def test_a_role_alone_is_taken_away(alice_client: Client, bob: Administrator) -> None:
    hold(opened(alice_client, bob)).send(alice_client)
    assert Administrator.objects.get(pk=bob.pk).roles == ()


def test_one_refusal_undoes_the_whole_form(alice_client: Client, alice: Administrator) -> None:
    form = hold(opened(alice_client, alice), Role.HELP_DESK)
    page = Page(
        form.fill(display_name="Nobody", new_password="another horse").send(alice_client, follow=True)
    )
    assert "You cannot take away your own access." in page.text
    alice = Administrator.objects.get(pk=alice.pk)
    assert (alice.display_name, alice.roles) == ("", (Role.ADMINISTRATOR,))
    assert alice.check_password(PASSWORD)


def test_nobody_deletes_an_account(alice_client: Client, bob: Administrator) -> None:
    delete = reverse("admin:accounts_administrator_delete", args=[bob.pk])
    assert alice_client.post(delete, {"post": "yes"}).status_code == 403
    forced = {"action": "delete_selected", "_selected_action": [bob.pk], "post": "yes"}
    alice_client.post(reverse(LIST), forced)
    assert Administrator.objects.filter(pk=bob.pk).exists()


def test_the_list_is_searched_and_filtered(bob_client: Client) -> None:
    person("erin", Role.HELP_DESK)
    found = Page(bob_client.get(reverse(LIST), {"q": "erin"})).text
    assert "1 administrator" in found
    found = Page(bob_client.get(reverse(LIST), {"role_grants__role__exact": "CsHelpDesk"})).text
    assert "1 administrator" in found


def test_no_page_shows_a_hash(bob_client: Client, alice: Administrator) -> None:
    for address in (reverse(LIST), reverse(CHANGE, args=[alice.pk])):
        assert alice.password not in bob_client.get(address).content.decode()


def test_bob_is_offered_no_action(bob_client: Client) -> None:
    page = Page(bob_client.get(reverse(LIST)))
    assert "Unlock the selected administrators" not in page.text


def test_a_page_that_is_out_of_date_takes_no_role_back(alice_client: Client, bob: Administrator) -> None:
    seen = opened(alice_client, bob)
    hold(opened(alice_client, bob), Role.VIEW_ONLY, Role.USER_ADMINISTRATOR).send(alice_client)
    page = Page(seen.fill(email="bob@contoso.com").send(alice_client, follow=True))
    assert "Somebody else changed this first" in page.text
    kept = Administrator.objects.get(pk=bob.pk)
    assert set(kept.roles) == {Role.VIEW_ONLY, Role.USER_ADMINISTRATOR}
    assert kept.email == ""


def test_a_page_that_does_not_say_what_its_reader_saw_changes_nothing(
    alice_client: Client, bob: Administrator
) -> None:
    page = Page(
        opened(alice_client, bob).fill(seen_version="", email="b@x.example").send(alice_client, follow=True)
    )
    assert "Somebody else changed this first" in page.text
    assert not Administrator.objects.filter(email="b@x.example").exists()


def test_the_menu_of_the_account_leads_to_the_support_desk(
    bob_client: Client, charlie_client: Client
) -> None:
    assert Page(bob_client.get(reverse("overview:list"))).links["Support desk"] == reverse("admin:index")
    refused = Page(charlie_client.get(reverse("overview:list")))
    assert (refused.status, "Support desk" in refused.text) == (403, False)
