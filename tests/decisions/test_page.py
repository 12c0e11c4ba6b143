"""The page Test access: verdict, every rule with what it read, and the way to the deciding switch."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

import pytest
from django.urls import reverse

from federation.policies import services as policies
from federation.policies.models import ExternalAccessPolicy
from tests.decisions.world import open_everything
from tests.makers import MAKER, make_user
from tests.pages import Page, attribute, below, text_of
from tests.partners.makers import make_partner

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.django_db


def asked(client: Client, **filled: str) -> Page:
    """The page with a question."""
    question = {"local": "dora@contoso.com", "remote": "bob@fabrikam.com", **filled}
    return Page(client.get(f"{reverse('decisions:list')}?{urlencode(question)}"))


def rules(page: Page) -> list[str]:
    """The rules of the chain, each on one line."""
    return page.texts("li", class_="holds") + page.texts("li", class_="refuses")


def test_test_access_is_a_tab_of_home_and_asks_by_address(bob_client: Client) -> None:
    open_everything()
    home = Page(bob_client.get(reverse("home"), follow=True))
    page = Page(bob_client.get(home.links["Test access"]))
    answer = Page(
        page.form("Test").fill(local="dora@contoso.com", remote="bob@fabrikam.com").send(bob_client)
    )
    assert "Allowed: dora@contoso.com → bob@fabrikam.com" in answer.texts("h2")
    assert len(rules(answer)) == 9
    assert answer.form("Test").box("Local user").value == "dora@contoso.com"


def test_a_refusal_leads_to_the_page_of_the_switch(alice_client: Client) -> None:
    open_everything()
    policy = ExternalAccessPolicy.objects.get(name="Open")
    policies.change_policy(policy, actor=MAKER, xmpp=False)
    page = asked(alice_client)
    assert "Refused: dora@contoso.com → bob@fabrikam.com" in page.texts("h2")
    sentence = "The policy that governs the user, Tag:Open, has XMPP federated users off."
    assert sentence in page.texts("p")
    there = page.links["Go to where this is set"]
    assert there == reverse("policies:details", args=[policy.pk])
    assert page.texts("li", class_="refuses") == [f"refuses {sentence} policy-xmpp-off"]
    assert alice_client.get(there).status_code == 200


def test_every_rule_leads_to_what_it_read(alice_client: Client) -> None:
    open_everything()
    [chain] = asked(alice_client).all("ol", class_="chain")
    links = [attribute(link, "href") or "" for link in below(chain) if link.name == "a"]
    assert len(links) == 7  # all but what the stanza itself says
    assert [link for link in links if alice_client.get(link).status_code != 200] == []


def test_an_unknown_partner_is_one_click_from_being_made(alice_client: Client) -> None:
    open_everything()
    page = asked(alice_client, remote="bob@bücher.example")
    there = page.links["Go to where this is set"]
    new = Page(alice_client.get(there))
    assert new.form("Commit").box("Primary domain").value == "bücher.example"


def test_direction_contact_and_kind_count(alice_client: Client) -> None:
    open_everything()
    page = asked(alice_client, direction="inbound", kind="room-join")
    assert "Refused: bob@fabrikam.com → dora@contoso.com" in page.texts("h2")
    assert "Group chat does not pass: Joining a room." in page.texts("p")
    assert "Joining a room" in page.texts("p")


def test_the_page_speaks_french(alice_client: Client) -> None:
    open_everything()
    alice_client.cookies["django_language"] = "fr"
    page = asked(alice_client)
    assert "Autorisé : dora@contoso.com → bob@fabrikam.com" in page.text
    assert "dora@contoso.com est l’un de nos utilisateurs." in page.text


@pytest.mark.parametrize(
    "local,remote", [("dora@", "bob@fabrikam.com"), ("dora@contoso.com", "not an address")]
)
def test_a_bad_address_is_said_beside_its_field(alice_client: Client, local: str, remote: str) -> None:
    page = asked(alice_client, local=local, remote=remote)
    assert page.status == 422
    assert page.all(class_="invalid-feedback")
    assert not page.all("section", class_="verdict")


@pytest.mark.parametrize("params", [{"direction": "sideways"}, {"kind": "letter"}, {"local": "\x00"}])
def test_what_no_form_sends_is_no_error(alice_client: Client, params: dict[str, str]) -> None:
    assert asked(alice_client, **params).status in {200, 422}


def test_users_are_offered_while_an_address_is_typed(bob_client: Client) -> None:
    open_everything()
    make_user("bert@contoso.com")
    page = Page(bob_client.get(reverse("decisions:suggest"), {"local": "do"}))
    assert [option.attributes for option in page.all("option")] == [[("value", "dora@contoso.com")]]


def test_a_users_and_a_partners_page_lead_there_with_the_fields_filled(alice_client: Client) -> None:
    user, partner = open_everything()
    for name, row, field, value in (
        ("directory:details", user, "Local user", "dora@contoso.com"),
        ("partners:details", partner, "Remote address", "@fabrikam.com"),
    ):
        page = Page(alice_client.get(reverse(name, args=[row.pk])))
        form = Page(alice_client.get(page.links["Test access"])).form("Test")
        assert form.box(field).value == value


@pytest.mark.parametrize("who", ["alice_client", "bob_client"])
def test_the_lists_of_users_and_partners_ask_about_the_selected_row(
    request: pytest.FixtureRequest, who: str
) -> None:
    client = request.getfixturevalue(who)
    user, partner = open_everything()
    for tab, row, field, value in (
        ("directory:list", user, "Local user", "dora@contoso.com"),
        ("partners:list", partner, "Remote address", "@fabrikam.com"),
    ):
        page = Page(client.get(reverse(tab)))
        [item] = [each for each in page.all("button") if text_of(each) == "Test access"]
        address = attribute(item, "formaction") or ""
        asking = Page(client.get(address, {"row": row.pk}, follow=True))
        assert asking.form("Test").box(field).value == value
        nothing = Page(client.get(address, follow=True))
        assert nothing.said == ["Select one row first."]


def test_a_contact_that_is_needed_leads_to_the_partner_whose_type_needs_it(alice_client: Client) -> None:
    open_everything()
    partner = make_partner("gmail.com")
    page = asked(alice_client, remote="bob@gmail.com", direction="inbound")
    assert page.links["Go to where this is set"] == reverse("partners:details", args=[partner.pk])
