"""A master key that is gone, changed or open to others: every page says so in a sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.conf import settings

from controlpanel.audit.models import AuditEvent
from federation.certificates.models import Assignment, Certificate, KeyPair, Request
from federation.x509.masterkey import MasterKey
from tests.certificates.test_the_job import HERE, ask, hand_in
from tests.pages import Page

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client

    from tests.certificates.conftest import Chain

PASSWORD = "correct horse battery"


def lose() -> None:
    settings.MASTER_KEY_FILE.unlink()


def change() -> None:
    settings.MASTER_KEY_FILE.write_text(f"{MasterKey.make().word()}\n")


def spoil() -> None:
    settings.MASTER_KEY_FILE.write_text("not a key\n")


def expose() -> None:
    settings.MASTER_KEY_FILE.chmod(0o644)


BROKEN = [
    (lose, "The master key is missing"),
    (change, "was sealed under the master key"),
    (spoil, "is not 32 bytes in base64"),
    (expose, "Others may read the master key"),
]


@pytest.mark.parametrize("harm, said", BROKEN)
def test_pages_that_need_the_key_of_a_certificate_say_so(
    alice_client: Client, trusted: Chain, harm: Callable[[], None], said: str
) -> None:
    hand_in(alice_client, trusted.leaf, trusted.key, trusted.middle.pem)
    row = Certificate.objects.get()
    events = AuditEvent.objects.count()
    harm()
    form = Page(alice_client.get(f"{HERE}{row.pk}/assign/")).form("use_from")
    assert said in " ".join(Page(form.send(alice_client)).alerts)
    for kind in ("pfx", "pem-key"):
        data = {"form": kind, "password": PASSWORD, "again": PASSWORD}
        page = Page(alice_client.post(f"{HERE}{row.pk}/export/", data))
        assert page.status == 422
        assert said in " ".join(page.alerts)
    for path in ("", f"{row.pk}/", "timeline/", "requests/new/", "import/"):
        assert alice_client.get(HERE + path).status_code == 200
    assert alice_client.post(f"{HERE}{row.pk}/export/", {"form": "pem"}).status_code == 200
    assert not Assignment.objects.exists()
    assert AuditEvent.objects.count() == events + 1  # the export without a key


@pytest.mark.parametrize("harm, said", BROKEN)
def test_nothing_new_is_made_without_it(
    alice_client: Client, trusted: Chain, harm: Callable[[], None], said: str
) -> None:
    hand_in(alice_client, trusted.leaf, trusted.key, trusted.middle.pem)
    harm()
    page = ask(alice_client)
    assert page.status == 422
    assert said in " ".join(page.alerts)
    leaf, key = trusted.middle.issue("DNS:sip.contoso.com", "DNS:contoso.com")
    assert said in " ".join(hand_in(alice_client, leaf, key, trusted.middle.pem).alerts)
    assert not Request.objects.exists()
    assert Certificate.objects.count() == KeyPair.objects.count() == 1
