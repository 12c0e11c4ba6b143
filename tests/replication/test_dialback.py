"""The dialback secret: the rules name it, and a gateway that has a sealing key gets it sealed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from django.urls import reverse

from federation.edge import services as edge
from federation.edge.models import XmppGatewayConfiguration
from federation.gateway import services as gateways
from federation.gateway.models import Gateway, Report
from federation.gateway.sealing import NotSealedForUs, Purpose, unseal
from federation.gateway.secret import sealing_key
from federation.replication import services
from federation.replication.models import Line, Revision, Unpublished
from tests.makers import MAKER

if TYPE_CHECKING:
    from pytest_django import Settings

    from tests.replication.conftest import Asker

pytestmark = [pytest.mark.sql, pytest.mark.django_db]


def row() -> XmppGatewayConfiguration:
    found: XmppGatewayConfiguration = XmppGatewayConfiguration.objects.the_global()
    return found


def ask(asker: Asker, **more: Any) -> Any:
    body = json.dumps(asker.request(report_only=True)).encode()
    headers = {"Authorization": f"Bearer {asker.token}"}
    address = reverse("replication:dialback")
    return asker.client.post(address, body, "application/json", headers=headers, **more)


def told(asker: Asker) -> dict[str, str]:
    response = ask(asker)
    assert response.status_code == 200
    assert response["Cache-Control"] == "no-store"
    assert row().dialback_secret.encode() not in response.content
    key = sealing_key(asker.secret)
    with pytest.raises(NotSealedForUs):
        unseal(response.content, key=key, gateway=asker.name, purpose=Purpose.CERTIFICATE)
    plain = unseal(response.content, key=key, gateway=asker.name, purpose=Purpose.DIALBACK)
    return json.loads(plain)  # type: ignore[no-any-return]


def test_it_is_named_in_the_rules_and_given_sealed(asker: Asker) -> None:
    assert asker.ask() == 200
    assert told(asker) == {"id": asker.objects["xmpp:global"]["dialback"], "secret": row().dialback_secret}
    assert not Line.objects.filter(value__contains=row().dialback_secret).exists()


def test_a_new_one_is_a_revision_and_another_name(asker: Asker) -> None:
    assert asker.ask() == 200
    before = asker.objects["xmpp:global"]["dialback"]
    edge.replace_secret(actor=MAKER)
    assert asker.ask() == 200
    assert asker.objects["xmpp:global"]["dialback"] != before
    assert told(asker)["id"] == asker.objects["xmpp:global"]["dialback"]


def test_it_goes_over_no_open_line_and_to_nobody_without_a_sealing_key(asker: Asker) -> None:
    assert ask(asker, REMOTE_ADDR="192.0.2.7").status_code == 421
    Gateway.objects.update(sealing_key=b"")
    assert ask(asker).status_code == 409
    asker.row, asker.secret = gateways.replace_secret(asker.row, actor=MAKER)
    assert told(asker)


def test_one_that_cannot_be_opened_breaks_nothing_else(asker: Asker, settings: Settings) -> None:
    settings.SECRET_KEY = "another" * 10
    assert ask(asker).status_code == 503
    assert asker.ask() == 200
    edge.replace_secret(actor=MAKER)
    assert told(asker)


def test_what_the_gateway_says_it_uses_is_kept(asker: Asker) -> None:
    assert asker.ask(report={"dialback": "2026-11-24T10:00:00.000001Z"}) == 200
    assert Report.objects.get().dialback == "2026-11-24T10:00:00.000001Z"


def test_after_the_update_the_settings_are_published_in_their_new_form(asker: Asker) -> None:
    """As they were before: without the timeouts and the name of the secret."""
    services.publish()
    before = services.publish()
    line = Line.objects.get(key="xmpp:global")
    old = '{"connection_limit":1000,"keep_alive":300,"partner_connection_limit":20}'
    now = before.set_hash.drop(f"{line.key} {line.value}").put(f"{line.key} {old}")
    Line.objects.filter(pk=line.pk).update(value=old)
    Revision.objects.filter(pk=before.pk).update(hash=now.hex)
    assert asker.ask() == 200
    assert "dialback" not in asker.objects["xmpp:global"]

    Unpublished.objects.create(event=services.NEW_FORM)  # as the migration does
    assert asker.ask() == 200
    assert asker.objects["xmpp:global"]["dialback"] == row().secret_id
    assert asker.objects["xmpp:global"]["inactivity_timeout"] == 600
    assert not Unpublished.objects.exists()
