"""The support desk's pages write through the same services."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.urls import reverse

from controlpanel.audit.models import AuditEvent
from federation.partners.models import Partner
from tests.pages import Page
from tests.partners.makers import make_partner

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.django_db
DESK = "admin:partners_partner"


def test_a_partner_is_made_changed_and_deleted_with_an_event_each(alice_client: Client) -> None:
    add = Page(alice_client.get(reverse(f"{DESK}_add"))).form("_save")
    add.fill(domain="Fabrikam.com", additional="a.com", sasl="optional").send(alice_client)
    partner = Partner.objects.get(domain="fabrikam.com")
    here = reverse(f"{DESK}_change", args=[partner.pk])
    Page(alice_client.get(here)).form("_save").fill(additional="a.com\nb.com").send(alice_client)
    assert partner.additional_domains == ["a.com", "b.com"]
    assert Page(alice_client.get(reverse(f"{DESK}_changelist"), {"q": "b.com"})).text.count("fabrikam.com")
    question = Page(alice_client.get(reverse(f"{DESK}_delete", args=[partner.pk])))
    question.form("post").send(alice_client)
    actions = AuditEvent.objects.filter(action__startswith="partners:").values_list("action", flat=True)
    assert [action.rpartition(":")[2] for action in actions] == ["delete", "change", "create"]


def test_what_the_service_refuses_is_told_and_not_saved(alice_client: Client) -> None:
    make_partner("owner.com", "a.com")
    add = Page(alice_client.get(reverse(f"{DESK}_add"))).form("_save")
    answer: Any = add.fill(domain="fabrikam.com", additional="a.com\nb c").send(alice_client, follow=True)
    page = Page(answer)
    assert "Line 1, “a.com”: It belongs to the partner owner.com already." in page.text
    assert Partner.objects.count() == 1
