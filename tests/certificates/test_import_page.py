"""The import page says what is wrong before anything is stored, whatever is handed in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from federation.certificates.models import Certificate, KeyPair
from tests.certificates.test_the_job import HERE, hand_in

if TYPE_CHECKING:
    from django.test import Client

    from tests.certificates.conftest import Chain


@pytest.mark.parametrize(
    "given, said",
    [
        (b"", "There is nothing in it."),
        (b"hello!", "neither a certificate nor a container"),
        (bytes(range(256)) * 4, "neither a certificate nor a container"),
        (b"-----BEGIN CERTIFICATE-----\nAAAA\n", "The text is damaged"),
        (b"0\x82\x01\x00" + b"\x00" * 256, "neither a certificate nor a container"),
    ],
)
def test_rubbish_is_refused_with_a_sentence(
    alice_client: Client, trusted: Chain, given: bytes, said: str
) -> None:
    page = hand_in(alice_client, given)
    assert page.status == 422
    assert said in page.text or "empty" in page.text


def test_errors_cannot_be_accepted(alice_client: Client, trusted: Chain) -> None:
    leaf, key = trusted.middle.issue("DNS:sip.fabrikam.com")
    other = trusted.middle.issue("DNS:contoso.com")[1]
    for files, said in (
        ((leaf, key, trusted.middle.pem), "Its names do not cover “contoso.com”"),
        ((trusted.leaf, other, trusted.middle.pem), "The private key does not belong to this certificate"),
        ((trusted.leaf, trusted.key), "The chain is not complete"),
    ):
        page = hand_in(alice_client, *files, accept="on", reason="I want it")
        assert said in page.text
        assert "nothing was stored" in page.text
    assert not Certificate.objects.exists()
    assert not KeyPair.objects.exists()


def test_warnings_need_a_reason(alice_client: Client, trusted: Chain) -> None:
    leaf, key = trusted.middle.issue(
        "DNS:sip.contoso.com", "DNS:contoso.com", extensions="extendedKeyUsage=serverAuth\n"
    )
    page = hand_in(alice_client, leaf, key, trusted.middle.pem, accept="on")
    assert "Say why the warnings are accepted." in page.text
    assert "Prosody accepts it" in page.text
    form = page.form("accept").fill(accept=True, reason="Our partners run Prosody")
    assert form.send(alice_client).status_code == 302
    assert Certificate.objects.count() == 1


@pytest.mark.parametrize("number", [3, 300])
def test_a_list_costs_the_same_however_long(bob_client: Client, trusted: Chain, number: int) -> None:
    pair = KeyPair.objects.create(record="x", sealed=b"x")
    now = timezone.now()
    Certificate.objects.bulk_create(
        Certificate(
            name=f"Gateway {each:03}",
            name_sort=f"gateway {each:03}",
            key_pair=pair,
            der=b"",
            chain=b"",
            sha256=f"{each:064}",
            not_before=now,
            not_after=now,
            changed_at=now,
        )
        for each in range(number)
    )
    bob_client.get(HERE)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert bob_client.get(HERE).status_code == 200
    assert len(queries) <= 8
