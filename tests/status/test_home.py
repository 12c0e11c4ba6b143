"""Home tells how many gateways are up to date, and its checklist ticks itself from what they report."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.urls import reverse

from federation.gateway.models import Stream
from federation.partners import services as partners
from federation.replication import services
from tests.makers import MAKER
from tests.pages import Page, text_of
from tests.status.test_status import commit, make_gateway, of

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.django_db


def home(client: Client) -> str:
    return " ".join(text_of(each) for each in Page(client.get(reverse("overview:list"))).all("li"))


def test_home_tells_how_many_gateways_are_up_to_date(bob_client: Client) -> None:
    number = services.publish().number
    make_gateway("xmpp1.contoso.test", revision=number)
    assert "1 Gateway up to date" in home(bob_client)
    make_gateway("xmpp2.contoso.test", revision=number)
    assert "2 Gateways up to date" in home(bob_client)
    commit()
    assert "0 / 2 Gateways up to date" in home(bob_client)


@pytest.mark.parametrize(
    "wrong",
    [{"alarms": [{"code": "s2s-not-owned", "text": ""}]}, {"revision": 501}, {"state_hash": "0" * 64}],
)
def test_home_does_not_count_a_gateway_with_errors_or_another_history(
    bob_client: Client, wrong: dict[str, Any]
) -> None:
    make_gateway(**of(services.publish()) | wrong)
    assert "0 / 1 Gateway up to date" in home(bob_client)


def test_the_checklist_follows_what_gateways_report(bob_client: Client) -> None:
    assert "To do: Add the XMPP gateways" in home(bob_client)
    gateway = make_gateway(revision=services.publish().number)
    for domain in ("fabrikam.test", "northwind.test"):
        partners.create_partner(domain=domain, type="federated", actor=MAKER)
    told = {"gateway": gateway, "local": "contoso.test", "direction": "inbound", "method": "sasl-tls"}
    Stream.objects.create(**told, remote="fabrikam.test")
    text = home(bob_client)
    assert "Done: Add the XMPP gateways" in text
    assert "To do: See a stream with each partner" in text
    Stream.objects.create(**told, remote="northwind.test")
    assert "Done: See a stream with each partner" in home(bob_client)
