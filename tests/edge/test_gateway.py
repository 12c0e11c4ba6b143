"""The XMPP gateway configuration, and its dialback secret that nobody sees."""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING, Any

import pytest
from django.core import serializers
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse

from controlpanel.audit.models import AuditEvent
from federation.edge import services
from federation.edge.models import XmppGatewayConfiguration
from federation.edge.rules import GATEWAY_NUMBERS
from federation.edge.sealing import SealBroken
from tests.makers import MAKER
from tests.pages import Form, Page

if TYPE_CHECKING:
    from django.test import Client
    from pytest_django import Settings

pytestmark = pytest.mark.django_db


def gateway() -> XmppGatewayConfiguration:
    """The row as it stands."""
    found: XmppGatewayConfiguration = XmppGatewayConfiguration.objects.the_global()
    return found


def dialog(client: Client) -> Form:
    """The page's form."""
    return Page(client.get(reverse("edge:xmpp-details", args=[1]))).form("Commit")


def test_it_is_installed_as_lync_installs_it() -> None:
    row = gateway()
    assert {name: getattr(row, name) for name in GATEWAY_NUMBERS} == {
        "connection_limit": 1000,
        "partner_connection_limit": 20,
        "keep_alive": 300,
        "establishment_timeout": 60,
        "inactivity_timeout": 600,
        "subscription_refresh": 28_800,
    }
    assert not row.log_bodies


def test_the_list_has_one_row(alice_client: Client) -> None:
    page = Page(alice_client.get(reverse("edge:xmpp-list")))
    assert [row[:5] for row in page.rows] == [["Global", "1000", "20", "300", "No"]]


def test_units_limits_and_defaults_are_said(alice_client: Client) -> None:
    page = Page(alice_client.get(reverse("edge:xmpp-details", args=[1])))
    assert "Keep-alive interval (seconds)" in page.form("Commit").labels
    assert "From 10 to 86,400; 300 after installation." in page.text


def test_a_commit_changes_what_was_changed(alice_client: Client) -> None:
    page = Page(
        dialog(alice_client).fill(keep_alive="1 200", log_bodies=True).send(alice_client, follow=True)
    )
    assert page.said == ["The XMPP gateway configuration was committed."]
    event = AuditEvent.objects.about(gateway())[0]
    assert (event.action, event.after) == ("edge:xmpp:change", {"keep_alive": 1200, "log_bodies": True})


@pytest.mark.parametrize("name", GATEWAY_NUMBERS)
def test_a_number_out_of_range_is_refused(alice_client: Client, name: str) -> None:
    _default, least, most = GATEWAY_NUMBERS[name]
    for typed in (least - 1, most + 1):
        page = Page(dialog(alice_client).fill(**{name: str(typed)}).send(alice_client))
        assert f"Type a whole number from {least:,} to {most:,}." in page.alerts[0]
    out_of_range: dict[str, Any] = {name: most + 1}
    with pytest.raises(ValidationError):
        services.change_gateway(actor=MAKER, **out_of_range)
    assert gateway().version == 1


@pytest.mark.sql
@pytest.mark.parametrize("name", GATEWAY_NUMBERS)
def test_the_database_knows_the_range(name: str) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        XmppGatewayConfiguration.objects.update(**{name: GATEWAY_NUMBERS[name].most + 1})


def test_one_partner_gets_no_more_than_all(alice_client: Client) -> None:
    page = Page(dialog(alice_client).fill(connection_limit="10").send(alice_client))
    assert "One partner cannot have more connections than all together: 10." in page.alerts[0]


def test_the_secret_is_replaced_and_told_to_nobody(
    alice_client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    before = gateway()
    page = Page(alice_client.get(reverse("edge:xmpp-details", args=[1])))
    question = Page(alice_client.get(page.links["Replace the secret"]))
    done = Page(question.form("Replace").fill(reason="A laptop was lost").send(alice_client, follow=True))
    assert done.said == ["The dialback secret was replaced."]
    after = gateway()
    assert len(after.dialback_secret) >= 43
    assert after.dialback_secret != before.dialback_secret
    event = AuditEvent.objects.about(after)[0]
    assert (event.action, event.reason) == ("edge:xmpp:replace-secret", "A laptop was lost")
    assert set(event.after) == {"secret_made_at"}
    pages = ["edge:xmpp-list", "edge:xmpp-secret", "audit:list"]
    told = [alice_client.get(reverse(name)).content.decode() for name in pages]
    told += [str(page.response.content), str(done.response.content), caplog.text]
    told += [
        b"".join(alice_client.get(reverse("edge:xmpp-list"), {"format": "csv"})).decode(),
        json.dumps([event.before, event.after]),
        serializers.serialize("json", [after]),
    ]
    for row in (before, after):
        assert not any(row.dialback_secret in text for text in told)
        assert not any(row.sealed_secret in text for text in told[:-1])


def test_the_support_desk_does_not_see_the_secret(alice_client: Client) -> None:
    page = Page(alice_client.get("/admin/edge/xmppgatewayconfiguration/1/change/"))
    assert page.form("_save").box("Keep-alive interval (seconds):").value == "300"
    assert gateway().sealed_secret not in page.response.content.decode()


def lose_the_secret(settings: Settings) -> None:
    """Seal it under another SECRET_KEY than the one that is here."""
    present, settings.SECRET_KEY = settings.SECRET_KEY, "another" * 10
    services.replace_secret(actor=MAKER)
    settings.SECRET_KEY = present


def test_the_page_says_of_a_lost_secret_what_to_do(
    alice_client: Client, bob_client: Client, settings: Settings
) -> None:
    address = reverse("edge:xmpp-details", args=[1])
    assert "cannot be opened" not in Page(bob_client.get(address)).text
    lose_the_secret(settings)
    assert "cannot be opened" in Page(bob_client.get(address)).text
    page = Page(alice_client.get(address))
    assert "no gateway can be given it" in page.text
    assert "replace the secret here" in page.text
    Page(alice_client.get(page.links["Replace the secret"])).form("Replace").send(alice_client)
    assert "cannot be opened" not in Page(bob_client.get(address)).text


def test_a_secret_of_another_key_is_known_as_lost(settings: Settings) -> None:
    secret = gateway().dialback_secret
    old, settings.SECRET_KEY = settings.SECRET_KEY, "another" * 10
    with pytest.raises(SealBroken):
        gateway().dialback_secret  # noqa: B018 # it is the reading that fails
    settings.SECRET_KEY_FALLBACKS = [old]
    assert gateway().dialback_secret == secret
    settings.SECRET_KEY_FALLBACKS = []
    services.replace_secret(actor=MAKER)
    assert gateway().dialback_secret
