"""Two editors of one policy: no edit is lost, both versions are shown, and there is a way to go on."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from django.urls import reverse

from controlpanel.audit.actor import Actor
from controlpanel.audit.models import AuditEvent
from federation.policies import services
from federation.policies.models import ExternalAccessPolicy
from tests.makers import fresh, make_policy
from tests.pages import Form, Page, text_of

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.django_db
DAVE = Actor("dave")


@pytest.fixture
def policy() -> ExternalAccessPolicy:
    """What Alice and Dave edit at once."""
    return make_policy("Sales", description="As it was")


def opened(client: Client, policy: ExternalAccessPolicy) -> Form:
    """The dialog of ``policy`` as its reader sees it now."""
    return Page(client.get(reverse("policies:details", args=[policy.pk]))).form("Commit")


def versions(page: Page) -> list[list[str]]:
    """The rows of the table that shows both versions: field, yours, theirs."""
    tables = [table for table in page.all("table") if "Both versions" in text_of(table)]
    assert len(tables) == 1, page.text
    table = Page.__new__(Page)
    table.root = tables[0]
    return [[text_of(each) for each in table_row.children] for table_row in table.all("tr")[1:]]


def test_the_page_comes_back_with_both_versions(alice_client: Client, policy: ExternalAccessPolicy) -> None:
    form = opened(alice_client, policy).fill(description="Alice’s", remote=True)
    services.change_policy(policy, actor=DAVE, description="Dave’s", federated=True)

    page = Page(form.send(alice_client))

    assert page.status == 409
    assert "dave changed this at" in page.alerts[0]
    assert "Nothing was overwritten." in page.alerts[0]
    assert versions(page) == [
        ["Description", "Alice’s your change", "Dave’s"],
        ["Enable communications with federated users", "No", "Yes"],
        ["Enable communications with remote users", "Yes your change", "No"],
    ]
    stands = fresh(policy)
    assert (stands.description, stands.federated, stands.remote) == ("Dave’s", True, False)


def test_the_form_holds_theirs_with_mine_laid_over(
    alice_client: Client, policy: ExternalAccessPolicy
) -> None:
    form = opened(alice_client, policy).fill(remote=True, reason="Because")
    services.change_policy(policy, actor=DAVE, description="Dave’s", federated=True)
    again = Page(form.send(alice_client)).form("Commit")
    assert again.box("Description").value == "Dave’s"
    assert again.box("Enable communications with federated users").value == "on"
    assert again.box("Enable communications with remote users").value == "on"
    assert again.box("Reason for this change").value == "Because"


def test_committing_again_goes_on(alice_client: Client, policy: ExternalAccessPolicy) -> None:
    form = opened(alice_client, policy).fill(remote=True)
    services.change_policy(policy, actor=DAVE, description="Dave’s", federated=True)
    again = Page(form.send(alice_client)).form("Commit")

    assert again.send(alice_client).status_code == 302

    stands = fresh(policy)
    assert (stands.description, stands.federated, stands.remote) == ("Dave’s", True, True)
    event = AuditEvent.objects.about(policy)[0]
    assert (event.before, event.after) == ({"remote": False}, {"remote": True})


def test_a_third_commit_in_between_is_told_again(alice_client: Client, policy: ExternalAccessPolicy) -> None:
    form = opened(alice_client, policy).fill(remote=True)
    services.change_policy(policy, actor=DAVE, description="First")
    again = Page(form.send(alice_client)).form("Commit")
    services.change_policy(policy, actor=DAVE, description="Second")
    page = Page(again.send(alice_client))
    assert page.status == 409
    assert page.form("Commit").box("Description").value == "Second"


def test_what_they_switched_off_stays_off(alice_client: Client) -> None:
    policy = make_policy("Support", federated=True, xmpp=True)
    form = opened(alice_client, policy).fill(description="Alice’s")
    services.change_policy(policy, actor=DAVE, federated=False, xmpp=False)
    again = Page(form.send(alice_client)).form("Commit")
    assert again.box("Enable communications with federated users").value is None
    assert again.send(alice_client).status_code == 302
    stands = fresh(policy)
    assert (stands.description, stands.federated, stands.xmpp) == ("Alice’s", False, False)


def test_merged_values_are_checked_too(alice_client: Client) -> None:
    policy = make_policy("Support", federated=True)
    form = opened(alice_client, policy).fill(xmpp=True)
    services.change_policy(policy, actor=DAVE, federated=False)
    again = Page(form.send(alice_client)).form("Commit")
    page = Page(again.send(alice_client))
    assert page.status == 422
    assert "XMPP needs it" in page.alerts[0]
    assert not fresh(policy).xmpp


def test_the_same_change_twice_is_told_and_is_no_difference(
    alice_client: Client, policy: ExternalAccessPolicy
) -> None:
    form = opened(alice_client, policy).fill(remote=True)
    services.change_policy(policy, actor=DAVE, remote=True)
    page = Page(form.send(alice_client))
    assert page.status == 409
    assert page.form("Commit").send(alice_client).status_code == 302
    assert fresh(policy).version == 2


@pytest.mark.parametrize("version", [None, "", "x", "1.5", "²", "9" * 5000])
def test_a_page_without_its_version_overwrites_nothing(
    alice_client: Client, policy: ExternalAccessPolicy, version: str | None
) -> None:
    data = opened(alice_client, policy).fill(description="Alice’s").data
    del data["version"]
    if version is not None:
        data["version"] = [version]
    page = Page(alice_client.post(reverse("policies:details", args=[policy.pk]), data))
    assert page.status == 422
    assert "This page does not say which version it shows. Load it again, then commit." in page.alerts[0]
    assert fresh(policy).description == "As it was"


@pytest.mark.parametrize("version", ["0", "2", "-1", "9" * 30])
def test_a_forged_version_is_a_conflict(
    alice_client: Client, policy: ExternalAccessPolicy, version: str
) -> None:
    form = opened(alice_client, policy).fill(description="Alice’s", version=version)
    page = Page(form.send(alice_client))
    assert page.status == 409
    assert fresh(policy).description == "As it was"
    assert page.form("Commit").send(alice_client).status_code == 302
    assert fresh(policy).description == "Alice’s"


@pytest.mark.parametrize(
    "loaded", [None, "", "null", "[]", '"text"', "{", "7", '{"description": {"a": []}}', "[" * 100_000]
)
def test_forged_loaded_values_do_no_harm(
    alice_client: Client, policy: ExternalAccessPolicy, loaded: str | None
) -> None:
    form = opened(alice_client, policy).fill(description="Alice’s")
    data = form.data
    del data["loaded"]
    if loaded is not None:
        data["loaded"] = [loaded]
    assert alice_client.post(form.address, data).status_code == 302
    assert fresh(policy).description == "Alice’s"
    # And when the page comes back.
    assert Page(alice_client.post(form.address, {**data, "xmpp": "on"})).status == 409


def test_without_loaded_values_an_unticked_box_is_still_unticked(alice_client: Client) -> None:
    policy = make_policy("Support", remote=True)
    data = opened(alice_client, policy).fill(remote=False).data
    del data["loaded"]
    assert alice_client.post(reverse("policies:details", args=[policy.pk]), data).status_code == 302
    assert not fresh(policy).remote


def test_only_what_its_reader_changed_is_sent(alice_client: Client, policy: ExternalAccessPolicy) -> None:
    form = opened(alice_client, policy)
    assert json.loads(form.data["loaded"][0])["description"] == "As it was"
    form.fill(remote=True).send(alice_client)
    event = AuditEvent.objects.about(policy)[0]
    assert (event.before, event.after) == ({"remote": False}, {"remote": True})


def test_a_policy_that_was_deleted_meanwhile_is_not_found(
    alice_client: Client, policy: ExternalAccessPolicy
) -> None:
    form = opened(alice_client, policy).fill(remote=True)
    services.delete_policies([policy], actor=DAVE)
    answer = form.send(alice_client)
    assert answer.status_code == 404
    assert "deleted meanwhile" in Page(answer).text
    assert not ExternalAccessPolicy.objects.filter(pk=policy.pk).exists()
