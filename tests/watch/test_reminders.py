"""Nobody is surprised: exit statuses, mails, the calendar, the numbers."""

from __future__ import annotations

import io
import json
import smtplib
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.utils import timezone

from controlpanel.audit.actor import Actor
from federation.certificates.services import assignments, importing
from federation.partners import services as partners
from federation.partners.models import Partner
from federation.topology import services as topology
from federation.watch import feeds
from federation.watch.models import Look
from federation.x509.facts import read_certificate
from federation.x509.findings import Code
from tests.x509.authority import LEAF, Authority, der

if TYPE_CHECKING:
    from pathlib import Path

    from django.test import Client

    from federation.certificates.models import Certificate
    from tests.certificates.conftest import Chain

MAKER = Actor("maker")
pytestmark = pytest.mark.sql
DAYS_NOW = timezone.now


def make(chain: Chain, *, days: int, assign: bool = True) -> Certificate:
    """A certificate of ours that ends in ``days``."""
    ends = DAYS_NOW() + timedelta(days=days, hours=1)
    leaf, key = chain.middle.issue("DNS:sip.contoso.com", "DNS:contoso.com", ends=f"{ends:%Y%m%d%H%M%SZ}")
    found = importing.examine([leaf, key, chain.middle.pem])
    row = importing.import_certificate(found, actor=MAKER, accept_warnings=True, reason="A test")
    if assign:
        assignments.assign(row, actor=MAKER)
    return row


def check(*arguments: str) -> tuple[int, Any]:
    """Run the check; its exit status and its JSON."""
    said = io.StringIO()
    try:
        call_command("check_certificates", "--json", *arguments, stdout=said)
    except SystemExit as left:
        return int(left.code or 0), json.loads(said.getvalue())
    return 0, json.loads(said.getvalue())


@pytest.mark.parametrize("days, status", [(60, 0), (20, 1), (3, 2)])
def test_the_exit_status_tells_the_worst_state(trusted: Chain, days: int, status: int) -> None:
    make(trusted, days=days)
    assert check()[0] == status


def test_a_gateway_without_a_certificate_is_critical(trusted: Chain) -> None:
    make(trusted, days=60, assign=False)
    status, told = check()
    assert (status, told["unassigned"]) == (2, True)


def test_a_domain_that_the_assigned_certificate_does_not_cover_is_a_warning(trusted: Chain) -> None:
    make(trusted, days=60)
    topology.create_domain(domain="fabrikam.com", actor=MAKER)
    status, told = check()
    assert status == 1
    assert "fabrikam.com" in " ".join(told["certificates"][0]["warnings"])


def test_a_key_that_cannot_be_opened_is_critical(trusted: Chain, settings: Any) -> None:
    make(trusted, days=60)
    settings.MASTER_KEY_FILE.unlink()
    status, told = check()
    assert status == 2
    assert "Its private key cannot be opened." in told["certificates"][0]["errors"][0]


def test_a_chain_that_ends_before_its_certificate_is_told_in_time(trusted: Chain, tmp_path: Path) -> None:
    """The assigned certificate has months left, the authority above it three days."""
    ends = DAYS_NOW() + timedelta(days=3, hours=1)
    short = Authority(tmp_path, "Contoso Short", trusted.root, ends=f"{ends:%Y%m%d%H%M%SZ}")
    leaf, key = short.issue("DNS:sip.contoso.com", "DNS:contoso.com")
    row = importing.import_certificate(
        importing.examine([leaf, key, short.pem]), actor=MAKER, accept_warnings=True, reason="A test"
    )
    assignments.assign(row, actor=MAKER)
    status, told = check()
    assert (status, told["certificates"][0]["days_left"]) == (2, 3)


def test_a_warning_that_was_accepted_at_the_import_does_not_come_back(trusted: Chain) -> None:
    """A certificate without client usage; what was accepted with a reason is no alarm for ever."""
    ends = DAYS_NOW() + timedelta(days=90)
    leaf, key = trusted.middle.issue(
        "DNS:sip.contoso.com",
        "DNS:contoso.com",
        ends=f"{ends:%Y%m%d%H%M%SZ}",
        extensions=LEAF.replace(",clientAuth", ""),
    )
    found = importing.examine([leaf, key, trusted.middle.pem])
    assert any(each.code is Code.NO_CLIENT_USAGE for each in found.report.findings)
    row = importing.import_certificate(found, actor=MAKER, accept_warnings=True, reason="A test")
    assignments.assign(row, actor=MAKER)
    assert check()[0] == 0


def test_what_is_planned_is_looked_at_as_on_its_first_day(trusted: Chain) -> None:
    make(trusted, days=90)
    assignments.assign(
        make(trusted, days=60, assign=False), actor=MAKER, use_from=DAYS_NOW() + timedelta(days=2)
    )
    assert check()[0] == 0
    topology.create_domain(domain="fabrikam.com", actor=MAKER)
    assert [bool(each["warnings"]) for each in check()[1]["certificates"]] == [True, True]


def test_each_reminder_is_mailed_once(trusted: Chain, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.ALERT_MAIL = ["alice@contoso.com"]
    make(trusted, days=60)
    start = timezone.now()
    mailed = []
    for day in range(62):
        monkeypatch.setattr(timezone, "now", lambda day=day: start + timedelta(days=day, minutes=30))
        check("--mail")
        check("--mail")
        if mail.outbox:
            mailed.append((60 - day, len(mail.outbox)))
            mail.outbox.clear()
    assert mailed == [(29, 1), (13, 1), (6, 1), (2, 1), (0, 1), (-1, 1)]


def test_mails_are_written_in_the_language_of_the_setting(trusted: Chain, settings: Any) -> None:
    settings.ALERT_MAIL, settings.ALERT_LANGUAGE = ["alice@contoso.com"], "fr"
    row = make(trusted, days=20)
    check("--mail")
    (message,) = mail.outbox
    day = f"{row.not_after:%Y-%m-%d}"
    assert message.subject == f"Le certificat « {row.name} » de la passerelle : 20 jours restants, le {day}."
    assert message.body.startswith(message.subject)
    assert message.to == ["alice@contoso.com"]


def test_what_could_not_be_mailed_is_mailed_the_next_time(
    trusted: Chain, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.ALERT_MAIL = ["alice@contoso.com"]
    make(trusted, days=20)

    def refuse(*_args: object) -> None:
        raise smtplib.SMTPServerDisconnected("Connection refused")

    with monkeypatch.context() as patch:
        patch.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", refuse)
        with pytest.raises(CommandError, match="The mail was not sent: Connection refused") as failure:
            call_command("check_certificates", "--mail", stdout=io.StringIO())
    assert failure.value.returncode == 2
    check("--mail")
    assert len(mail.outbox) == 1


def test_mail_to_nobody_is_no_success(trusted: Chain) -> None:
    make(trusted, days=20)
    with pytest.raises(CommandError, match="names nobody"):
        call_command("check_certificates", "--mail", stdout=io.StringIO())


def test_a_partner_s_end_and_new_issuer_are_told_once(trusted: Chain, settings: Any) -> None:
    settings.ALERT_MAIL = ["alice@contoso.com"]
    make(trusted, days=200)
    partners.create_partner(domain="fabrikam.com", actor=MAKER)
    leaf, _key = trusted.middle.issue(
        "DNS:fabrikam.com", ends=f"{DAYS_NOW() + timedelta(days=5):%Y%m%d%H%M%SZ}"
    )
    facts = read_certificate(der(leaf))
    Look.objects.create(
        domain="fabrikam.com",
        seen_at=DAYS_NOW(),
        seen_by="maker",
        sha256=facts.sha256,
        issuer=facts.issuer,
        not_before=facts.not_before,
        not_after=facts.not_after,
        issuer_before="CN=Former",
        issuer_changed_at=DAYS_NOW(),
    )
    status, told = check("--mail")
    assert status == 2
    first = told["certificates"][0]
    assert (first["kind"], first["name"], first["days_left"]) == ("partner", "fabrikam.com", 4)
    (message,) = mail.outbox
    assert "The certificate that “fabrikam.com” shows: 4 days left" in message.body
    assert "from “CN=Former” to “CN=Contoso Issuing,O=Contoso”" in message.body
    check("--mail")
    assert len(mail.outbox) == 1


def test_who_is_no_partner_any_more_raises_no_alarm(trusted: Chain, settings: Any) -> None:
    settings.ALERT_MAIL = ["alice@contoso.com"]
    make(trusted, days=200)
    partners.create_partner(domain="fabrikam.com", actor=MAKER)
    Look.objects.create(
        domain="fabrikam.com",
        seen_at=DAYS_NOW(),
        sha256="A" * 64,
        not_before=DAYS_NOW() - timedelta(days=90),
        not_after=DAYS_NOW() + timedelta(days=2, hours=1),
        issuer_before="CN=Former",
        issuer_changed_at=DAYS_NOW(),
    )
    assert check()[0] == 2
    partners.delete_partners(Partner.objects.all(), actor=MAKER)
    assert check("--mail")[0] == 0
    assert not mail.outbox


def test_the_calendar_opens_by_its_secret_address_alone(
    client: Client, alice_client: Client, trusted: Chain
) -> None:
    row = make(trusted, days=60)
    here = f"/security/watch/calendar/{feeds.secret()}.ics"
    text = client.get(here).content.decode()
    assert f"DTSTART;VALUE=DATE:{row.not_after:%Y%m%d}" in text
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    assert client.get("/security/watch/calendar/guess.ics").status_code == 404
    assert alice_client.get("/security/watch/calendar/").status_code == 200
    alice_client.post("/security/watch/calendar/")
    assert client.get(here).status_code == 404


def test_a_day_of_the_calendar_has_eight_digits(trusted: Chain) -> None:
    partners.create_partner(domain="fabrikam.com", actor=MAKER)
    begins, ends = datetime(1, 1, 1, tzinfo=UTC), datetime(2, 1, 1, tzinfo=UTC)
    Look.objects.create(
        domain="fabrikam.com", seen_at=DAYS_NOW(), sha256="A" * 64, not_before=begins, not_after=ends
    )
    assert "DTSTART;VALUE=DATE:00020101\r\n" in feeds.calendar(DAYS_NOW(), "panel.contoso.com")


def test_numbers_are_read_with_the_token_alone(client: Client, trusted: Chain, settings: Any) -> None:
    row = make(trusted, days=60)
    settings.METRICS_TOKEN = "token of prometheus"
    assert client.get("/metrics").status_code == 401
    assert client.get("/metrics", headers={"Authorization": "Bearer wrong"}).status_code == 401
    text = client.get("/metrics", headers={"Authorization": "Bearer token of prometheus"}).content.decode()
    assert f"{int(row.not_after.timestamp())}\n" in text
    assert "panel_certificates_state 0\n" in text


def test_home_says_how_long_the_certificate_lives(bob_client: Client, trusted: Chain) -> None:
    make(trusted, days=20)
    page = bob_client.get("/home/overview/").content.decode()
    assert "20 days left" in page
    assert "Certificate ends soon" in page
