"""Private keys: the kinds this panel makes and takes, and reading them. Pure Python.

A private key has no text of its own here: nothing in this module puts one into a message, a repr or a log.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_der_private_key,
    load_pem_private_key,
)

from federation.x509.facts import public_key_of
from federation.x509.findings import Refusal, Refused
from federation.x509.library import refused_as
from federation.x509.rounds import refuse_too_much_work

if TYPE_CHECKING:
    from collections.abc import Callable

    Loader = Callable[[bytes, bytes | None], object]

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey

#: PKCS#8 of an RSA key of 8192 bits has 4.7 kB; testing the primes of longer ones takes minutes.
MOST_OCTETS = 6_000
LEAST_RSA_BITS = 2048
CURVES = (ec.SECP256R1, ec.SECP384R1, ec.SECP521R1)


class KeyKind(StrEnum):
    """The keys a request may have."""

    RSA_2048 = "rsa-2048"
    RSA_3072 = "rsa-3072"
    RSA_4096 = "rsa-4096"
    ECDSA_P256 = "ecdsa-p256"
    ECDSA_P384 = "ecdsa-p384"


#: Every server takes it, however old; and a key lives no longer than its certificate, which is soon 47 days.
DEFAULT_KIND = KeyKind.RSA_2048


def make_key(kind: KeyKind) -> PrivateKey:
    """A new private key."""
    match kind:
        case KeyKind.ECDSA_P256:
            return ec.generate_private_key(ec.SECP256R1())
        case KeyKind.ECDSA_P384:
            return ec.generate_private_key(ec.SECP384R1())
    return rsa.generate_private_key(public_exponent=65537, key_size=int(kind.removeprefix("rsa-")))


def public_octets(key: PrivateKey) -> bytes:
    """The SubjectPublicKeyInfo that belongs to a key, in DER: what certificates are matched by."""
    return public_key_of(key.public_key()).spki


def private_octets(key: PrivateKey) -> bytes:
    """PKCS#8 in DER, not encrypted: for the vault (vault.py) alone."""
    return key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())


def known_kind(key: object) -> PrivateKey:
    """The key itself, if servers take such a key for TLS; raises Refused(KEY_KIND_REFUSED)."""
    if isinstance(key, rsa.RSAPrivateKey) or (
        isinstance(key, ec.EllipticCurvePrivateKey) and isinstance(key.curve, CURVES)
    ):
        return key
    raise Refused(Refusal.KEY_KIND_REFUSED)


def key_from_der(der: bytes, password: str = "") -> PrivateKey:
    """A key in PKCS#1, SEC 1 or PKCS#8, encrypted or not; raises Refused."""
    refuse_too_much_work(der)
    return _load(load_der_private_key, der, password)


def encrypted_pem_key(label: str, body: bytes, password: str) -> PrivateKey:
    """A key encrypted in the way of old OpenSSL, with headers inside the PEM block; raises Refused."""
    name = label.encode("ascii")
    return _load(
        load_pem_private_key, b"-----BEGIN %b-----%b-----END %b-----\n" % (name, body, name), password
    )


def _load(loader: Loader, data: bytes, password: str) -> PrivateKey:
    """Load without a password first: a password that nothing needs is no mistake."""
    if len(data) > MOST_OCTETS * 4 // 3:
        raise Refused(Refusal.KEY_KIND_REFUSED)
    key = _attempt(loader, data, None, on_failure=Refusal.KEY_MALFORMED)
    if key is None:
        if not password:
            raise Refused(Refusal.PASSWORD_NEEDED)
        key = _attempt(loader, data, password.encode(errors="replace"), on_failure=Refusal.PASSWORD_WRONG)
    return known_kind(key)


def _attempt(loader: Loader, data: bytes, password: bytes | None, *, on_failure: Refusal) -> object | None:
    """The key; None when it is encrypted and no password was given: the library's TypeError."""
    unsupported = Refusal.KEY_CIPHER_UNKNOWN if password else Refusal.KEY_KIND_REFUSED
    try:
        with refused_as(on_failure, unsupported=unsupported, passing=TypeError):
            return loader(data, password)
    except TypeError:
        return None
