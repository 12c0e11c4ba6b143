"""The job: ask for a certificate, import the answer, let the gateway use it; by the pages alone."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from controlpanel.audit.models import AuditEvent
from federation.certificates.models import Assignment, Certificate, KeyPair, Request
from federation.certificates.services import exporting
from tests.pages import Page
from tests.x509.authority import openssl

if TYPE_CHECKING:
    from django.test import Client

    from tests.certificates.conftest import Chain

HERE = "/security/certificates/"
pytestmark = pytest.mark.sql


def ask(client: Client, **values: str | bool) -> Page:
    """Fill in the request page and commit; the page that comes back, or the request's."""
    form = Page(client.get(f"{HERE}requests/new/")).form("gateway")
    form.fill(**{"name": "Gateway 2026", "gateway": "sip.contoso.com", "key": "ecdsa-p256", **values})
    return Page(form.send(client, follow=True))


def hand_in(client: Client, *files: bytes, check: bool = False, **values: str) -> Page:
    """Upload files on the import page."""
    uploads = [SimpleUploadedFile(f"{number}.pem", data) for number, data in enumerate(files)]
    data = {"files_": uploads, "text": "", **values, **({"check": "1"} if check else {})}
    return Page(client.post(f"{HERE}import/", data, follow=True))


def verified(asked: bytes) -> str:
    """What openssl says of the signature of a request; its exit status is 0 in any case."""
    command = ["openssl", "req", "-verify", "-noout"]
    return subprocess.run(command, input=asked, capture_output=True, check=True).stderr.decode()


def forged(asked: bytes) -> bytes:
    """The request with another signature: openssl must not call it good."""
    data = bytearray(openssl("req", "-outform", "DER", given=asked))
    data[-1] ^= 1
    return openssl("req", "-inform", "DER", given=bytes(data))


def test_a_certificate_is_requested_answered_imported_and_assigned(
    alice_client: Client, trusted: Chain
) -> None:
    page = ask(alice_client)
    assert page.said == ["The request was made. Send it to your authority."]
    request = Request.objects.get()
    assert request.names.split() == ["sip.contoso.com", "contoso.com"]
    asked = alice_client.get(f"{HERE}requests/{request.pk}/download/").content
    assert "self-signature verify OK" in verified(asked)
    assert "self-signature verify failure" in verified(forged(asked))
    text = openssl("req", "-noout", "-text", given=asked).decode()
    assert "DNS:sip.contoso.com, DNS:contoso.com" in text
    assert "TLS Web Server Authentication, TLS Web Client Authentication" in text

    answer = trusted.middle.sign(asked)
    page = hand_in(alice_client, answer, trusted.middle.pem, trusted.root.pem)
    assert page.said == ["Certificate “Gateway 2026” was imported."]
    assert not Request.objects.exists()
    row = Certificate.objects.get()

    form = Page(alice_client.get(f"{HERE}{row.pk}/assign/")).form("use_from")
    page = Page(form.send(alice_client, follow=True))
    assert page.said == ["The gateway uses “Gateway 2026” now."]
    served = exporting.for_gateway(timezone.now())
    assert served is not None
    assert openssl("pkey", "-pubout", given=served.key) == openssl("x509", "-pubkey", "-noout", given=answer)
    assert [event.action for event in AuditEvent.objects.order_by("pk")][-4:] == [
        "certificates:request:create",
        "certificates:certificate:import",
        "certificates:request:answer",
        "certificates:assignment:assign",
    ]


def test_cancelling_a_request_destroys_its_key(alice_client: Client, trusted: Chain) -> None:
    ask(alice_client)
    request = Request.objects.get()
    asked = request.pem.encode()
    page = Page(alice_client.get(f"{HERE}requests/cancel/?row={request.pk}"))
    assert "private keys are destroyed" in page.text
    page.form("Cancel request").send(alice_client)
    assert not Request.objects.exists()
    assert not KeyPair.objects.exists()
    page = hand_in(alice_client, trusted.middle.sign(asked), trusted.middle.pem)
    assert "No request here has the key" in page.alerts[0]


def test_the_previous_certificate_is_put_back_with_one_click(alice_client: Client, trusted: Chain) -> None:
    for name in ("First", "Second"):
        ask(alice_client, name=name)
        hand_in(alice_client, trusted.middle.sign(Request.objects.get().pem.encode()), trusted.middle.pem)
        row = Certificate.objects.get(name=name)
        Page(alice_client.get(f"{HERE}{row.pk}/assign/")).form("use_from").send(alice_client)
    page = Page(alice_client.get(HERE))
    page = Page(page.form("Put the previous one back").send(alice_client, follow=True))
    assert page.said == ["The gateway uses “First” now."]
    current = Assignment.objects.in_force(timezone.now())
    assert current is not None
    assert current.certificate.name == "First"


@pytest.mark.parametrize("path", ["", "requests/", "authorities/", "timeline/"])
def test_empty_pages_are_pages(bob_client: Client, path: str) -> None:
    assert bob_client.get(HERE + path).status_code == 200
