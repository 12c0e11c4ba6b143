"""A gateway's page says whether it uses the dialback secret of now."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.urls import reverse

from federation.edge import services as edge
from federation.edge.models import XmppGatewayConfiguration
from federation.gateway.models import Report
from tests.edge.test_gateway import lose_the_secret
from tests.makers import MAKER
from tests.pages import Page
from tests.status.test_status import make_gateway

if TYPE_CHECKING:
    from django.test import Client
    from pytest_django import Settings

    from federation.gateway.models import Gateway

pytestmark = pytest.mark.django_db


def told(client: Client, gateway: Gateway, uses: str) -> str:
    Report.objects.filter(gateway=gateway).update(dialback=uses)
    page = Page(client.get(reverse("status:details", args=[gateway.pk])))
    return dict(zip(page.texts("dt"), page.texts("dd"), strict=True))["Dialback secret"]


def test_the_page_tells_the_current_one_from_one_before_and_from_its_own(bob_client: Client) -> None:
    gateway = make_gateway(revision=1)
    row: XmppGatewayConfiguration = XmppGatewayConfiguration.objects.the_global()
    made = f"Made on {row.secret_made_at:%Y-%m-%d %H:%M} UTC"
    assert told(bob_client, gateway, row.secret_id) == f"{made} the current one"
    edge.replace_secret(actor=MAKER)
    assert told(bob_client, gateway, row.secret_id) == f"{made} not the current one"
    for text in ("", "no time"):
        assert told(bob_client, gateway, text) == "Its own, which no other gateway knows not the current one"


def test_the_page_says_of_a_lost_one_where_it_is_replaced(bob_client: Client, settings: Settings) -> None:
    gateway = make_gateway()
    page = Page(bob_client.get(reverse("status:details", args=[gateway.pk])))
    assert "cannot be opened" not in page.text
    lose_the_secret(settings)
    page = Page(bob_client.get(reverse("status:details", args=[gateway.pk])))
    assert "no gateway can be given it" in page.text
    assert page.links["XMPP Gateway Configuration"].endswith(reverse("edge:xmpp-details", args=[1]))
