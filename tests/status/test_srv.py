"""Where SRV records of our domains lead, as the DNS said last: looked up by a command, told on Home."""

from __future__ import annotations

import io
import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.conf import settings as panel
from django.core.management import call_command
from django.urls import reverse

from controlpanel.audit.models import AuditEvent
from federation.gateway import services as gateways
from federation.topology import services as topology
from federation.topology.models import LocalDomain
from federation.watch.models import SrvLook
from tests.makers import MAKER
from tests.pages import Page
from tests.status.test_home import home
from tests.status.test_status import make_gateway
from tests.x509.nameserver import NameServer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.test import Client

pytestmark = [pytest.mark.django_db, pytest.mark.sql]
STEP = "Let the SRV record of each domain lead to a gateway, on port 5269"
RECORD = ("_xmpp-server._tcp.contoso.test", "SRV")
ADDRESS = ("xmpp1.contoso.test", "A")


@pytest.fixture(autouse=True)
def zone(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[tuple[str, str], list[str]]]:
    """The DNS of these tests: all is well in it."""
    records = {RECORD: ["0 0 5269 xmpp1.contoso.test."], ADDRESS: ["127.0.0.1"]}
    with NameServer(records) as running:
        monkeypatch.setattr(panel, "PROBE_NAMESERVERS", ["127.0.0.1"])
        monkeypatch.setattr(panel, "PROBE_NAMESERVER_PORT", running.port)
        monkeypatch.setattr(panel, "PROBE_SECONDS", 1.0)
        yield records


@pytest.fixture(autouse=True)
def ours() -> None:
    topology.create_domain(domain="contoso.test", actor=MAKER)
    make_gateway("xmpp1.contoso.test")


def checked() -> dict[str, Any]:
    """What the command says, by domain."""
    said = io.StringIO()
    try:
        call_command("check_srv", "--json", stdout=said)
        status = 0
    except SystemExit as left:
        status = int(str(left.code))
    told = {each["domain"]: each for each in json.loads(said.getvalue())}
    assert status == int(any(each["warnings"] for each in told.values()))
    return told


def test_home_is_ticked_when_every_record_leads_to_a_gateway(bob_client: Client) -> None:
    assert f"To do: {STEP} Nobody has looked it up yet: manage.py check_srv does." in home(bob_client)
    target = {"host": "xmpp1.contoso.test", "port": 5269, "addresses": ["127.0.0.1"]}
    assert checked() == {"contoso.test": {"domain": "contoso.test", "targets": [target], "warnings": []}}
    assert f"Done: {STEP} Looked up 0" in home(bob_client)


def test_home_says_how_old_it_is(bob_client: Client) -> None:
    checked()
    look = SrvLook.objects.get()
    SrvLook.objects.update(seen_at=look.seen_at - timedelta(days=3))
    then = f"{look.seen_at - timedelta(days=3):%Y-%m-%d %H:%M}"
    assert f"Done: {STEP} Looked up 3 days ago ({then})." in " ".join(home(bob_client).split())


def test_home_asks_no_name_server(bob_client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def asked(*_args: Any, **_more: Any) -> None:
        raise AssertionError

    checked()
    monkeypatch.setattr("federation.x509.discovery.resolver", asked)
    monkeypatch.setattr("federation.watch.srv.look_up", asked)
    assert f"Done: {STEP}" in home(bob_client)


@pytest.mark.parametrize(
    "record, said",
    [
        ([], "There is no SRV record."),
        (["0 0 5269 ."], "The DNS says that there is no XMPP service"),
        (["0 0 5269 mail.contoso.test."], "It leads to “mail.contoso.test”, which is no enabled gateway."),
        (["0 0 5270 xmpp1.contoso.test."], "It leads to port 5270 of “xmpp1.contoso.test”, not to 5269."),
        (["broken"], "The DNS could not answer"),
        (["silence"], "The DNS did not answer in time"),
        (
            ["0 0 5269 xmpp1.contoso.test.", "9 0 5269 old.contoso.test."],
            "It leads to “old.contoso.test”, which is no enabled gateway.",
        ),
    ],
)
def test_what_is_wrong_is_said(
    bob_client: Client, zone: dict[tuple[str, str], list[str]], record: list[str], said: str
) -> None:
    zone[RECORD] = record
    (warning,) = checked()["contoso.test"]["warnings"]
    assert warning.startswith(said)
    assert f"To do: {STEP} contoso.test: {said}" in home(bob_client)


def test_a_gateway_without_an_address_is_none(zone: dict[tuple[str, str], list[str]]) -> None:
    del zone[ADDRESS]
    assert checked()["contoso.test"]["warnings"] == ["The DNS has no address for “xmpp1.contoso.test”."]


def test_a_gateway_that_is_off_or_serves_others_is_none() -> None:
    gateway = make_gateway("xmpp2.contoso.test")
    other = topology.create_domain(domain="contoso.example", actor=MAKER)
    gateways.change_gateway(gateway, name="xmpp3.contoso.test", actor=MAKER)
    first = type(gateway).objects.get(name="xmpp1.contoso.test")
    gateways.change_gateway(first, domains=[other], actor=MAKER)
    (warning,) = checked()["contoso.test"]["warnings"]
    assert warning == "It leads to the gateway “xmpp1.contoso.test”, which does not serve the domain."
    gateways.change_gateway(first, enabled=False, actor=MAKER)
    (warning,) = checked()["contoso.test"]["warnings"]
    assert warning == "It leads to “xmpp1.contoso.test”, which is no enabled gateway."


def test_a_domain_added_later_is_not_looked_up_yet(bob_client: Client) -> None:
    checked()
    topology.create_domain(domain="contoso.example", actor=MAKER)
    assert f"To do: {STEP} contoso.example: Not looked up yet." in home(bob_client)


def test_only_what_is_another_is_recorded_and_what_is_not_ours_is_forgotten() -> None:
    for _time in range(2):
        checked()
    event = AuditEvent.objects.get(action="watch:srv:seen")
    assert event.after["leads_to"] == ["xmpp1.contoso.test:5269"]
    topology.delete_domains(LocalDomain.objects.all(), actor=MAKER)
    assert checked() == {}
    assert not SrvLook.objects.exists()


def test_the_page_of_the_domain_shows_the_record_it_needs_and_where_it_led(bob_client: Client) -> None:
    domain = LocalDomain.objects.get()
    here = reverse("topology:domains-details", args=[domain.pk])
    text = Page(bob_client.get(here)).text
    assert "_xmpp-server._tcp.contoso.test. SRV 0 0 5269 xmpp1.contoso.test." in text
    assert "Not looked up yet." in text
    checked()
    assert "It leads to gateways, and nowhere else." in Page(bob_client.get(here)).text
