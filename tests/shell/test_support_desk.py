"""The Django admin: everybody with a role looks, CsAdministrator writes, always through a service."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.urls import reverse

from controlpanel.accounts.models import Administrator
from controlpanel.accounts.rights import Role
from controlpanel.audit.actor import Actor
from controlpanel.audit.models import AuditEvent
from federation.policies import services
from federation.policies.models import ExternalAccessPolicy
from federation.topology.models import Site
from tests.conftest import PASSWORD, person, signed_in
from tests.makers import fresh, global_policy, make_policies, make_policy, make_site, make_site_policy
from tests.pages import Form, Page

if TYPE_CHECKING:
    from django.db.models import Model
    from django.test import Client

pytestmark = pytest.mark.django_db
DAVE = Actor("dave", 4711)
STALE = "Somebody else changed this first. Nothing was overwritten; look again."


def a_row_of_each() -> dict[type[Model], Any]:
    """One row of every model on the support desk's pages."""
    policy = make_site_policy("Paris")
    rows = [policy, policy.site, Administrator.objects.first(), AuditEvent.objects.first()]
    return {type(row): row for row in rows if row is not None}


def address(model: type[Model] | Model, page: str, *keys: object) -> str:
    """The address of a page about a model."""
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=keys)


def opened(client: Client, row: Model) -> Form:
    """The form of a row."""
    return Page(client.get(address(row, "change", row.pk))).form("_save")


def last() -> AuditEvent:
    """The newest event."""
    return AuditEvent.objects.order_by("-pk")[0]


def test_these_models_and_no_others_are_there() -> None:
    names = {model._meta.label for model in admin.site._registry}
    known = {"accounts.Administrator", "audit.AuditEvent", "policies.ExternalAccessPolicy", "topology.Site"}
    assert known <= names
    assert "auth.Group" not in names


@pytest.mark.sql
@pytest.mark.parametrize("role", Role.values)
def test_every_list_and_every_form_opens(role: str) -> None:
    client = signed_in(person("reader", Role(role)))
    rows = a_row_of_each()
    assert client.get(reverse("admin:index")).status_code == 200
    for model in admin.site._registry:
        row = rows.get(model) or model._default_manager.first()
        pages = [address(model, "changelist"), f"{address(model, 'changelist')}?q=a"]
        if row is not None:
            pages += [address(model, "change", row.pk), address(model, "history", row.pk)]
        for page in pages:
            assert client.get(page, follow=True).status_code == 200, page


@pytest.mark.parametrize("role", [role for role in Role if role != Role.ADMINISTRATOR])
def test_a_reader_changes_nothing(role: Role) -> None:
    client = signed_in(person("reader", role))
    before = AuditEvent.objects.count()
    for model, row in a_row_of_each().items():
        page = Page(client.get(address(model, "change", row.pk)))
        assert "_save" not in {box.name for element in page.all("form") for box in page._form(element).boxes}
        assert client.get(address(model, "add")).status_code == 403
        for forced in (
            address(model, "add"),
            address(model, "change", row.pk),
            address(model, "delete", row.pk),
        ):
            assert client.post(forced, {"name": "x", "post": "yes"}).status_code == 403, forced
        deletion = {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"}
        client.post(address(model, "changelist"), deletion)
        assert model._default_manager.filter(pk=row.pk).exists()
    made = AuditEvent.objects.exclude(actor_name="maker").exclude(actor_name="tests").count()
    assert made <= before


def test_charlie_and_strangers_do_not_get_in(client: Client, charlie_client: Client) -> None:
    for model in admin.site._registry:
        for visitor in (client, charlie_client):
            answer = visitor.get(address(model, "changelist"))
            assert answer.status_code == 302
            assert "/login/" in answer["Location"] or "/sign-in/" in answer["Location"]


def test_a_site_is_made_changed_and_deleted_with_its_events(alice_client: Client) -> None:
    add = Page(alice_client.get(address(Site, "add"))).form("_save")
    page = Page(add.fill(name="Paris", description="Head office").send(alice_client, follow=True))
    assert "was added successfully" in page.text
    site = Site.objects.get(name="Paris")
    assert (last().action, last().actor_name, last().after["name"]) == (
        "topology:site:create",
        "alice",
        "Paris",
    )
    opened(alice_client, site).fill(name="Lutetia").send(alice_client)
    assert (last().before, last().after) == ({"name": "Paris"}, {"name": "Lutetia"})
    assert Site.objects.get().name_key == "lutetia"
    Page(alice_client.get(address(site, "delete", site.pk))).form("post").send(alice_client)
    assert last().action == "topology:site:delete"
    assert not Site.objects.exists()
    assert not LogEntry.objects.exists(), "one log is enough"


def test_a_policy_is_made_and_changed_with_its_events(alice_client: Client) -> None:
    add = Page(alice_client.get(address(ExternalAccessPolicy, "add"))).form("_save")
    add.fill(name="Tag:Sales", federated=True).send(alice_client)
    policy = ExternalAccessPolicy.objects.get(name="Sales")
    assert (last().action, last().actor_name) == ("policies:policy:create", "alice")
    opened(alice_client, policy).fill(xmpp=True).send(alice_client)
    assert (last().before, last().after) == ({"xmpp": False}, {"xmpp": True})
    assert fresh(policy).version == 2


@pytest.mark.parametrize(
    "values, said",
    [
        ({"name": "SALES"}, "A user policy with this name exists already."),
        ({"name": "Other", "xmpp": True}, "XMPP"),
        ({"name": "Other", "description": "a\u202eb"}, "Remove the control characters"),
        ({"name": ""}, "Type a name for the policy."),
        ({"name": "x" * 129}, "128"),
    ],
)
def test_what_the_service_refuses_comes_back_as_a_message(
    alice_client: Client, values: dict[str, Any], said: str
) -> None:
    make_policy("Sales")
    add = Page(alice_client.get(address(ExternalAccessPolicy, "add"))).form("_save")
    page = Page(add.fill(**values).send(alice_client, follow=True))
    assert page.status == 200
    assert said in page.text
    assert ExternalAccessPolicy.objects.count() == 2


def test_a_site_that_is_in_use_is_not_deleted(alice_client: Client) -> None:
    policy = make_site_policy("Paris")
    site = policy.site
    assert site is not None
    forced = {"action": "delete_selected", "_selected_action": [site.pk], "post": "yes"}
    alice_client.post(address(Site, "changelist"), forced)
    alice_client.post(address(site, "delete", site.pk), {"post": "yes"})
    assert Site.objects.filter(pk=site.pk).exists()


def test_a_stale_form_overwrites_nothing(alice_client: Client) -> None:
    policy = make_policy("Sales")
    form = opened(alice_client, policy).fill(description="Alice’s")
    services.change_policy(policy, actor=DAVE, description="Dave’s")
    page = Page(form.send(alice_client, follow=True))
    assert STALE in page.text
    assert fresh(policy).description == "Dave’s"


@pytest.mark.parametrize("version", [None, "", "0", "99"])
def test_a_form_without_its_version_is_refused(alice_client: Client, version: str | None) -> None:
    for row, field in ((make_policy("Sales"), "description"), (make_site("Paris"), "name")):
        data = opened(alice_client, row).fill(**{field: "Forged"}).data
        del data["seen_version"]
        if version is not None:
            data["seen_version"] = [version]
        page = Page(alice_client.post(address(row, "change", row.pk), data, follow=True))
        assert STALE in page.text
    assert ExternalAccessPolicy.objects.filter(description="Forged").count() == 0
    assert set(Site.objects.values_list("name", flat=True)) == {"Paris"}


def test_what_was_deleted_meanwhile_is_said(alice_client: Client) -> None:
    policy = make_policy("Sales")
    form = opened(alice_client, policy).fill(description="Alice’s")
    services.delete_policies([policy], actor=DAVE)
    page = Page(form.send(alice_client, follow=True))
    assert page.status == 200
    assert not ExternalAccessPolicy.objects.filter(pk=policy.pk).exists()


def test_several_policies_are_deleted_through_the_service(alice_client: Client) -> None:
    policies = make_policies(3)
    chosen = {"action": "delete_selected", "_selected_action": [policy.pk for policy in policies]}
    question = Page(alice_client.post(address(ExternalAccessPolicy, "changelist"), chosen))
    question.form("post").send(alice_client)
    assert ExternalAccessPolicy.objects.count() == 1
    assert AuditEvent.objects.filter(action="policies:policy:delete").count() == 3


def test_global_is_not_deleted(alice_client: Client) -> None:
    policy = global_policy()
    page = Page(alice_client.get(address(policy, "change", policy.pk)))
    assert "Delete" not in page.links
    assert alice_client.post(address(policy, "delete", policy.pk), {"post": "yes"}).status_code == 403
    services.change_policy(policy, actor=DAVE, remote=True)
    chosen = {"action": "delete_selected", "_selected_action": [policy.pk, make_policy().pk], "post": "yes"}
    assert alice_client.post(address(policy, "changelist"), chosen).status_code == 403
    assert global_policy().remote
    assert ExternalAccessPolicy.objects.count() == 2


def test_global_is_reset_by_an_action_of_its_own(alice_client: Client, bob_client: Client) -> None:
    policy, other = global_policy(), make_policy("Sales", remote=True)
    services.change_policy(policy, actor=DAVE, remote=True)
    chosen = {"action": "reset_global", "_selected_action": [policy.pk, other.pk]}
    bob_client.post(address(policy, "changelist"), chosen)
    assert global_policy().remote
    page = Page(alice_client.post(address(policy, "changelist"), chosen, follow=True))
    assert "it is reset to its defaults, everything off." in page.text
    assert global_policy().remote, "it was only asked"
    page = Page(page.form("seen").send(alice_client, follow=True))
    assert "It was reset to its defaults: everything off." in page.text
    assert not global_policy().remote
    assert fresh(other).remote
    assert last().action == "policies:policy:reset"


def test_the_change_log_is_only_read(alice_client: Client) -> None:
    make_policy()
    event = last()
    assert alice_client.get(address(AuditEvent, "add")).status_code == 403
    assert alice_client.post(address(event, "change", event.pk), {"reason": "x"}).status_code == 403
    assert alice_client.post(address(event, "delete", event.pk), {"post": "yes"}).status_code == 403
    forced = {"action": "delete_selected", "_selected_action": [event.pk], "post": "yes"}
    alice_client.post(address(AuditEvent, "changelist"), forced)
    assert AuditEvent.objects.filter(pk=event.pk, reason="").exists()


def test_the_history_of_an_object_is_the_change_log(bob_client: Client) -> None:
    policy = make_policy("Sales")
    answer = bob_client.get(address(policy, "history", policy.pk), follow=True)
    assert [row[2] for row in Page(answer).rows] == ["Policy made"]


def test_a_password_is_changed_on_the_panels_page_which_records_it(alice_client: Client) -> None:
    answer = alice_client.get(reverse("admin:password_change"))
    assert answer.status_code == 302
    assert answer["Location"] == reverse("accounts:password")
    data = {"old_password": PASSWORD, "new_password1": "x" * 20, "new_password2": "x" * 20}
    alice_client.post(reverse("admin:password_change"), data)
    assert Administrator.objects.get(username="alice").check_password(PASSWORD)
