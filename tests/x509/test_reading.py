"""What authorities and other machines send is read, in every form; what is something else is named."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

import pytest

from federation.x509.findings import Refusal, Refused
from federation.x509.keys import public_octets
from federation.x509.reading import (
    MOST_CERTIFICATES,
    MOST_FILES,
    MOST_OCTETS,
    Contents,
    read,
)
from tests.x509.authority import Authority, accepts, der, make_request, openssl

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.x509.conftest import Chain

PASSWORD = "pâss wörd €"


def refusal(*files: bytes, password: str = "") -> Refusal:
    """The code with which ``files`` are refused."""
    with pytest.raises(Refused) as caught:
        read(files, password=password)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__ or caught.value.__context__ is None
    return caught.value.code


def titles(contents: Contents) -> list[str]:
    return [certificate.title for certificate in contents.certificates]


@pytest.fixture
def files(chain: Chain, tmp_path: Path) -> dict[str, bytes]:
    """The leaf and its authority in the forms that openssl writes."""
    for name, pem in (("leaf", chain.leaf), ("middle", chain.middle.pem), ("key", chain.key)):
        (tmp_path / name).write_bytes(pem)
    bundle = ["-certfile", str(tmp_path / "leaf"), "-certfile", str(tmp_path / "middle")]
    p7b = openssl("crl2pkcs7", "-nocrl", *bundle)
    return {
        "pem": chain.leaf + chain.middle.pem,
        "pem with windows line ends": (chain.leaf + chain.middle.pem).replace(b"\n", b"\r\n"),
        "pem with text around": openssl("x509", "-text", given=chain.leaf) + b"# next\n" + chain.middle.pem,
        "pem of openssl's own kind": openssl("x509", "-trustout", given=chain.leaf) + chain.middle.pem,
        "der": der(chain.leaf) + der(chain.middle.pem),
        "p7b in pem": p7b,
        "p7b in der": openssl("crl2pkcs7", "-nocrl", "-outform", "DER", *bundle),
        "p7b of windows": p7b.replace(b"PKCS7", b"CERTIFICATE").replace(b"\n", b"\r\n"),
        "p7b called cms": p7b.replace(b"PKCS7", b"CMS"),
        "utf-16": "\r\n".join((chain.leaf + chain.middle.pem).decode().split("\n")).encode("utf-16"),
        "utf-8 with a mark": b"\xef\xbb\xbf" + chain.leaf + chain.middle.pem,
        "base64 alone": base64.encodebytes(openssl("crl2pkcs7", "-nocrl", "-outform", "DER", *bundle)),
        "signed message in ber": signed_in_ber(chain, tmp_path),
    }


def signed_in_ber(chain: Chain, folder: Path) -> bytes:
    """A PKCS#7 with lengths left open, as programs write that do not know how much will come."""
    message = openssl(
        *("cms", "-sign", "-stream", "-nodetach", "-outform", "DER", "-in", str(folder / "leaf")),
        *(
            "-signer",
            str(folder / "leaf"),
            "-inkey",
            str(folder / "key"),
            "-certfile",
            str(folder / "middle"),
        ),
    )
    assert message[:2] == b"\x30\x80"
    return message


FORMS = (
    "pem",
    "pem with windows line ends",
    "pem with text around",
    "pem of openssl's own kind",
    "der",
    "p7b in pem",
    "p7b in der",
    "p7b of windows",
    "p7b called cms",
    "utf-16",
    "utf-8 with a mark",
    "base64 alone",
    "signed message in ber",
)


@pytest.mark.parametrize("form", FORMS)
def test_certificates_are_read_in_every_form(form: str, files: dict[str, bytes], chain: Chain) -> None:
    contents = read([files[form]])
    assert sorted(titles(contents)) == ["Contoso Issuing", "sip.contoso.com"]
    assert {found.der for found in contents.certificates} == {der(chain.leaf), der(chain.middle.pem)}
    assert contents.key is None


def test_several_files_are_read_as_one_and_nothing_is_kept_twice(chain: Chain) -> None:
    contents = read([chain.root.pem, b"", der(chain.leaf), chain.middle.pem + chain.leaf, chain.key])
    assert titles(contents) == ["Contoso Root", "sip.contoso.com", "Contoso Issuing"]
    assert contents.key is not None
    assert public_octets(contents.key) == contents.certificates[1].key.spki


# Keys.

KEYS: dict[str, Callable[[bytes], bytes]] = {
    "sec1": lambda key: openssl("ec", given=key),
    "sec1 with parameters": lambda key: openssl("ecparam", "-name", "prime256v1") + openssl("ec", given=key),
    "pkcs8": lambda key: key,
    "pkcs8 in der": lambda key: openssl("pkcs8", "-topk8", "-nocrypt", "-outform", "DER", given=key),
    "pkcs8 encrypted": lambda key: encrypted(key, "-v2", "aes256"),
    "pkcs8 encrypted in der": lambda key: encrypted(key, "-v2", "aes256", "-outform", "DER"),
    "pkcs8 encrypted with scrypt": lambda key: encrypted(key, "-scrypt"),
    "pkcs8 encrypted as before": lambda key: encrypted(key, "-v1", "PBE-SHA1-3DES"),
    "sec1 encrypted": lambda key: openssl("ec", "-aes256", "-passout", f"pass:{PASSWORD}", given=key),
}


def encrypted(key: bytes, *options: str) -> bytes:
    return openssl("pkcs8", "-topk8", "-passout", f"pass:{PASSWORD}", *options, given=key)


@pytest.mark.parametrize("form", KEYS)
def test_a_key_is_read_in_every_form(form: str, chain: Chain) -> None:
    contents = read([KEYS[form](chain.key), chain.leaf], password=PASSWORD)
    assert contents.key is not None
    assert public_octets(contents.key) == contents.certificates[0].key.spki


@pytest.mark.parametrize("form", [form for form in KEYS if "encrypted" in form])
def test_an_encrypted_key_needs_its_password(form: str, chain: Chain) -> None:
    key = KEYS[form](chain.key)
    assert refusal(key, chain.leaf) is Refusal.PASSWORD_NEEDED
    assert refusal(key, chain.leaf, password="wrong") is Refusal.PASSWORD_WRONG


def test_an_rsa_key_of_the_old_form_is_read(tmp_path: Path, chain: Chain) -> None:
    certificate, key = chain.middle.issue("DNS:contoso.com", key=("-newkey", "rsa:2048"))
    old = openssl("rsa", "-traditional", "-aes128", "-passout", f"pass:{PASSWORD}", given=key)
    assert b"Proc-Type" in old
    contents = read([old, certificate], password=PASSWORD)
    assert contents.key is not None
    assert public_octets(contents.key) == contents.certificates[0].key.spki


# PFX.

PFX = {
    "of today": (),
    "of windows before 2016": ("-legacy",),
    "of old programs": ("-certpbe", "PBE-SHA1-3DES", "-keypbe", "PBE-SHA1-3DES", "-macalg", "sha1"),
    "with certificates in the clear": ("-certpbe", "NONE"),
    "without a mac": ("-nomac",),
}


def pfx(chain: Chain, folder: Path, *options: str, password: str = PASSWORD) -> bytes:
    (folder / "leaf").write_bytes(chain.leaf)
    (folder / "middle").write_bytes(chain.middle.pem)
    (folder / "key").write_bytes(chain.key)
    return openssl(
        *("pkcs12", "-export", "-inkey", str(folder / "key"), "-in", str(folder / "leaf")),
        *("-certfile", str(folder / "middle"), "-passout", f"pass:{password}", *options),
    )


@pytest.mark.parametrize("form", PFX)
def test_a_pfx_is_read_with_its_password(form: str, chain: Chain, tmp_path: Path) -> None:
    made = pfx(chain, tmp_path, *PFX[form])
    contents = read([made], password=PASSWORD)
    assert titles(contents) == ["sip.contoso.com", "Contoso Issuing"]
    assert contents.key is not None
    assert public_octets(contents.key) == contents.certificates[0].key.spki
    assert refusal(made) is Refusal.PASSWORD_NEEDED
    assert refusal(made, password="wrong") is Refusal.PASSWORD_WRONG


def test_a_pfx_without_a_password_is_read(chain: Chain, tmp_path: Path) -> None:
    contents = read([pfx(chain, tmp_path, password="")])
    assert contents.key is not None


def test_a_pfx_that_asks_for_hours_is_refused_at_once(chain: Chain, tmp_path: Path) -> None:
    made = pfx(chain, tmp_path, "-iter", "2048")
    place = made.index(b"\x02\x02\x08\x00")  # 2048 rounds, the first time they are named
    costly = made[:place] + b"\x02\x02\x7f\xff" + made[place + 4 :]
    assert refusal(costly, password=PASSWORD) is Refusal.PASSWORD_WRONG
    assert refusal(with_rounds(2_000_000_000), password=PASSWORD) is Refusal.TOO_MUCH_WORK


def with_rounds(rounds: int) -> bytes:
    """An encrypted key that asks for so many rounds (RFC 8018, A.4)."""
    parameters = sequence(b"\x04\x08saltsalt", b"\x02\x04" + rounds.to_bytes(4, "big"))
    derivation = sequence(bytes.fromhex("06092a864886f70d01050c"), parameters)
    cipher = sequence(bytes.fromhex("060960864801650304012a"), b"\x04\x10" + bytes(16))
    scheme = sequence(bytes.fromhex("06092a864886f70d01050d"), sequence(derivation, cipher))
    return sequence(scheme, b"\x04\x20" + bytes(32))


def sequence(*parts: bytes) -> bytes:
    body = b"".join(parts)
    return bytes((0x30, len(body))) + body if len(body) < 128 else bytes((0x30, 0x81, len(body))) + body


# What is no certificate.


def test_what_people_send_in_place_of_a_certificate_is_named(chain: Chain, tmp_path: Path) -> None:
    request, key = make_request(tmp_path, "/CN=sip.contoso.com")
    revoked = openssl("ca", "-gencrl", "-crldays", "3", "-config", str(chain.middle.folder / "configuration"))
    public = openssl("ec", "-pubout", given=key)
    assert refusal(request) is Refusal.REQUEST_INSTEAD
    assert refusal(openssl("req", "-outform", "DER", given=request)) is Refusal.REQUEST_INSTEAD
    assert refusal(revoked) is Refusal.REVOCATION_LIST_INSTEAD
    assert refusal(public) is Refusal.PUBLIC_KEY_INSTEAD
    assert refusal(key) is Refusal.KEY_WITHOUT_CERTIFICATE
    assert refusal(b"<html><body>Your certificate is ready</body></html>") is Refusal.NOT_RECOGNISED
    assert refusal(b"PK\x03\x04 an archive") is Refusal.NOT_RECOGNISED
    assert refusal(b"hello") is Refusal.PEM_DAMAGED
    assert refusal(b" \n") is Refusal.EMPTY
    assert refusal() is Refusal.EMPTY
    empty = openssl("crl2pkcs7", "-nocrl", "-outform", "DER")
    assert refusal(empty) is Refusal.NO_CERTIFICATE


def test_keys_that_do_not_belong_here_are_refused(chain: Chain, tmp_path: Path) -> None:
    edwards = openssl("genpkey", "-algorithm", "ed25519")
    _request, other = make_request(tmp_path, "/CN=other")
    bitcoin = openssl("ecparam", "-name", "secp256k1", "-genkey", "-noout")
    ssh = b"-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n"
    for key in (edwards, bitcoin, ssh):
        assert refusal(chain.leaf, key) is Refusal.KEY_KIND_REFUSED
    assert refusal(chain.leaf, chain.key, other) is Refusal.SEVERAL_KEYS


def test_a_damaged_file_is_refused_with_a_reason(chain: Chain, tmp_path: Path) -> None:
    pem = chain.leaf
    whole = pfx(chain, tmp_path)
    assert refusal(pem[:200]) is Refusal.PEM_DAMAGED
    assert refusal(pem.replace(b"END CERT", b"END CERTS")) is Refusal.PEM_DAMAGED
    assert refusal(pem.replace(b"MII", b"M!I")) is Refusal.PEM_DAMAGED
    assert refusal(der(pem)[:-1]) is Refusal.NOT_RECOGNISED
    assert refusal(der(pem).replace(b"200101000000Z", b"209901000000Z")) is Refusal.CERTIFICATE_MALFORMED
    assert refusal(whole[:-1], password=PASSWORD) is Refusal.NOT_RECOGNISED
    damaged = whole[:300] + bytes((whole[300] ^ 0xFF,)) + whole[301:]
    assert refusal(damaged, password=PASSWORD) is Refusal.PASSWORD_WRONG


def test_a_failed_assertion_inside_the_library_is_a_refusal_too(chain: Chain) -> None:
    key = openssl("ec", "-aes256", "-passout", f"pass:{PASSWORD}", given=chain.key)
    start = key.index(b"DEK-Info: AES-256-CBC,") + 22
    short = key[: start + 16] + key[start + 32 :]  # half of the initialisation vector
    assert refusal(chain.leaf, short, password=PASSWORD) is Refusal.PASSWORD_WRONG


# Sizes.


def test_a_certificate_of_a_hundred_kilobytes_with_two_hundred_names_is_read(chain: Chain) -> None:
    names = [f"DNS:host-{number}.contoso.com" for number in range(200)]
    large, _key = chain.middle.issue(
        *names, extensions="1.2.3.4=DER:04" + "83" + "017000" + "ab" * 0x17000 + "\n"
    )
    assert len(large) > 100_000
    (found,) = read([large]).certificates
    assert found.names.dns[199] == "host-199.contoso.com"
    assert len(found.names.dns) == 200


def test_there_is_a_limit_to_everything(chain: Chain, tmp_path: Path) -> None:
    assert refusal(*[chain.leaf] * (MOST_FILES + 1)) is Refusal.TOO_MANY_FILES
    assert refusal(b"a" * MOST_OCTETS, b"a") is Refusal.TOO_LARGE
    alike = Authority(tmp_path, "Many")
    request, _key = make_request(tmp_path, "/CN=many")
    many = b"".join(
        alike.sign(request, starts=f"20200101{number // 60:02}{number % 60:02}00Z")
        for number in range(MOST_CERTIFICATES + 1)
    )
    assert refusal(many) is Refusal.TOO_MANY_CERTIFICATES


def test_what_is_read_shows_no_key(chain: Chain) -> None:
    contents = read([chain.leaf, chain.key])
    for shown in (repr(contents), str(contents), f"{contents}"):
        assert "key" not in shown.replace("key=Key(", "")
    assert accepts("x509", "-noout", given=contents.certificates[0].pem.encode())
