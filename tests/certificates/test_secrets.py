"""A private key appears nowhere but sealed: not in a page, event, log, error report, nor in the database."""

from __future__ import annotations

import base64
import logging
from typing import TYPE_CHECKING, Any

import pytest
from django.conf import settings
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import RequestFactory
from django.urls import reverse
from django.utils.log import AdminEmailHandler
from django.views.debug import ExceptionReporter

from controlpanel.audit.models import AuditEvent
from federation.certificates import import_views
from federation.certificates.models import Certificate
from federation.certificates.services import exporting, importing, keys
from tests.certificates.test_the_job import HERE, ask, hand_in
from tests.pages import Page
from tests.x509.authority import openssl

if TYPE_CHECKING:
    from django.test import Client

    from controlpanel.accounts.models import Administrator
    from tests.certificates.conftest import Chain

PASSWORD = "correct horse battery staple"


def needles(key: bytes) -> list[bytes]:
    """What would give an EC key (P-256) away: its secret number in every form it could be printed in.

    Reports break long values over lines, so each piece is short: 12 letters are 72 bits.
    """
    der = openssl("pkcs8", "-topk8", "-nocrypt", "-outform", "DER", given=key)
    assert len(der) == 138
    secret = der[36:68]
    forms = [base64.b64encode(secret[start:]) for start in range(3)]
    forms += [secret.hex().encode(), secret.hex().upper().encode(), repr(secret)[2:-1].encode()]
    pieces = [form[start : start + 12] for form in forms for start in range(0, len(form) - 16, 4)]
    return [secret, str(int.from_bytes(secret, "big")).encode(), *pieces]


def assert_clean(text: bytes, key: bytes) -> None:
    assert [needle for needle in needles(key) if needle in text] == []
    assert b"BEGIN PRIVATE" not in text


def parts_of(messages: list[Any]) -> list[Any]:
    """The texts of mails, plain and HTML."""
    return [part for each in messages for part in each.message().walk() if not part.is_multipart()]


def imported(client: Client, chain: Chain) -> tuple[Page, bytes]:
    """Import a certificate with its key through the page, warnings first."""
    leaf, key = chain.middle.issue(
        "DNS:sip.contoso.com", "DNS:contoso.com", "otherName:1.3.6.1.5.5.7.8.5;UTF8:contoso.com"
    )
    return hand_in(client, leaf, chain.middle.pem, key), key


def test_no_page_no_event_no_log_has_it(
    alice_client: Client, trusted: Chain, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    page, key = imported(alice_client, trusted)
    assert "id-on-xmppAddr" in page.text
    assert not Certificate.objects.exists()
    assert_clean(page.response.content, key)

    form = page.form("accept")
    form.fill(accept=True, reason="A partner wants it", name="Ours")
    done = form.send(alice_client, follow=True)
    row = Certificate.objects.get()
    assert AuditEvent.objects.get(action="certificates:certificate:import").after["accepted_warnings"] == [
        "xmpp-address"
    ]
    pages: list[Any] = [
        done,
        *(alice_client.get(HERE + path) for path in ("", f"{row.pk}/", "timeline/", f"{row.pk}/export/")),
    ]
    pages += [
        alice_client.get(f"{HERE}?format=csv"),
        alice_client.get("/log/audit/"),
        alice_client.get("/home/overview/"),
    ]
    pages += [alice_client.get(reverse("admin:certificates_certificate_change", args=[row.pk]))]
    for answer in pages:
        content = b"".join(answer.streaming_content) if answer.streaming else answer.content
        assert_clean(content, key)
    for event in AuditEvent.objects.all():
        assert_clean(f"{event.before}{event.after}{event.reason}{event.object_name}".encode(), key)
    assert_clean(caplog.text.encode(), key)


def test_the_database_holds_it_sealed(alice_client: Client, trusted: Chain) -> None:
    leaf, key = trusted.middle.issue("DNS:sip.contoso.com", "DNS:contoso.com")
    hand_in(alice_client, leaf, trusted.middle.pem, key)
    assert Certificate.objects.exists()
    with connection.cursor() as cursor:
        cursor.execute("SELECT sealed FROM certificates_keypair")
        (row,) = cursor.fetchall()
    assert_clean(bytes(row[0]), key)


def test_an_error_report_has_it_not(
    alice: Administrator, trusted: Chain, monkeypatch: pytest.MonkeyPatch
) -> None:
    leaf, key = trusted.middle.issue("DNS:sip.contoso.com", "DNS:contoso.com")
    data = {
        "files_": [SimpleUploadedFile("a.pem", leaf + trusted.middle.pem)],
        "text": key.decode(),
        "password": PASSWORD,
    }
    request = RequestFactory().post(f"{HERE}import/", data)
    request.user = alice

    def fail(*_args: object, **_values: object) -> None:
        raise RuntimeError("boom")

    monkeypatch.setattr(importing, "check", fail)
    with pytest.raises(RuntimeError, match="boom") as failure:
        import_views.import_certificate(request)  # type: ignore[arg-type] # a request of the test
    request.close()
    below_this_test = failure.tb.tb_next  # this very function holds the key
    reporter = ExceptionReporter(request, failure.type, failure.value, below_this_test)
    for text in (reporter.get_traceback_text(), reporter.get_traceback_html()):
        assert "boom" in text
        assert "import_certificate" in text
        assert_clean(text.encode(), key)
        assert PASSWORD not in text


@pytest.mark.django_db
def test_the_mail_about_an_error_has_it_not(
    alice_client: Client, trusted: Chain, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Through all middleware, to Django's own mail to administrators, with all variables of all frames."""
    monkeypatch.setattr(settings, "ADMINS", [("Dora", "dora@contoso.com")])
    handler = AdminEmailHandler(include_html=True)
    logging.getLogger("django.request").addHandler(handler)
    leaf, key = trusted.middle.issue("DNS:sip.contoso.com", "DNS:contoso.com")

    def fail(*_args: object, **_values: object) -> None:
        raise RuntimeError("boom")

    monkeypatch.setattr(keys, "keep", fail)  # while the key is in memory
    alice_client.raise_request_exception = False
    try:
        upload = SimpleUploadedFile("a.pem", leaf + trusted.middle.pem + key)
        data = {"files_": [upload], "text": "", "password": PASSWORD}
        assert alice_client.post(f"{HERE}import/", data).status_code == 500
    finally:
        logging.getLogger("django.request").removeHandler(handler)
    parts = parts_of(mail.outbox)
    assert {part.get_content_type() for part in parts} == {"text/plain", "text/html"}
    for text in (*(str(part.get_payload(decode=True), "utf-8") for part in parts), caplog.text):
        assert "boom" in text
        assert_clean(text.encode(), key)
        assert PASSWORD not in text


def test_an_export_has_it_only_under_the_password(alice_client: Client, trusted: Chain) -> None:
    leaf, key = trusted.middle.issue("DNS:sip.contoso.com", "DNS:contoso.com")
    hand_in(alice_client, leaf, trusted.middle.pem, key)
    row = Certificate.objects.get()
    for form in exporting.Format.values:
        data = {"form": form, "password": PASSWORD, "again": PASSWORD}
        answer = alice_client.post(f"{HERE}{row.pk}/export/", data)
        assert answer["Content-Disposition"].startswith("attachment; filename=")
        assert_clean(answer.content, key)
    assert AuditEvent.objects.filter(action="certificates:certificate:export").count() == 3
    short = Page(alice_client.post(f"{HERE}{row.pk}/export/", {"form": "pfx", "password": "x", "again": "x"}))
    assert "needs 12 characters" in short.alerts[0]


def test_nobody_without_the_right_gets_it(bob_client: Client, alice_client: Client, trusted: Chain) -> None:
    ask(alice_client)
    assert bob_client.get(f"{HERE}import/").status_code == 403
    assert settings.MASTER_KEY_FILE.stat().st_mode & 0o777 == 0o600
