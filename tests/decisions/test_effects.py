"""Before a change is committed it is said who gains and who loses what."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.urls import reverse

from federation.decisions import effects
from federation.edge.dependents import all_dependents
from federation.partners.models import Partner
from federation.policies.models import ExternalAccessPolicy
from tests.decisions.world import open_everything
from tests.makers import make_policy, make_user
from tests.pages import Page
from tests.partners.makers import make_partner
from tests.partners.pages import committed, dialog, fresh

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.django_db

LOSES = (
    "People of fabrikam.com can then no longer write to a user who has not added them"
    " (users who may talk to them: 1)."
)
NOTES = "People of fabrikam.com then no longer see status notes."


def test_another_type_is_asked_about_when_somebody_loses(alice_client: Client) -> None:
    _user, partner = open_everything()
    page = committed(alice_client, dialog(alice_client, partner, type="public-unverified"))
    assert {LOSES, NOTES} <= set(page.texts("li"))
    assert fresh(partner).type == "federated"
    committed(alice_client, page.form("Commit").fill(additional=""))
    assert fresh(partner).type == "public-unverified"


def test_another_type_by_which_people_only_gain_is_committed_at_once(alice_client: Client) -> None:
    open_everything()
    partner = make_partner("gmail.com")
    committed(alice_client, dialog(alice_client, partner, type="federated"))
    assert fresh(partner).type == "federated"


def test_the_effect_of_a_type_is_shown_while_it_is_chosen(alice_client: Client) -> None:
    _user, partner = open_everything()
    query = {"partner": str(partner.pk), "type": "public-verified", "tls": "required", "sasl": "optional"}
    page = Page(alice_client.get(reverse("partners:consequences"), query))
    assert page.texts("li") == [NOTES]
    page = Page(alice_client.get(reverse("partners:consequences"), {**query, "type": "federated"}))
    assert page.texts("li") == []


def test_nobody_loses_what_nobody_had(alice_client: Client) -> None:
    partner = make_partner("fabrikam.com")
    page = Page(alice_client.get(reverse("partners:delete"), {"row": partner.pk}))
    assert "Nobody loses anything: no user may reach them today." in page.text


def test_the_edge_and_a_policy_can_ask_too() -> None:
    open_everything()
    policy = ExternalAccessPolicy.objects.get(name="Open")
    other = make_policy("Other")
    make_user("carol@contoso.com", policy=other)
    off = effects.of_edge(federation=False)
    assert off == (1, 0)
    assert off.effect.loses == ("1 user can then no longer talk to any XMPP federated partner.",)
    assert effects.of_policy(policy, federated=True, xmpp=False) == (1, 0)
    gain = effects.of_policy(other, federated=True, xmpp=True)
    assert gain == (0, 1)
    assert gain.effect.gains == ("1 user may then talk to all XMPP federated partners.",)
    assert not effects.of_policy(other, federated=True, xmpp=False).effect


def test_the_edge_counts_the_partners_among_what_stops() -> None:
    open_everything()
    assert any(each.number == 1 and "partner" in each.label for each in all_dependents())
    assert Partner.objects.count() == 1
