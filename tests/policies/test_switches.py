"""What a switch needs: XMPP needs federated users, audio and video need public users (reference 2.3)."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from controlpanel.audit.actor import Actor
from federation.policies import rules, services
from federation.policies.models import ExternalAccessPolicy, Scope
from tests.makers import fresh, global_policy, make_policy
from tests.pages import Page

if TYPE_CHECKING:
    from django.test import Client

SENTENCES = {
    "xmpp": "Tick “Enable communications with federated users” first: XMPP needs it.",
    "public_av": "Tick “Enable communications with public users” first: audio and video need it.",
}
NEEDS = {"xmpp": "federated", "public_av": "public"}
both = pytest.mark.parametrize("switch", SENTENCES)


@pytest.mark.django_db
@both
def test_the_form_says_what_to_tick(alice_client: Client, switch: str) -> None:
    form = Page(alice_client.get(reverse("policies:new-user"))).form("Commit").fill(name="Sales")
    page = Page(form.fill(**{switch: True}).send(alice_client))
    assert page.status == 422
    assert SENTENCES[switch] in page.alerts[0]
    assert page.form("Commit").box("Name").value == "Sales"
    assert not ExternalAccessPolicy.objects.filter(scope=Scope.USER).exists()


@pytest.mark.django_db
@both
def test_what_is_needed_is_not_switched_off_alone(alice_client: Client, switch: str) -> None:
    policy = make_policy(**{switch: True, NEEDS[switch]: True})
    form = Page(alice_client.get(reverse("policies:details", args=[policy.pk]))).form("Commit")
    page = Page(form.fill(**{NEEDS[switch]: False}).send(alice_client))
    assert page.status == 422
    assert SENTENCES[switch] in page.text
    assert getattr(fresh(policy), NEEDS[switch])


@pytest.mark.django_db
@both
def test_both_go_off_together(alice_client: Client, switch: str) -> None:
    policy = make_policy(**{switch: True, NEEDS[switch]: True})
    form = Page(alice_client.get(reverse("policies:details", args=[policy.pk]))).form("Commit")
    assert form.fill(**{switch: False, NEEDS[switch]: False}).send(alice_client).status_code == 302
    stands = fresh(policy)
    assert (getattr(stands, switch), getattr(stands, NEEDS[switch])) == (False, False)


@pytest.mark.django_db
@both
def test_the_greyed_box_says_why(alice_client: Client, switch: str) -> None:
    page = Page(alice_client.get(reverse("policies:new-user")))
    assert page.all("input", name=switch, data_needs=f"id_{NEEDS[switch]}")
    reason = page.texts(data_needs_reason_for=f"id_{switch}")
    assert reason == [SENTENCES[switch]]


@pytest.mark.django_db
@both
def test_the_services_refuse_it(switch: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        make_policy(**{switch: True})
    assert refusal.value.message_dict == {switch: [SENTENCES[switch]]}
    with pytest.raises(ValidationError):
        services.change_policy(global_policy(), actor=Actor("alice"), **{switch: True})  # type: ignore[arg-type]
    assert not getattr(global_policy(), switch)


@pytest.mark.django_db
@pytest.mark.sql
@both
def test_the_database_refuses_it(switch: str) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        ExternalAccessPolicy.objects.update(**{switch: True})


@given(st.fixed_dictionaries({switch: st.booleans() for switch in rules.SWITCHES}))
def test_missing_names_each_switch_that_does_nothing(switches: dict[str, bool]) -> None:
    broken = dict(rules.missing(switches))
    assert all(switches[one] and not switches[other] for one, other in broken.items())
    assert all(
        one in broken or not on or switches[NEEDS[one]] for one, on in switches.items() if one in NEEDS
    )


@pytest.mark.django_db
@pytest.mark.sql
def test_model_and_database_agree_on_every_combination() -> None:
    """Of the 32 combinations of five switches 18 hold."""
    held = 0
    for number, on in enumerate(product([False, True], repeat=len(rules.SWITCHES))):
        switches = dict(zip(rules.SWITCHES, on, strict=True))
        try:
            make_policy(f"Policy {number}", **switches)
            held += 1
        except ValidationError:
            assert rules.missing(switches)
    assert held == 18


@given(st.text())
def test_a_bare_name_has_no_prefix_and_no_spaces_around(text: str) -> None:
    bare = rules.bare_name(text)
    assert bare == bare.strip()
    assert rules.bare_name(f"Tag:{bare}") == bare
