"""Whatever octets arrive, they are read or refused with a code; a library's exception never gets out."""

from __future__ import annotations

import base64
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from federation.x509.checking import check
from federation.x509.exporting import file_name
from federation.x509.findings import Refused
from federation.x509.reading import read
from federation.x509.requests import renewal
from tests.x509.authority import der, openssl

if TYPE_CHECKING:
    from tests.x509.conftest import Chain

often = settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
LABELS = (
    "CERTIFICATE",
    "PKCS7",
    "PRIVATE KEY",
    "ENCRYPTED PRIVATE KEY",
    "RSA PRIVATE KEY",
    "CERTIFICATE REQUEST",
)


def settle(*files: bytes, password: str = "") -> None:
    """Read or be refused; anything else fails the test."""
    with suppress(Refused):
        read(files, password=password)


@pytest.fixture(scope="module")
def samples(chain: Chain, tmp_path_factory: pytest.TempPathFactory) -> list[bytes]:
    """One of each kind, small."""
    folder = tmp_path_factory.mktemp("samples")
    (folder / "key").write_bytes(chain.key)
    (folder / "leaf").write_bytes(chain.leaf)
    own = ["-inkey", str(folder / "key"), "-in", str(folder / "leaf")]
    quick = ["-passout", "pass:secret", "-iter", "1"]
    return [
        der(chain.leaf),
        der(chain.middle.pem),
        chain.leaf,
        chain.leaf + chain.key,
        openssl("crl2pkcs7", "-nocrl", "-outform", "DER", "-certfile", str(folder / "leaf")),
        openssl("pkcs12", "-export", *own, *quick),
        openssl("pkcs12", "-export", "-legacy", "-nomac", *own, *quick),
        openssl("pkcs8", "-topk8", "-outform", "DER", *quick, given=chain.key),
        openssl("pkcs8", "-topk8", "-nocrypt", "-outform", "DER", given=chain.key),
        openssl("ec", "-aes128", "-passout", "pass:secret", given=chain.key),
    ]


@often
@given(st.binary(max_size=400), st.sampled_from(["", "secret"]))
def test_random_octets(data: bytes, password: str) -> None:
    settle(data, password=password)


@often
@given(st.binary(max_size=200), st.sampled_from(LABELS), st.sampled_from(LABELS[:2]))
def test_random_octets_in_armour(data: bytes, label: str, end: str) -> None:
    for closing in (label, end):
        armour = f"-----BEGIN {label}-----\n{base64.encodebytes(data).decode()}-----END {closing}-----\n"
        settle(armour.encode())


@often
@given(st.text(alphabet="-BEGINDCRTFAsa \n=:,0", max_size=200))
def test_random_text_that_resembles_pem(text: str) -> None:
    settle(text.encode(), text.encode("utf-16"))


@settings(often, max_examples=400)
@given(st.data())
def test_damaged_files(samples: list[bytes], data: st.DataObject) -> None:
    """Octets of a good file changed, cut out or doubled."""
    whole = bytearray(data.draw(st.sampled_from(samples)))
    for _turn in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(whole) - 1))
        match data.draw(st.sampled_from(["change", "cut", "double"])):
            case "change":
                whole[place] = data.draw(st.integers(0, 255))
            case "cut":
                del whole[place : place + data.draw(st.integers(1, 30))]
            case "double":
                whole[place:place] = whole[place : place + data.draw(st.integers(1, 30))]
        if not whole:
            break
    settle(bytes(whole), password=data.draw(st.sampled_from(["", "secret"])))


@settings(often, max_examples=300)
@given(st.data())
def test_files_cut_short(samples: list[bytes], data: st.DataObject) -> None:
    whole = data.draw(st.sampled_from(samples))
    settle(whole[: data.draw(st.integers(0, len(whole)))], password="secret")


@settings(often, max_examples=150)
@given(st.data())
def test_what_is_read_can_be_checked_whatever_it_is(chain: Chain, data: st.DataObject) -> None:
    octets = bytearray(der(chain.leaf) if data.draw(st.booleans()) else der(chain.middle.pem))
    for _turn in range(data.draw(st.integers(1, 3))):
        octets[data.draw(st.integers(4, len(octets) - 1))] = data.draw(st.integers(0, 255))
    with suppress(Refused):
        (changed,) = read([bytes(octets)]).certificates
        others = read([chain.leaf, chain.middle.pem]).certificates
        trusted = read([chain.root.pem]).certificates
        now = datetime(2040, 1, 1, tzinfo=UTC)
        for leaf, rest in ((changed, others), (others[0], [changed])):
            check(leaf, now=now, others=rest, trusted=trusted, local_domains=["contoso.com"])
            renewal(leaf, ["contoso.com"])
            file_name(leaf, "pem")


def test_much_of_nothing_takes_no_time() -> None:
    """Nested, unclosed and repeated forms of a mebibyte: no work beyond reading them once or twice."""
    for part in (b"\x30\x80", b"-----BEGIN CERTIFICATE-----", b"0\x00", b"\x04\x00", b"A", b"-", b"\x30\x84"):
        settle(part * (1_000_000 // len(part)))
