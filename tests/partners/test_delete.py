"""Deleting partners: what is hit is named first and who loses what; many go at once, in one event."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.urls import reverse

from controlpanel.audit.models import AuditEvent
from federation.edge import services as edge
from federation.partners.models import Partner, PartnerDomain
from tests.makers import make_policy, make_user
from tests.pages import Page
from tests.partners.makers import MAKER, make_partner, make_partners

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.django_db


def asked(client: Client, *partners: Partner, **narrowing: str) -> Page:
    """The question before ``partners`` are deleted."""
    keys = [str(partner.pk) for partner in partners]
    return Page(client.get(reverse("partners:delete"), {"row": keys, **narrowing}))


def test_the_question_names_the_partners_and_says_who_loses_what(alice_client: Client) -> None:
    edge.change_access(actor=MAKER, federation=True)
    make_user("dora@contoso.com", policy=make_policy(federated=True, xmpp=True))
    make_user("nobody@contoso.com")
    page = asked(alice_client, make_partner("fabrikam.com", "a.com"), make_partner("gmail.com"))
    assert page.texts("h2") == ["Delete 2 partners?"]
    assert "fabrikam.com" in page.texts("li")
    assert "1 user can then no longer talk to anybody at these partners (3 domains in all)." in page.texts(
        "li"
    )


def test_one_partner_goes_with_its_domains_and_the_log_keeps_them(alice_client: Client) -> None:
    partner = make_partner("fabrikam.com", "a.com", "b.com")
    page = Page(asked(alice_client, partner).form("Delete").send(alice_client, follow=True))
    assert page.said == ["1 partner was deleted."]
    assert not PartnerDomain.objects.exists()
    event = AuditEvent.objects.get(action="partners:partner:delete")
    assert event.before["additional_domains"] == ["a.com", "b.com"]
    assert event.object_name == "fabrikam.com"


def test_all_that_match_go_in_one_event_with_its_members(alice_client: Client) -> None:
    make_partners(300, domains=2)
    kept = make_partner("kept.com")
    page = asked(alice_client, all="1", q="example")
    assert page.texts("h2") == ["Delete 300 partners?"]
    answer = Page(page.form("Delete").fill(reason="Spring").send(alice_client, follow=True))
    assert answer.said == ["300 partners were deleted."]
    assert list(Partner.objects.all()) == [kept]
    event = AuditEvent.objects.get(action="partners:partners:delete")
    assert (event.members_count, event.reason) == (300, "Spring")
    member = event.members.get(object_name="partner7.example")
    assert "d1.partner7.example" in member.before


def test_what_was_deleted_meanwhile_is_told(alice_client: Client) -> None:
    partner = make_partner("fabrikam.com")
    form = asked(alice_client, partner, make_partner("gmail.com")).form("Delete")
    partner.delete()
    page = Page(form.send(alice_client, follow=True))
    assert "The selection changed meanwhile. Look again, then confirm." in page.said
    assert Partner.objects.count() == 1
