"""An error with which the rules do not hold makes "in force" untrue wherever the panel would say it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.urls import reverse

from federation.gateway import alarms
from federation.replication import services
from federation.status.words import ALARM_LABELS
from tests.pages import Page
from tests.status.test_home import home
from tests.status.test_in_force import fragment
from tests.status.test_status import make_gateway, of, status_of

if TYPE_CHECKING:
    from django.test import Client
    from pytest_django import Settings

pytestmark = pytest.mark.django_db
MODULE = Path(alarms.__file__).parent / "prosody/mod_federation_control"
#: How the module names an error, and what makes one of its arguments into one.
RAISED = re.compile(r"""(?:alarm\(|failed\(|refuse\(announced, )"([a-z0-9-]+)\"""")


def errors(*codes: str) -> list[dict[str, str]]:
    return [{"code": code, "text": "what the module says"} for code in codes]


def up(client: Client, settings: Settings) -> str:
    """What /metrics says."""
    settings.METRICS_TOKEN = "token-of-the-scraper"
    answer = client.get("/metrics", headers={"Authorization": "Bearer token-of-the-scraper"})
    (line,) = (each for each in answer.content.decode().splitlines() if each.startswith("panel_gateway_up{"))
    return line.rpartition(" ")[2]


def test_it_is_decided_of_every_error_that_the_module_knows_and_each_has_words() -> None:
    known = {code for path in MODULE.glob("*.lua") for code in RAISED.findall(path.read_text())}
    assert known == alarms.HOLDING | alarms.BREAKING
    assert not alarms.HOLDING & alarms.BREAKING
    assert ALARM_LABELS.keys() == known


@pytest.mark.parametrize("code", sorted(alarms.BREAKING | {"an-error-of-a-later-module"}))
def test_with_these_nobody_says_in_force(bob_client: Client, settings: Settings, code: str) -> None:
    latest = services.publish()
    make_gateway(**of(latest), alarms=errors("disk", code))
    said = fragment(bob_client, latest.number)
    assert "In force on 0 of 1 gateway" in said
    assert "not in force, for an error: xmpp1.contoso.test" in said
    assert status_of(bob_client).startswith("Not in force ")
    assert "To do: Add the XMPP gateways, and let each report xmpp1.contoso.test: Not in force." in home(
        bob_client
    )
    assert "0 / 1 Gateway up to date" in home(bob_client)
    assert up(bob_client, settings) == "0"


@pytest.mark.parametrize("code", sorted(alarms.HOLDING))
def test_with_these_the_rules_hold_and_the_error_is_shown(
    bob_client: Client, settings: Settings, code: str
) -> None:
    latest = services.publish()
    gateway = make_gateway(**of(latest), alarms=errors(code))
    assert "In force on 1 of 1 gateway" in fragment(bob_client, latest.number)
    assert status_of(bob_client) == "Up to date 1 error"
    assert "Done: Add the XMPP gateways" in home(bob_client)
    assert "0 / 1 Gateway up to date" in home(bob_client)
    assert up(bob_client, settings) == "1"
    text = Page(bob_client.get(reverse("status:details", args=[gateway.pk]))).text
    assert f"{code} {ALARM_LABELS[code]} what the module says" in " ".join(text.split())


def test_what_came_from_its_disk_is_in_force_nowhere_until_it_is_confirmed(
    bob_client: Client, settings: Settings
) -> None:
    latest = services.publish()
    make_gateway(**of(latest), status="disk")
    assert "In force on 0 of 1" in fragment(bob_client, latest.number)
    assert status_of(bob_client) == "Up to date from its disk; the panel has not confirmed it yet"
    assert "To do: Add the XMPP gateways" in home(bob_client)
    assert up(bob_client, settings) == "0"


def test_forty_gateways_are_not_all_named(bob_client: Client) -> None:
    latest = services.publish()
    for number in range(5):
        make_gateway(f"xmpp{number}.contoso.test", **of(latest), alarms=errors("s2s"))
    said = fragment(bob_client, latest.number)
    assert "for an error: xmpp0.contoso.test, xmpp1.contoso.test, xmpp2.contoso.test, …" in said
    assert "And others." in home(bob_client)
