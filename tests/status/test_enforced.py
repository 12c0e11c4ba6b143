"""Pages say what a Prosody gateway does otherwise than their record says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.urls import reverse

from federation.gateway import services as gateways
from federation.gateway.models import Gateway
from federation.partners import services as partners
from tests.makers import MAKER
from tests.pages import Page
from tests.status.test_status import make_gateway

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.django_db


def said_of(client: Client, **values: Any) -> str:
    """What stands on the page of a partner with these ``values``."""
    partner = partners.create_partner(domain="fabrikam.test", type="federated", actor=MAKER, **values)
    return Page(client.get(reverse("partners:details", args=[partner.pk]))).text


def test_the_limit_counts_what_comes_in_to_each_gateway(bob_client: Client) -> None:
    make_gateway("xmpp1.contoso.test")
    make_gateway("xmpp2.contoso.test")
    off = make_gateway("xmpp3.contoso.test")
    gateways.change_gateway(off, enabled=False, actor=MAKER)
    text = said_of(bob_client, connection_limit=1500)
    assert "The connection limit counts streams that the partner opened" in text
    assert "2 gateways let in up to 3,000, at a limit of 1,500." in text


def test_without_a_limit_of_its_own_it_is_that_of_the_configuration(bob_client: Client) -> None:
    make_gateway("xmpp1.contoso.test")
    make_gateway("xmpp2.contoso.test")
    assert "up to 40, at a limit of 20." in said_of(bob_client)


def test_one_gateway_alone_needs_no_arithmetic(bob_client: Client) -> None:
    make_gateway()
    assert "Each gateway counts" not in said_of(bob_client)


@pytest.mark.parametrize(
    "values, is_said",
    [
        ({"tls": "required", "sasl": "required", "dialback": True}, True),
        ({"tls": "required", "sasl": "optional", "dialback": False}, True),
        ({"tls": "required", "sasl": "optional", "dialback": True}, False),
    ],
)
def test_dialback_that_is_not_allowed_closes_the_stream(
    bob_client: Client, values: dict[str, Any], is_said: bool
) -> None:
    assert ("it closes the stream, with policy-violation" in said_of(bob_client, **values)) is is_said


@pytest.mark.parametrize("tls, is_said", [("not-supported", True), ("optional", False)])
def test_a_partner_without_tls_has_no_direct_tls_either(bob_client: Client, tls: str, is_said: bool) -> None:
    said = said_of(bob_client, tls=tls, sasl="not-supported", dialback=True)
    assert ("Direct TLS is not tried" in said) is is_said


def test_proxy_and_keep_alive_are_spoken_of_where_they_are_set(bob_client: Client) -> None:
    text = said_of(bob_client, proxy="proxy.fabrikam.test")
    assert "always to its port 5269, never with Direct TLS" in text
    assert "sends it a blank every 300 seconds" in text


def test_they_are_not_spoken_of_where_they_are_not(bob_client: Client) -> None:
    text = said_of(bob_client, keep_alive=False)
    assert "Direct TLS" not in text
    assert "sends it a blank" not in text


def test_the_configuration_says_what_of_it_does_not_reach_a_gateway(bob_client: Client) -> None:
    text = Page(bob_client.get(reverse("edge:xmpp-details", args=[1]))).text
    assert "The subscription refresh interval does not reach it" in text
    assert "timeout do not reach it" not in text
    assert "never logged by it" in text


def test_the_dialback_secret_reaches_whom_it_can_be_sealed_for(bob_client: Client) -> None:
    def said() -> str:
        return Page(bob_client.get(reverse("edge:xmpp-details", args=[1]))).text

    make_gateway()
    assert "dialback secret does not reach" not in said()
    Gateway.objects.update(sealing_key=b"")
    assert "dialback secret does not reach gateways without a sealing key" in said()
    assert "xmpp1.contoso.test" in said()
