"""Every kind of file through the import page: stored, or refused with a sentence, never a traceback."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from federation.certificates.models import Certificate, KeyPair
from federation.certificates.services import keys
from federation.topology import services as topology
from federation.x509.keys import key_from_der
from federation.x509.reading import read
from tests.certificates.conftest import MAKER
from tests.certificates.test_the_job import HERE, hand_in
from tests.pages import Page
from tests.x509.authority import AUTHORITY, IDENTIFIERS, LEAF, Authority, accepts, der, openssl
from tests.x509.test_reading import FORMS, KEYS, PASSWORD, PFX, files, pfx

if TYPE_CHECKING:
    from pathlib import Path

    from django.test import Client

    from tests.certificates.conftest import Chain

__all__ = ["files"]
pytestmark = pytest.mark.django_db
NAMES = ("DNS:sip.contoso.com", "DNS:contoso.com")


def hold(key: bytes) -> None:
    """As if the panel had asked with this key."""
    octets = openssl("pkcs8", "-topk8", "-nocrypt", "-outform", "DER", given=key)
    with transaction.atomic():
        keys.keep(key_from_der(octets))


def moment(**ahead: float) -> str:
    return f"{timezone.now() + timedelta(**ahead):%Y%m%d%H%M%SZ}"


def is_verified(row: Certificate, chain: Chain, folder: Path) -> bool:
    """Whether openssl, with only the root, follows what would be sent."""
    bundle, root = folder / "bundle", folder / "root"
    bundle.write_text("".join(each.pem for each in (row.facts, *row.served)))
    root.write_bytes(chain.root.pem)
    return accepts("verify", "-CAfile", str(root), "-untrusted", str(bundle), str(bundle))


@pytest.mark.parametrize("form", FORMS)
def test_an_answer_is_taken_in_every_form(
    form: str, files: dict[str, bytes], alice_client: Client, trusted: Chain, tmp_path: Path
) -> None:
    hold(trusted.key)
    assert hand_in(alice_client, files[form]).said == ["Certificate “sip.contoso.com” was imported."]
    assert is_verified(Certificate.objects.get(), trusted, tmp_path)


@pytest.mark.parametrize("order", ["leaf middle root", "root middle leaf", "middle leaf", "root leaf middle"])
def test_a_chain_is_taken_in_any_order_with_or_without_its_root(
    order: str, alice_client: Client, trusted: Chain, tmp_path: Path
) -> None:
    hold(trusted.key)
    pem = {"leaf": trusted.leaf, "middle": trusted.middle.pem, "root": trusted.root.pem}
    together = b"".join(pem[each] for each in order.split())
    page = hand_in(alice_client, together, check=True)
    assert ("The chain was not in order" in page.text) is order.startswith("root")
    assert ("The root “Contoso Root” is not sent" in page.text) is ("root" in order)
    hand_in(alice_client, together)
    row = Certificate.objects.get()
    assert [step.title for step in row.served] == ["Contoso Issuing"]
    assert is_verified(row, trusted, tmp_path)


@pytest.mark.parametrize("form", KEYS)
def test_a_pair_is_taken_with_its_key_in_every_form(form: str, alice_client: Client, trusted: Chain) -> None:
    key = KEYS[form](trusted.key)
    if "encrypted" in form:
        for password, said in (("", "Type its password"), ("wrong", "does not open it")):
            page = hand_in(alice_client, key, trusted.leaf, trusted.middle.pem, password=password)
            assert page.status == 422
            assert said in page.alerts[0]
    page = hand_in(alice_client, key, trusted.leaf + trusted.middle.pem, password=PASSWORD)
    assert page.said == ["Certificate “sip.contoso.com” was imported."]


@pytest.mark.parametrize("form", PFX)
def test_a_pfx_is_taken_with_its_password(
    form: str, alice_client: Client, trusted: Chain, tmp_path: Path
) -> None:
    made = pfx(trusted, tmp_path, *PFX[form])
    assert "Type its password" in hand_in(alice_client, made).alerts[0]
    assert "does not open it" in hand_in(alice_client, made, password="not this").alerts[0]
    assert not KeyPair.objects.exists()
    assert hand_in(alice_client, made, password=PASSWORD).said
    assert is_verified(Certificate.objects.get(), trusted, tmp_path)


@pytest.mark.parametrize(
    "options, said",
    [
        ({"starts": "20200101000000Z", "ends": "20210101000000Z"}, "Error It ended on 2021-01-01"),
        ({"starts": "20800101000000Z"}, "Warning It is valid only from 2080-01-01"),
        ({"key": ("-newkey", "rsa:1024")}, "is too weak: RSA, 1024 bits"),
        ({"digest": "sha1"}, "is signed with sha1, which can be forged"),
        ({"extensions": LEAF.replace("CA:FALSE", "CA:TRUE")}, "the certificate of an authority"),
        ({"extensions": LEAF.replace("serverAuth,", "")}, "may not be used by servers"),
        (
            {"extensions": LEAF.replace(",clientAuth", "")},
            "“sip.contoso.com” may not be used by clients",
        ),
        ({"key": ("-newkey", "ed25519")}, "The private key is of a kind that XMPP servers do not take"),
        ({"key": ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-384")}, ""),
        ({"key": ("-newkey", "rsa:3072")}, ""),
    ],
)
def test_what_is_wrong_is_said_in_words(
    options: dict[str, Any], said: str, alice_client: Client, trusted: Chain
) -> None:
    leaf, key = trusted.middle.issue(*NAMES, **options)
    page = hand_in(alice_client, leaf, key, trusted.middle.pem)
    if said:
        assert said in " ".join(page.text.split())
        assert page.text.count(said.removeprefix("Error ").removeprefix("Warning ")) == 1
        assert not Certificate.objects.exists()
    else:
        assert page.said == ["Certificate “sip.contoso.com” was imported."]


def test_a_certificate_that_ends_in_three_days_is_a_warning(alice_client: Client, trusted: Chain) -> None:
    leaf, key = trusted.middle.issue(*NAMES, ends=moment(days=3, hours=1))
    page = hand_in(alice_client, leaf, key, trusted.middle.pem)
    assert "Days left: 3." in page.text
    page.form("accept").fill(accept=True, reason="The next one is on its way").send(alice_client)
    assert Certificate.objects.exists()


def test_an_authority_signed_twice_is_taken(alice_client: Client, trusted: Chain, tmp_path: Path) -> None:
    other = Authority(tmp_path, "Former Root")
    crossed = other.sign(trusted.middle.request, extensions=AUTHORITY + IDENTIFIERS)
    hold(trusted.key)
    assert hand_in(alice_client, trusted.leaf, crossed, other.pem, trusted.middle.pem).said
    assert is_verified(Certificate.objects.get(), trusted, tmp_path)


def test_international_names_cover_the_local_domain(alice_client: Client, trusted: Chain) -> None:
    topology.create_domain(domain="xn--bcher-kva.example", actor=MAKER)
    leaf, key = trusted.middle.issue(*NAMES)
    page = hand_in(alice_client, leaf, key, trusted.middle.pem)
    assert "Its names do not cover “xn--bcher-kva.example”" in page.text
    leaf, key = trusted.middle.issue(*NAMES, "DNS:xn--bcher-kva.example")
    assert hand_in(alice_client, leaf, key, trusted.middle.pem).said


def test_two_hundred_names_and_a_hundred_kilobytes_are_taken(alice_client: Client, trusted: Chain) -> None:
    names = [*NAMES, *(f"DNS:host-{number}.contoso.com" for number in range(198))]
    ballast = LEAF + "1.2.3.4=DER:0483017000" + "ab" * 0x17000 + "\n"
    leaf, key = trusted.middle.issue(*names, extensions=ballast)
    assert len(leaf) > 100_000
    page = hand_in(alice_client, leaf, key, trusted.middle.pem)
    if not page.said:  # public authorities take a hundred names: a warning
        page = Page(page.form("accept").fill(accept=True, reason="Ours").send(alice_client, follow=True))
    assert page.said == ["Certificate “sip.contoso.com” was imported."]
    row = Certificate.objects.get()
    assert len(row.names.split()) == 200
    assert "host-197.contoso.com" in Page(alice_client.get(f"{HERE}{row.pk}/")).text
    (listed,) = Page(alice_client.get(f"{HERE}?q=host-197")).rows
    assert "sip.contoso.com contoso.com host-0.contoso.com + 197" in " ".join(" ".join(listed).split())


def test_what_is_not_a_certificate_is_called_by_its_name(alice_client: Client, trusted: Chain) -> None:
    for given_, said in (
        (trusted.middle.request, "request"),
        (trusted.key, "private key"),
        (b"%PDF-1.7\n", "neither a certificate nor a container"),
        (b"\x00" * 2_000_000, "larger than 1 MB"),
    ):
        page = hand_in(alice_client, given_)
        assert page.status == 422
        assert said in " ".join(page.alerts)


@pytest.fixture
def samples(trusted: Chain, tmp_path: Path) -> list[bytes]:
    """Good files, to be damaged."""
    return [
        trusted.leaf + trusted.key,
        der(trusted.leaf),
        pfx(trusted, tmp_path, "-iter", "1"),
        openssl("crl2pkcs7", "-nocrl", "-outform", "DER", "-certfile", str(tmp_path / "leaf")),
    ]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_random_and_damaged_files_get_a_sentence(
    samples: list[bytes], alice_client: Client, data: st.DataObject
) -> None:
    octets = bytearray(data.draw(st.one_of(st.binary(max_size=200), st.sampled_from(samples))))
    for _turn in range(data.draw(st.integers(0, 3))):
        if octets:
            place = data.draw(st.integers(0, len(octets) - 1))
            octets[place : place + data.draw(st.integers(0, 4))] = data.draw(st.binary(max_size=4))
    page = hand_in(alice_client, bytes(octets), password=PASSWORD, check=True)
    assert page.status in {200, 422}
    assert page.alerts or "nothing was stored" in page.text or "Nothing is stored yet" in page.text
    assert not Certificate.objects.exists()


def test_the_library_s_reader_agrees_with_openssl(trusted: Chain) -> None:
    """What the tests above call verified would not be, with another root."""
    (found,) = read([trusted.leaf]).certificates
    other = replace(trusted, root=Authority(trusted.folder, "Somebody Else"))
    row = Certificate(der=found.der, chain=der(trusted.middle.pem))
    assert is_verified(row, trusted, trusted.folder)
    assert not is_verified(row, other, trusted.folder)
