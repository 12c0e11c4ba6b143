"""Copy and delete: what is hit is named first, several go all or nothing, Global is reset."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.urls import reverse

from controlpanel.audit import commits
from controlpanel.audit.actor import Actor
from controlpanel.audit.models import AuditEvent
from federation.policies import rules, services
from federation.policies.models import ExternalAccessPolicy, Scope
from tests.makers import global_policy, make_policies, make_policy, make_site_policy
from tests.pages import Page

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.django_db
DELETE, COPY, OPEN, LIST = (f"policies:{name}" for name in ("delete", "copy", "open", "list"))
CHANGED = "The selection changed meanwhile. Look again, then confirm."


def asked(client: Client, *policies: ExternalAccessPolicy, **narrowing: str) -> Page:
    """The question before ``policies`` are deleted (or all that match ``narrowing``)."""
    query: dict[str, Any] = {"row": [policy.pk for policy in policies], **narrowing}
    return Page(client.get(reverse(DELETE), query))


def names() -> set[str]:
    """The identities that are left."""
    return {str(policy) for policy in ExternalAccessPolicy.objects.select_related("site")}


def test_delete_asks_first_and_names_what_is_hit(alice_client: Client) -> None:
    page = asked(alice_client, make_policy("Sales"), make_site_policy("Paris"))
    assert page.texts("h2") == ["Delete 2 policies?"]
    assert {"Tag:Sales", "Site:Paris"} <= set(page.texts("li"))
    assert names() == {"Global", "Tag:Sales", "Site:Paris"}


def test_several_are_deleted_at_once(alice_client: Client) -> None:
    keep, *gone = make_policies(3)
    form = asked(alice_client, *gone).form("Delete").fill(reason="Tidying up")
    page = Page(form.send(alice_client, follow=True))
    assert page.said == ["2 policies were deleted."]
    assert names() == {"Global", str(keep)}
    events = AuditEvent.objects.filter(action="policies:policy:delete")
    assert {(event.object_name, event.reason, event.actor_name) for event in events} == {
        (str(policy), "Tidying up", "alice") for policy in gone
    }
    assert events[0].after == {}
    assert events[0].before["name"].startswith("Policy ")


def test_one_that_fails_keeps_them_all(alice_client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    policies = make_policies(3)
    form = asked(alice_client, *policies).form("Delete")
    before, delete = AuditEvent.objects.count(), commits.delete

    def failing(row: Any, **rest: Any) -> None:
        if row.pk == policies[-1].pk:
            raise commits.Gone(str(row))
        delete(row, **rest)

    monkeypatch.setattr(commits, "delete", failing)
    page = Page(form.send(alice_client, follow=True))
    assert page.said == [CHANGED]
    assert len(names()) == 4
    assert AuditEvent.objects.count() == before


def test_global_is_reset_and_the_page_says_so(alice_client: Client) -> None:
    services.change_policy(
        global_policy(), actor=Actor("dave"), federated=True, xmpp=True, remote=True, description="All"
    )
    question = asked(alice_client, global_policy())
    said = "The Global policy cannot be deleted: it is reset to its defaults, everything off."
    assert question.texts("p", class_="effect") == [said]
    page = Page(question.form("Delete").send(alice_client, follow=True))
    assert page.said == ["The Global policy cannot be deleted. It was reset to its defaults: everything off."]
    stands = global_policy()
    assert {name: getattr(stands, name) for name in rules.DEFAULTS} == rules.DEFAULTS
    assert AuditEvent.objects.about(stands)[0].action == "policies:policy:reset"


def test_global_and_others_together(alice_client: Client) -> None:
    page = Page(
        asked(alice_client, global_policy(), make_policy()).form("Delete").send(alice_client, follow=True)
    )
    assert page.said == [
        "1 policy was deleted.",
        "The Global policy cannot be deleted. It was reset to its defaults: everything off.",
    ]
    assert names() == {"Global"}


def test_cancel_leads_back(alice_client: Client) -> None:
    page = asked(alice_client, make_policy())
    assert page.all("form", id="cancel", method="get", action=reverse(LIST))


@pytest.mark.parametrize("key", ["", "x", "-1", "²", "0", "9" * 18, "9" * 400, "1;drop"])
def test_a_selection_of_nothing_is_said(alice_client: Client, key: str) -> None:
    page = Page(alice_client.get(reverse(DELETE), {"row": key}, follow=True))
    assert page.said == ["Select at least one row first."]


def test_all_that_match_are_deleted(alice_client: Client) -> None:
    make_policies(30)
    make_policy("Other")
    page = asked(alice_client, all="1", q="policy")
    assert page.texts("h2") == ["Delete 30 policies?"]
    assert "…" in page.texts("li")
    assert page.form("Delete").send(alice_client).status_code == 302
    assert names() == {"Global", "Tag:Other"}


def test_a_filter_limits_all_that_match(alice_client: Client) -> None:
    make_site_policy("Paris")
    make_policy("Sales")
    form = asked(alice_client, all="1", scope=str(Scope.SITE.value)).form("Delete")
    assert form.send(alice_client).status_code == 302
    assert names() == {"Global", "Tag:Sales"}


def test_a_set_that_grew_is_asked_again(alice_client: Client) -> None:
    make_policies(2)
    form = asked(alice_client, all="1", q="policy").form("Delete")
    make_policy("Policy 003")
    page = Page(form.send(alice_client))
    assert (page.status, page.said) == (409, [CHANGED])
    assert page.texts("h2") == ["Delete 3 policies?"]
    assert len(names()) == 4
    assert page.form("Delete").send(alice_client).status_code == 302
    assert names() == {"Global"}


def test_a_set_of_the_same_size_is_not_the_same_set(alice_client: Client) -> None:
    first, _second = make_policies(2)
    form = asked(alice_client, all="1", q="policy").form("Delete")
    services.delete_policies([first], actor=Actor("dave"))
    make_policy("Policy 003")
    page = Page(form.send(alice_client))
    assert (page.status, page.said) == (409, [CHANGED])
    assert names() == {"Global", "Tag:Policy 002", "Tag:Policy 003"}


def test_a_selected_policy_that_is_gone_is_asked_again(alice_client: Client) -> None:
    first, second = make_policies(2)
    form = asked(alice_client, first, second).form("Delete")
    services.delete_policies([first], actor=Actor("dave"))
    page = Page(form.send(alice_client))
    assert (page.status, page.said) == (409, [CHANGED])
    assert names() == {"Global", "Tag:Policy 002"}


def test_what_grows_after_the_check_is_not_deleted(
    alice_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_policies(2)
    form = asked(alice_client, all="1", q="policy").form("Delete")
    act = services.delete_policies

    def late(rows: Any, **rest: Any) -> Any:
        make_policy("Policy 003")
        return act(rows, **rest)

    monkeypatch.setattr(services, "delete_policies", late)
    form.send(alice_client)
    assert names() == {"Global", "Tag:Policy 003"}


def test_a_reason_that_cannot_be_kept_is_refused(alice_client: Client) -> None:
    policy = make_policy("Sales")
    page = Page(asked(alice_client, policy).form("Delete").fill(reason="x" * 201).send(alice_client))
    assert page.status == 422
    assert "at most 200 characters" in page.text
    assert str(policy) in names()


def test_copy_starts_a_user_policy_with_the_same_switches(alice_client: Client) -> None:
    policy = make_site_policy(
        "Paris", federated=True, xmpp=True, public=True, public_av=True, description="As"
    )
    dialog = Page(alice_client.get(reverse(COPY), {"row": policy.pk}, follow=True))
    form = dialog.form("Commit")
    assert form.box("Name").value == ""
    assert form.box("Description").value == "As"
    assert form.fill(name="Copy").send(alice_client).status_code == 302
    copy = ExternalAccessPolicy.objects.get(name="Copy")
    assert copy.scope == Scope.USER
    assert copy.site is None
    assert {name for name in rules.SWITCHES if getattr(copy, name)} == {
        "federated",
        "xmpp",
        "public",
        "public_av",
    }


@pytest.mark.parametrize("key", ["0", "9" * 18])
def test_copy_of_what_is_gone_is_not_found(alice_client: Client, key: str) -> None:
    assert alice_client.get(reverse("policies:new-user"), {"copy": key}).status_code == 404


@pytest.mark.parametrize("key", ["x", "²", "-1", "9" * 400])
def test_a_forged_copy_is_an_empty_dialog(alice_client: Client, key: str) -> None:
    page = Page(alice_client.get(reverse("policies:new-user"), {"copy": key}))
    assert page.form("Commit").box("Description").value == ""


@pytest.mark.parametrize("name", [OPEN, COPY])
def test_open_and_copy_need_a_selection(alice_client: Client, name: str) -> None:
    page = Page(alice_client.get(reverse(name), follow=True))
    assert page.said == ["Select one row first."]


def test_show_details_opens_the_selected_policy(bob_client: Client) -> None:
    policy = make_policy()
    answer = bob_client.get(reverse(OPEN), {"row": policy.pk})
    assert answer["Location"] == reverse("policies:details", args=[policy.pk])
