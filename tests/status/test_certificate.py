"""Which certificate a gateway shows: on its page, and on Home when it is the assigned one everywhere."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.urls import reverse
from django.utils import timezone

from federation.certificates.services import assignments
from federation.gateway.models import Report
from federation.replication import services
from federation.replication.models import Revision
from federation.topology import services as topology
from tests.certificates.conftest import MAKER, Chain, chain, own_master_key, trusted
from tests.certificates.test_assignments import make
from tests.pages import Page
from tests.status.test_home import home
from tests.status.test_in_force import fragment
from tests.status.test_status import commit, make_gateway, of

if TYPE_CHECKING:
    from django.test import Client

    from federation.gateway.models import Gateway

__all__ = ["chain", "own_master_key", "trusted"]
pytestmark = pytest.mark.django_db
STEP = "Assign a certificate that covers every domain, and see it served"


def told(client: Client, gateway: Gateway) -> str:
    """What the gateway's page says of its certificate."""
    facts = Page(client.get(reverse("status:details", args=[gateway.pk])))
    terms, values = facts.texts("dt"), facts.texts("dd")
    return dict(zip(terms, values, strict=True))["Certificate"]


def shows(gateway: Gateway, sha256: str) -> None:
    Report.objects.filter(gateway=gateway).update(certificate=sha256)


def test_the_page_tells_what_the_gateway_shows_against_what_is_assigned(
    bob_client: Client, trusted: Chain
) -> None:
    gateway, first, second = make_gateway(revision=1), make(trusted, "First"), make(trusted, "Second")
    assert told(bob_client, gateway) == "It shows none, or has not looked yet"
    shows(gateway, first.sha256)
    assert told(bob_client, gateway) == "First"
    assignments.assign(first, actor=MAKER)
    assert told(bob_client, gateway) == "First the assigned one"
    assignments.assign(second, actor=MAKER)
    assert told(bob_client, gateway) == "First not the assigned one"
    shows(gateway, "AB" * 32)
    assert told(bob_client, gateway) == f"{'AB' * 32} not the assigned one"


def test_home_is_ticked_when_every_gateway_shows_it_and_every_domain_is_covered(
    bob_client: Client, trusted: Chain
) -> None:
    one, other = make_gateway(revision=1), make_gateway("xmpp2.contoso.test", revision=1)
    certificate = make(trusted, "First")
    assignments.assign(certificate, actor=MAKER)
    shows(one, certificate.sha256)
    assert f"To do: {STEP}" in home(bob_client)
    shows(other, certificate.sha256)
    assert f"Done: {STEP}" in home(bob_client)
    topology.create_domain(domain="elsewhere.test", actor=MAKER)
    assert f"To do: {STEP}" in home(bob_client)


def test_a_commit_that_assigns_a_certificate_is_in_force_where_it_is_shown(
    bob_client: Client, trusted: Chain
) -> None:
    one, other = make_gateway(), make_gateway("xmpp2.contoso.test")
    certificate = make(trusted, "First")
    assignments.assign(certificate, actor=MAKER)
    latest = services.publish()
    now = timezone.now()
    told = of(latest) | {"seen_at": now, "revision_seen_at": now, "status": "live"}
    Report.objects.update(**told)
    shows(one, certificate.sha256)
    assert "In force on 1 of 2 gateways …" in fragment(bob_client, latest.number)
    Revision.objects.filter(number=latest.number).update(at=now - timedelta(seconds=9))
    assert "another certificate: xmpp2.contoso.test" in fragment(bob_client, latest.number)
    shows(other, certificate.sha256)
    assert "In force on 2 of 2 gateways after" in fragment(bob_client, latest.number)
    shows(other, "AB" * 32)
    number = commit()  # which is about something else
    Report.objects.update(**of(Revision.objects.get(number=number)))
    assert "In force on 2 of 2" in fragment(bob_client, number)
