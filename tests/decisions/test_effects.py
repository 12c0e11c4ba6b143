"""Before a change is committed it is said who gains and who loses what."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.db import transaction
from django.urls import reverse

from federation.decisions import effects
from federation.decisions.reach import reach_today
from federation.edge import services as edge
from federation.edge.dependents import all_dependents
from federation.partners import services as partners
from federation.partners.models import Partner
from federation.policies.models import ExternalAccessPolicy
from tests.decisions.world import make_world, open_everything
from tests.makers import MAKER, make_policy, make_user
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


def told(client: Client, name: str, row: Any = None, **boxes: str) -> list[str]:
    """The paragraphs of a fragment that follows the boxes of a dialog."""
    return Page(client.get(reverse(name, args=[row.pk] if row else []), boxes)).texts("p")


def test_the_edge_says_how_many_can_then_no_longer_talk(alice_client: Client) -> None:
    _user, _partner = open_everything()
    make_user("carol@contoso.com")
    assert "1 user can then no longer talk to any XMPP federated partner." in told(
        alice_client, "edge:access-effect"
    )
    assert not any("talk to" in said for said in told(alice_client, "edge:access-effect", federation="on"))
    edge.change_access(actor=MAKER, federation=False)
    gain = "1 user may then talk to all XMPP federated partners."
    assert gain in told(alice_client, "edge:access-effect", federation="on")


def test_a_policys_switches_say_who_may_then_talk(alice_client: Client) -> None:
    open_everything()
    policy, other = ExternalAccessPolicy.objects.get(name="Open"), make_policy("Other")
    make_user("carol@contoso.com", policy=other)
    loses = "1 user can then no longer talk to any XMPP federated partner."
    gains = "1 user may then talk to all XMPP federated partners."
    assert loses in told(alice_client, "policies:effect", policy, federated="on")
    assert gains in told(alice_client, "policies:effect", other, federated="on", xmpp="on")
    for switches in ({"federated": "on"}, {"remote": "on"}):  # neither is enough, or has to do with it
        assert not {gains, loses} & set(told(alice_client, "policies:effect", other, **switches))
    edge.change_access(actor=MAKER, federation=False)
    in_vain = (
        "Nobody talks to XMPP federated partners yet: federation is off in the Access Edge configuration."
    )
    assert in_vain in told(alice_client, "policies:effect", other, federated="on", xmpp="on")


def test_without_a_partner_no_switch_changes_who_may_talk(alice_client: Client) -> None:
    _user, partner = open_everything()
    partners.delete_partners([partner], actor=MAKER)
    policy = ExternalAccessPolicy.objects.get(name="Open")
    said = [*told(alice_client, "edge:access-effect"), *told(alice_client, "policies:effect", policy)]
    assert not any("talk to" in each for each in said)


@pytest.mark.sql
@pytest.mark.parametrize("seed", range(4))
def test_what_a_policy_changes_is_the_difference_of_the_decisions(seed: int) -> None:
    make_world(seed, users=50)
    make_partner("fabrikam.com")
    edge.change_access(actor=MAKER, federation=True)
    for policy in ExternalAccessPolicy.objects.all():
        before = reach_today().allowed
        found = effects.of_policy(policy, federated=True, xmpp=not policy.xmpp)
        with transaction.atomic():
            ExternalAccessPolicy.objects.filter(pk=policy.pk).update(federated=True, xmpp=not policy.xmpp)
            assert reach_today().allowed - before == found.after - found.before
            transaction.set_rollback(True)


def test_the_edge_counts_the_partners_among_what_stops() -> None:
    open_everything()
    assert any(each.number == 1 and "partner" in each.label for each in all_dependents())
    assert Partner.objects.count() == 1
