"""The tab Domains: the organisation's own, each once however it is written."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from controlpanel.audit.models import AuditEvent
from federation.topology import services
from federation.topology.models import LocalDomain
from tests.makers import MAKER
from tests.pages import Page

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.django_db


def new_domain(client: Client, domain: str) -> Page:
    """The page after the dialog of a new domain was committed."""
    form = Page(client.get(reverse("topology:domains-new"))).form("Commit")
    return Page(form.fill(domain=domain, description="Ours").send(client, follow=True))


def test_a_domain_is_listed_found_described_and_deleted(alice_client: Client) -> None:
    assert new_domain(alice_client, "BÜCHER.example").said == ["Domain “bücher.example” was committed."]
    row = LocalDomain.objects.get()
    assert row.domain == "xn--bcher-kva.example"
    listed = Page(alice_client.get(reverse("topology:domains-list"), {"q": "bücher"}))
    assert listed.rows[0][:2] == ["bücher.example", "Ours"]
    here = reverse("topology:domains-details", args=[row.pk])
    form = Page(alice_client.get(here)).form("Commit").fill(description="Books")
    form.send(alice_client)
    assert AuditEvent.objects.get(action="topology:domain:change").after == {"description": "Books"}
    asked = Page(alice_client.get(reverse("topology:domains-delete"), {"row": row.pk}))
    done = Page(asked.form("Delete").send(alice_client, follow=True))
    assert done.said == ["1 domain was deleted."]


@pytest.mark.parametrize("typed", ["bücher.example", "XN--BCHER-KVA.example"])
def test_a_domain_is_listed_once(alice_client: Client, typed: str) -> None:
    services.create_domain(domain="bücher.example", actor=MAKER)
    assert "This domain is listed already." in new_domain(alice_client, typed).text
    with pytest.raises(IntegrityError), transaction.atomic():
        LocalDomain.objects.bulk_create(
            [LocalDomain(domain="xn--bcher-kva.example", shown="x", changed_at="2026-01-01T00:00Z")]
        )


def test_what_is_no_domain_is_refused(alice_client: Client) -> None:
    assert "This is an IP address. Type a name." in new_domain(alice_client, "192.0.2.1").text
