"""What cannot be kept is refused with a sentence, at the form and at the service, and changes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from controlpanel.audit.actor import Actor
from controlpanel.audit.models import AuditEvent
from federation.policies import services
from federation.policies.models import ExternalAccessPolicy
from tests.makers import MAKER, fresh, make_policy
from tests.pages import Page

if TYPE_CHECKING:
    from django.test import Client

pytestmark = [pytest.mark.django_db, pytest.mark.sql]

HIDDEN = {
    "NUL": "a\x00b",
    "bell": "a\x07b",
    "escape": "a\x1b[31mb",
    "line": "a\nb",
    "return": "a\rb",
    "tab": "a\tb",
    "next line": "a\x85b",
    "line separator": "a\u2028b",
    "override": "a\u202eb",
    "isolate": "a\u2066b",
    "private": "a\ue000b",
}
LIMITS = {"name": 128, "description": 1024}
REMOVE = "Remove the control characters or line breaks from this text."
hidden = pytest.mark.parametrize("text", HIDDEN.values(), ids=HIDDEN.keys())
limits = pytest.mark.parametrize("field, limit", LIMITS.items())


def sent(client: Client, **values: str) -> Page:
    """The dialog of a new policy, committed with ``values``."""
    form = Page(client.get(reverse("policies:new-user"))).form("Commit").fill(name="Sales")
    return Page(form.fill(**values).send(client))


def nothing_was_made() -> bool:
    """Whether only the Global policy stands, and the log knows of no other."""
    made = AuditEvent.objects.filter(action="policies:policy:create")
    return ExternalAccessPolicy.objects.count() == 1 and not made.exists()


@pytest.mark.parametrize("field", ["name", "description", "reason"])
@hidden
def test_the_form_refuses_what_nobody_sees(alice_client: Client, field: str, text: str) -> None:
    page = sent(alice_client, **{field: text})
    assert page.status == 422
    assert REMOVE in page.alerts[0]
    assert nothing_was_made()


@pytest.mark.parametrize("field", ["name", "description"])
@hidden
def test_the_service_refuses_what_nobody_sees(field: str, text: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        services.create_user_policy(actor=MAKER, **{"name": "Sales", field: text})
    assert REMOVE in refusal.value.messages
    assert nothing_was_made()


@hidden
def test_no_reason_is_kept_that_lies(text: str) -> None:
    policy = make_policy()
    with pytest.raises(ValidationError) as refusal:
        services.change_policy(policy, actor=MAKER, remote=True, reason=text)
    assert REMOVE in refusal.value.messages
    assert not fresh(policy).remote


def test_no_reason_is_kept_that_is_too_long() -> None:
    policy = make_policy()
    with pytest.raises(ValidationError):
        services.change_policy(policy, actor=MAKER, remote=True, reason="x" * 201)
    assert not fresh(policy).remote


@limits
def test_the_form_refuses_what_is_too_long(alice_client: Client, field: str, limit: int) -> None:
    page = sent(alice_client, **{field: "é" * (limit + 1)})
    assert page.status == 422
    assert f"at most {limit} characters (it has {limit + 1})" in page.text
    assert nothing_was_made()


@limits
def test_the_form_takes_what_just_fits(alice_client: Client, field: str, limit: int) -> None:
    assert sent(alice_client, **{field: "😀" * limit}).status == 302
    assert ExternalAccessPolicy.objects.filter(**{field: "😀" * limit}).exists()


@limits
def test_the_service_refuses_what_is_too_long(field: str, limit: int) -> None:
    with pytest.raises(ValidationError):
        services.create_user_policy(actor=MAKER, **{"name": "Sales", field: "x" * (limit + 1)})
    assert nothing_was_made()


def test_a_name_that_grows_when_it_is_compared_is_refused(alice_client: Client) -> None:
    """One letter of Arabic presentation form is 18 letters in Unicode's compatible form."""
    page = sent(alice_client, name="\ufdfa" * 100)
    assert page.status == 422
    assert nothing_was_made()


def test_a_name_of_what_nobody_sees_is_refused(alice_client: Client) -> None:
    page = sent(alice_client, name="\u200b\u200d")
    assert page.status == 422
    assert "Type a name for the policy." in page.alerts[0]
    assert nothing_was_made()


@pytest.mark.parametrize("typed", ["  Sales   team ", "Sales\xa0team", "Sales\u2003team"])
def test_spaces_are_tidied(alice_client: Client, typed: str) -> None:
    assert sent(alice_client, name=typed).status == 302
    assert ExternalAccessPolicy.objects.filter(name="Sales team").exists()


@pytest.mark.parametrize("typed", ["<script>alert(1)</script>", '" onmouseover="x', "{{ 7*7 }}", "&amp;"])
def test_markup_is_text(alice_client: Client, typed: str) -> None:
    policy = make_policy(typed, description=typed)
    listed = alice_client.get(reverse("policies:list"))
    details = alice_client.get(reverse("policies:details", args=[policy.pk]))
    home = alice_client.get(reverse("overview:list"))
    log = alice_client.get(reverse("audit:list"))
    for answer in (listed, details, home, log):
        page = Page(answer)
        assert typed.replace("  ", " ") in page.text
        assert not [script for script in page.all("script") if script.children]


@pytest.mark.parametrize("value", ["on", "off", "1", "true", "<b>"])
def test_any_value_of_a_box_ticks_it(alice_client: Client, value: str) -> None:
    data = {"name": "Sales", "federated": value}
    assert alice_client.post(reverse("policies:new-user"), data).status_code == 302
    assert ExternalAccessPolicy.objects.get(name="Sales").federated


def test_fields_that_do_not_exist_are_not_set(alice_client: Client) -> None:
    data = {"name": "Sales", "scope": "0", "site": "1", "name_key": "x", "version": "7", "pk": "1", "id": "1"}
    assert alice_client.post(reverse("policies:new-user"), data).status_code == 302
    policy = ExternalAccessPolicy.objects.get(name="Sales")
    assert (policy.scope, policy.site, policy.name_key, policy.version) == (2, None, "sales", 1)


def test_the_name_of_a_policy_is_its_identity_and_stays(alice_client: Client) -> None:
    policy = make_policy("Sales")
    address = reverse("policies:details", args=[policy.pk])
    data = {**Page(alice_client.get(address)).form("Commit").data, "name": "Renamed", "remote": "on"}
    assert alice_client.post(address, data).status_code == 302
    assert str(fresh(policy)) == "Tag:Sales"
    with pytest.raises(TypeError):
        services.change_policy(policy, actor=Actor("alice"), name="Renamed")


@pytest.mark.parametrize("key", ["999999", "9" * 40])
@pytest.mark.parametrize("method", ["get", "post"])
def test_an_unknown_policy_is_not_found(alice_client: Client, key: str, method: str) -> None:
    answer = getattr(alice_client, method)(f"{reverse('policies:list')}{key}/")
    assert answer.status_code == 404
    assert "There is nothing here" in Page(answer).text
