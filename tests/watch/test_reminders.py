"""Nobody is surprised: exit statuses, mails, the calendar, the numbers."""

from __future__ import annotations

import io
import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.core import mail
from django.core.management import call_command
from django.utils import timezone

from controlpanel.audit.actor import Actor
from federation.certificates.services import assignments, importing
from federation.watch import feeds

if TYPE_CHECKING:
    from django.test import Client

    from federation.certificates.models import Certificate
    from tests.certificates.conftest import Chain

MAKER = Actor("maker")
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
