"""A gateway that nothing can be sealed for: said on its page, in the list, and where a secret is made."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse

from federation.certificates.models import KeyPair
from federation.certificates.services import keys
from federation.gateway.models import Gateway
from federation.x509.keys import KeyKind, make_key
from federation.x509.masterkey import MasterKey
from tests.certificates.conftest import own_master_key
from tests.pages import Page
from tests.status.test_installing import run
from tests.status.test_status import make_gateway

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client
    from pytest_django import Settings

__all__ = ["own_master_key"]
pytestmark = pytest.mark.django_db


def told(client: Client, gateway: Gateway) -> str:
    """What the gateway's page says of its sealing key."""
    page = Page(client.get(reverse("status:details", args=[gateway.pk])))
    return dict(zip(page.texts("dt"), page.texts("dd"), strict=True)).get("Sealing key", "")


def without_key() -> Gateway:
    gateway = make_gateway()
    Gateway.objects.update(sealing_key=b"")
    return gateway


def lose_the_master_key() -> None:
    """While a private key in the database needs it, no other is made in its place."""
    KeyPair.objects.create(record="0" * 64, sealed=b"sealed")
    settings.MASTER_KEY_FILE.unlink(missing_ok=True)


def change_the_master_key() -> None:
    settings.MASTER_KEY_FILE.write_text(f"{MasterKey.make().word()}\n")
    settings.MASTER_KEY_FILE.chmod(0o600)


def replace(client: Client, gateway: Gateway) -> str:
    """What is said when the secret of ``gateway`` is replaced."""
    form = Page(client.get(reverse("status:secret", args=[gateway.pk]))).form("Replace")
    return Page(form.send(client)).text


def test_of_an_ordinary_gateway_nothing_is_said(bob_client: Client) -> None:
    assert told(bob_client, make_gateway()) == ""
    assert "no sealing key" not in Page(bob_client.get(reverse("status:list"))).text


def test_a_gateway_from_before_there_were_sealing_keys_is_told(
    bob_client: Client, alice_client: Client
) -> None:
    gateway = without_key()
    said = told(bob_client, gateway)
    assert said.startswith("no certificate reaches it Its secret was made before there were sealing keys")
    assert "no sealing key" in Page(bob_client.get(reverse("status:list"))).text
    question = Page(alice_client.get(reverse("status:secret", args=[gateway.pk])))
    assert "needs version 2 of the module" in question.text
    question.form("Replace").send(alice_client)
    assert told(bob_client, gateway) == ""


def test_a_lost_master_key_is_told_and_how_to_go_on_without_it(bob_client: Client) -> None:
    gateway = make_gateway()
    lose_the_master_key()
    said = told(bob_client, gateway)
    assert "Its sealing key cannot be opened" in said
    assert "If the master key is lost, replace the secret." in said


def test_a_secret_made_without_the_master_key_is_shown_with_what_it_lacks(alice_client: Client) -> None:
    gateway = make_gateway()
    lose_the_master_key()
    form = Page(alice_client.get(reverse("status:secret", args=[gateway.pk]))).form("Replace")
    assert "while the master key was missing" in Page(form.send(alice_client)).text
    assert "The master key is missing" in run("gateway_config", gateway.name, "--new-secret")


def test_looking_at_a_gateway_makes_no_master_key(bob_client: Client) -> None:
    gateway = make_gateway()
    settings.MASTER_KEY_FILE.unlink()
    assert "The master key is missing" in told(bob_client, gateway)
    assert not settings.MASTER_KEY_FILE.exists()


@pytest.mark.parametrize("harm", [settings.MASTER_KEY_FILE.unlink, change_the_master_key])
def test_while_a_sealing_key_needs_the_master_key_nothing_is_sealed_under_another(
    bob_client: Client, harm: Callable[[], None]
) -> None:
    first = make_gateway()
    before = settings.MASTER_KEY_FILE.read_text()
    harm()
    second = make_gateway("xmpp2.contoso.test")
    assert "Its secret was made before there were sealing keys, or while" in told(bob_client, second)
    with pytest.raises(ValidationError, match="master key"), transaction.atomic():
        keys.keep(make_key(KeyKind.ECDSA_P256))
    assert not KeyPair.objects.exists()
    settings.MASTER_KEY_FILE.write_text(before)
    settings.MASTER_KEY_FILE.chmod(0o600)
    assert told(bob_client, first) == ""


def test_once_nothing_needs_the_lost_master_key_another_is_made(
    bob_client: Client, alice_client: Client
) -> None:
    both = [make_gateway(), make_gateway("xmpp2.contoso.test")]
    settings.MASTER_KEY_FILE.unlink()
    for gateway in both:
        assert "while the master key was missing" in replace(alice_client, gateway)
    for gateway in both:
        replace(alice_client, gateway)
        assert told(bob_client, gateway) == ""


def test_metrics_tell_it(client: Client, settings: Settings) -> None:
    settings.METRICS_TOKEN = "token-of-the-scraper"
    without_key()
    answer = client.get("/metrics", headers={"Authorization": "Bearer token-of-the-scraper"})
    assert 'panel_gateway_sealing_key{gateway="xmpp1.contoso.test"} 0' in answer.content.decode().splitlines()
