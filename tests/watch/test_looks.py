"""A look at a partner's real server on loopback: kept, compared with the partner's record, watched."""

from __future__ import annotations

import io
import json
import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.conf import settings as panel
from django.core.management import CommandError, call_command
from django.utils import timezone

from controlpanel.audit.actor import Actor
from controlpanel.audit.models import AuditEvent
from federation.certificates.sentences import FINDINGS
from federation.certificates.services import assignments, importing
from federation.partners import services as partners
from federation.partners.models import Partner
from federation.topology import services as topology
from federation.watch import services, telling, words
from federation.watch.models import Look
from federation.watch.words import TROUBLES
from federation.x509 import probing
from federation.x509.streams import Trouble
from tests.pages import Page
from tests.x509.nameserver import NameServer
from tests.x509.prosody import Prosody, free_port

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.test import Client

    from federation.certificates.models import Certificate
    from federation.x509.findings import Code
    from federation.x509.probing import Probe
    from tests.certificates.conftest import Chain


pytestmark = pytest.mark.sql
NAMES = ("DNS:sip.contoso.com", "DNS:contoso.com", "DNS:fabrikam.test")


def kept(*files: bytes) -> Certificate:
    """A certificate of ours, imported with its key."""
    found = importing.examine(files)
    return importing.import_certificate(found, actor=Actor("maker"), accept_warnings=True, reason="A test")


@pytest.fixture(scope="module")
def server(chain: Chain) -> Iterator[Prosody]:
    """A partner's server."""
    names = ("DNS:fabrikam.test", "DNS:contoso.com")
    leaf, key = chain.middle.issue(*names, subject="/CN=fabrikam.test")
    running = Prosody(leaf + chain.middle.pem, key, chain.root.pem)
    yield running
    running.stop()


@pytest.fixture(autouse=True)
def names(server: Prosody, monkeypatch: pytest.MonkeyPatch) -> Iterator[NameServer]:
    """The DNS of these tests."""
    zone = {
        ("_xmpp-server._tcp.fabrikam.test", "SRV"): [f"10 5 {server.port} xmpp.fabrikam.test."],
        ("xmpp.fabrikam.test", "A"): ["127.0.0.1"],
    }
    with NameServer(zone) as running:
        monkeypatch.setattr(panel, "PROBE_NAMESERVERS", ["127.0.0.1"])
        monkeypatch.setattr(panel, "PROBE_NAMESERVER_PORT", running.port)
        yield running


def test_the_command_tells_what_the_server_shows(trusted: Chain) -> None:
    said = io.StringIO()
    call_command("probe_partner", "Fabrikam.TEST", "--json", stdout=said)
    told = json.loads(said.getvalue())
    assert told["names"] == ["fabrikam.test", "contoso.com"]
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
    assert "The issuer for “fabrikam.test” changed on" in page.text
    assert "CN=Former" in page.text


def test_our_own_gateway_is_compared_with_what_is_assigned(
    alice_client: Client, trusted: Chain, server: Prosody
) -> None:
    """The same look at a domain of ours: the served key against the stored one."""
    topology.create_domain(domain="fabrikam.test", actor=Actor("maker"))
    told = "The gateway does not serve the assigned certificate"
    served, other = kept(server.bundle, server.key), kept(*trusted.middle.issue(*NAMES), trusted.middle.pem)
    assignments.assign(served, actor=Actor("maker"))
    look = ("probe_partner", "fabrikam.test")
    call_command(*look, stdout=io.StringIO())
    page = f"/security/watch/{Look.objects.get().pk}/"
    assert told not in Page(alice_client.get(page)).text
    call_command("check_certificates", stdout=io.StringIO())

    assignments.assign(other, actor=Actor("maker"))
    assert "This was seen before" in Page(alice_client.get(page)).text
    call_command("check_certificates", stdout=io.StringIO())  # a look from before says nothing
    call_command(*look, stdout=io.StringIO())
    assert told in Page(alice_client.get(page)).text
    with pytest.raises(SystemExit, match="2"):
        call_command("check_certificates", stdout=(said := io.StringIO()))
    assert "The gateway shows another certificate for “fabrikam.test”" in said.getvalue()


def test_all_partners_and_our_own_domains_are_looked_at_for_cron(trusted: Chain) -> None:
    partners.create_partner(domain="fabrikam.test", additional=["nowhere.test"], actor=Actor("maker"))
    said = io.StringIO()
    with pytest.raises(SystemExit, match="1"):
        call_command("probe_partners", "--json", stdout=said)
    told = {each["domain"]: each for each in json.loads(said.getvalue())}
    assert set(told) == {"fabrikam.test", "nowhere.test", "contoso.com"}
    assert told["nowhere.test"]["warnings"] == ["The DNS does not know “nowhere.test”."]
    assert told["fabrikam.test"]["sha256"]
    assert Look.objects.count() == 3


def test_a_partner_s_certificate_that_ends_soon_is_told_before(
    alice_client: Client, trusted: Chain, monkeypatch: pytest.MonkeyPatch
) -> None:
    call_command("probe_partner", "fabrikam.test", stdout=io.StringIO())
    row = Look.objects.get()
    assert row.not_after is not None
    soon = row.not_after - timedelta(days=3)
    assert not any("ends soon" in each for each in telling.warnings(row))
    monkeypatch.setattr(timezone, "now", lambda: soon)
    assert any("It ends soon" in each and "Days left: 3" in each for each in telling.warnings(row))


def test_a_domain_without_servers_is_told_in_words(trusted: Chain) -> None:
    with pytest.raises(CommandError, match=r"The DNS does not know “nowhere\.test”"):
        call_command("probe_partner", "nowhere.test", stdout=io.StringIO())


@pytest.mark.parametrize("code", words.THEIRS)
def test_what_is_said_of_others_takes_the_same_parameters(code: Code) -> None:
    named = set(re.findall(r"%\((\w+)\)", str(words.THEIRS[code])))
    assert named <= set(re.findall(r"%\((\w+)\)", str(FINDINGS[code])))


def test_every_trouble_has_a_sentence() -> None:
    assert set(TROUBLES) == set(Trouble)


def test_one_domain_that_cannot_be_looked_at_stops_no_other(
    trusted: Chain, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    partners.create_partner(domain="fabrikam.test", additional=["broken.test"], actor=Actor("maker"))
    look = probing.probe_now

    def fail(domain: str, **options: Any) -> Probe:
        if domain == "broken.test":
            raise LookupError("unknown encoding: foo-bar")
        return look(domain, **options)

    monkeypatch.setattr(services, "probe_now", fail)
    rows = {row.domain: row for row in services.look_at_all(services.to_look_at(), actor=Actor("maker"))}
    assert rows["fabrikam.test"].sha256
    assert telling.warnings(rows["broken.test"]) == ["It could not be looked at. The panel’s log says why."]
    assert "unknown encoding: foo-bar" in caplog.text


def test_what_cannot_be_stored_stops_no_other(trusted: Chain, monkeypatch: pytest.MonkeyPatch) -> None:
    partners.create_partner(domain="fabrikam.test", additional=["nowhere.test"], actor=Actor("maker"))
    monkeypatch.setattr(services, "_place", lambda _look: 1 / 0)
    rows = {row.domain: row for row in services.look_at_all(services.to_look_at(), actor=Actor("maker"))}
    assert rows["fabrikam.test"].trouble == words.FAILED
    assert rows["nowhere.test"].trouble == "domain-unknown"


def nobody_listens(names: NameServer) -> None:
    """Let the DNS lead to a port that nobody listens at."""
    names.zone["_xmpp-server._tcp.fabrikam.test", "SRV"] = [f"10 5 {free_port()} xmpp.fabrikam.test."]


def test_a_partner_whose_servers_are_down_is_told_so(trusted: Chain, names: NameServer) -> None:
    partners.create_partner(domain="fabrikam.test", actor=Actor("maker"))
    nobody_listens(names)
    look = services.look_at("fabrikam.test", actor=Actor("maker"))
    assert telling.warnings(look) == ["Nothing listens there (connect)."]
    with pytest.raises(CommandError, match="Nothing listens there"):
        call_command("probe_partner", "fabrikam.test", stdout=io.StringIO())
    assert check_certificates() == 0


def test_our_own_gateway_that_is_down_is_critical(trusted: Chain, server: Prosody, names: NameServer) -> None:
    topology.create_domain(domain="fabrikam.test", actor=Actor("maker"))
    assignments.assign(kept(server.bundle, server.key), actor=Actor("maker"))
    nobody_listens(names)
    services.look_at("fabrikam.test", actor=Actor("maker"))
    assert check_certificates(said := io.StringIO()) == 2
    assert "Nobody reaches the gateway at “fabrikam.test”. Nothing listens there" in said.getvalue()


def check_certificates(said: io.StringIO | None = None) -> int:
    """The exit status of the check."""
    try:
        call_command("check_certificates", stdout=said or io.StringIO())
    except SystemExit as left:
        return int(left.code or 0)
    return 0


@pytest.fixture
def second(chain: Chain, names: NameServer) -> Iterator[Prosody]:
    """A second server of fabrikam.test, tried after the first, whose certificate ends in ten days."""
    ends = timezone.now() + timedelta(days=10, hours=1)
    leaf, key = chain.root.issue("DNS:fabrikam.test", ends=f"{ends:%Y%m%d%H%M%SZ}")
    running = Prosody(leaf, key, chain.root.pem)
    names.zone["_xmpp-server._tcp.fabrikam.test", "SRV"].append(f"20 5 {running.port} xmpp.fabrikam.test.")
    yield running
    running.stop()


def test_of_several_servers_the_certificate_that_ends_first_is_kept(trusted: Chain, second: Prosody) -> None:
    look = services.look_at("fabrikam.test", actor=Actor("maker"))
    assert len({place["sha256"] for place in look.places}) == 2
    assert look.sha256 == look.places[1]["sha256"]
    assert telling.as_json(look)["days_left"] == 10
    first = services.look_at("fabrikam.test", actor=Actor("maker"))
    assert first.issuer_changed_at is None


def test_every_place_of_ours_must_show_what_is_assigned(
    alice_client: Client, trusted: Chain, server: Prosody, second: Prosody
) -> None:
    topology.create_domain(domain="fabrikam.test", actor=Actor("maker"))
    assignments.assign(kept(server.bundle, server.key), actor=Actor("maker"))
    look = services.look_at("fabrikam.test", actor=Actor("maker"))
    assert check_certificates(said := io.StringIO()) == 2
    assert "The gateway shows another certificate for “fabrikam.test”" in said.getvalue()
    page = Page(alice_client.get(f"/security/watch/{look.pk}/"))
    assert "The gateway does not serve the assigned certificate" in page.text


def test_a_certificate_that_nobody_shows_any_more_is_not_kept(
    alice_client: Client, trusted: Chain, names: NameServer
) -> None:
    issuer = services.look_at("fabrikam.test", actor=Actor("maker")).issuer
    nobody_listens(names)
    look = services.look_at("fabrikam.test", actor=Actor("maker"))
    assert (look.sha256, look.not_after, look.certificates) == ("", None, [])
    assert issuer not in Page(alice_client.get("/security/watch/")).text


def test_looks_are_deleted_and_the_change_log_says_so(alice_client: Client, trusted: Chain) -> None:
    row = services.look_at("fabrikam.test", actor=Actor("maker"))
    question = Page(alice_client.get("/security/watch/delete/", {"row": row.pk}))
    assert "fabrikam.test" in question.text
    page = Page(question.form("Delete").send(alice_client, follow=True))
    assert page.said == ["1 look was deleted."]
    assert not Look.objects.exists()
    assert AuditEvent.objects.get(action="watch:look:delete").before["domain"] == "fabrikam.test"


def test_a_partner_s_page_shows_its_additional_domains_too(alice_client: Client, trusted: Chain) -> None:
    partners.create_partner(
        domain="fabrikam.com", additional=["nowhere.test", "fabrikam.test"], actor=Actor("maker")
    )
    services.look_at_all(["nowhere.test", "fabrikam.test"], actor=Actor("maker"))
    page = Page(alice_client.get(f"/federation/partners/{Partner.objects.get().pk}/"))
    assert "The DNS does not know “nowhere.test”." in page.text
    links = [f"/security/watch/{row.pk}/" for row in Look.objects.all()]
    assert all(link in page.response.content.decode() for link in links)
