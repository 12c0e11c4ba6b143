"""A look at a partner's real server on loopback: kept, compared with the partner's record, watched."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING

import pytest
from django.conf import settings as panel
from django.core.management import CommandError, call_command

from controlpanel.audit.actor import Actor
from controlpanel.audit.models import AuditEvent
from federation.partners import services as partners
from federation.partners.models import Partner
from federation.watch.models import Look
from federation.watch.words import TROUBLES
from federation.x509.streams import Trouble
from tests.pages import Page
from tests.x509.nameserver import NameServer
from tests.x509.prosody import Prosody

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.test import Client

    from tests.certificates.conftest import Chain


@pytest.fixture(scope="module")
def server(chain: Chain) -> Iterator[Prosody]:
    """A partner's server."""
    leaf, key = chain.middle.issue("DNS:fabrikam.test", subject="/CN=fabrikam.test")
    running = Prosody(leaf + chain.middle.pem, key, chain.root.pem)
    yield running
    running.stop()


@pytest.fixture(autouse=True)
def names(server: Prosody, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The DNS of these tests."""
    zone = {
        ("_xmpp-server._tcp.fabrikam.test", "SRV"): [f"10 5 {server.port} xmpp.fabrikam.test."],
        ("xmpp.fabrikam.test", "A"): ["127.0.0.1"],
    }
    with NameServer(zone) as running:
        monkeypatch.setattr(panel, "PROBE_NAMESERVERS", ["127.0.0.1"])
        monkeypatch.setattr(panel, "PROBE_NAMESERVER_PORT", running.port)
        yield


def test_the_command_tells_what_the_server_shows(trusted: Chain) -> None:
    said = io.StringIO()
    call_command("probe_partner", "Fabrikam.TEST", "--json", stdout=said)
    told = json.loads(said.getvalue())
    assert told["names"] == ["fabrikam.test"]
    assert told["places"][0]["tls"].startswith("TLSv1.")
    assert "dialback-tls" in told["places"][0]["methods"]
    assert AuditEvent.objects.filter(action="watch:look:seen").count() == 1
    call_command("probe_partner", "fabrikam.test", stdout=said)
    assert AuditEvent.objects.filter(action="watch:look:seen").count() == 1


def test_a_partner_s_page_has_the_button_and_says_what_does_not_fit(
    alice_client: Client, trusted: Chain
) -> None:
    partners.create_partner(domain="fabrikam.test", actor=Actor("maker"))
    partner = Partner.objects.get()
    here = f"/federation/partners/{partner.pk}/"
    page = Page(Page(alice_client.get(here)).form("Look now").send(alice_client, follow=True))
    assert page.said == ["“fabrikam.test” was looked at."]
    assert "STARTTLS" in page.text
    demand = "You ask for SASL over TLS; they offer only TLS dialback"
    assert demand in page.text
    assert demand in Page(alice_client.get(here)).text


def test_a_change_of_the_issuer_is_told(alice_client: Client, trusted: Chain) -> None:
    call_command("probe_partner", "fabrikam.test", stdout=io.StringIO())
    Look.objects.update(issuer="CN=Former")
    call_command("probe_partner", "fabrikam.test", stdout=io.StringIO())
    page = Page(alice_client.get(f"/security/watch/{Look.objects.get().pk}/"))
    assert "The issuer changed on" in page.text
    assert "CN=Former" in page.text


def test_a_domain_without_servers_is_told_in_words(trusted: Chain) -> None:
    with pytest.raises(CommandError, match=r"The DNS does not know “nowhere\.test”"):
        call_command("probe_partner", "nowhere.test", stdout=io.StringIO())


def test_every_trouble_has_a_sentence() -> None:
    assert set(TROUBLES) == set(Trouble)
