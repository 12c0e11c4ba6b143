"""Certificates and keys for other machines: a PEM bundle, a PFX, and names for the files. Pure Python.

A private key leaves only encrypted under a password; ``server_key`` alone writes one in the clear, for the
XMPP server's own folder. The library hashes passwords in 2048 rounds where it leaves no choice (PKCS#8, the
MAC of a PFX), so that the password itself must be long.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    pkcs12,
)

from federation.x509.findings import Refusal, Refused

if TYPE_CHECKING:
    from collections.abc import Sequence

    from federation.x509.facts import Certificate
    from federation.x509.keys import PrivateKey

LEAST_PASSWORD = 12  # characters
MOST_PASSWORD = 1023  # octets: OpenSSL takes no longer one
ROUNDS = 600_000  # of PBKDF2 with SHA-256 (OWASP, 2023), for the contents of a PFX

LONGEST_FILE_NAME = 100
_NOT_IN_FILE_NAMES = re.compile(r"[^a-z0-9.-]+")
#: Windows opens a device in place of a file of such a name.
_DEVICES = re.compile(r"(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\.|$)")


def pem_bundle(leaf: Certificate, served: Sequence[Certificate]) -> bytes:
    """The certificate and its chain, in the order servers want; no key."""
    return "".join(each.pem for each in (leaf, *served)).encode("ascii")


def pem_bundle_with_key(
    leaf: Certificate, served: Sequence[Certificate], key: PrivateKey, password: str
) -> bytes:
    """The same with the key behind, in PKCS#8 under ``password``; raises Refused(PASSWORD_...)."""
    encryption = BestAvailableEncryption(_octets(password))
    return pem_bundle(leaf, served) + key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption)


def pfx(leaf: Certificate, served: Sequence[Certificate], key: PrivateKey, password: str, name: str) -> bytes:
    """A PFX under ``password``, AES-256 throughout (PBES2): for Windows Server 2019, OpenSSL 1.1 and newer.

    ``name`` is the friendly name that Windows shows. Raises Refused: PASSWORD_SHORT, _LONG, _CHARACTER.
    """
    encryption = (
        PrivateFormat.PKCS12.encryption_builder()
        .kdf_rounds(ROUNDS)
        .key_cert_algorithm(pkcs12.PBES.PBESv2SHA256AndAES256CBC)
        .hmac_hash(hashes.SHA256())
        .build(_octets(password))
    )
    chain = [each.loaded for each in served]
    return pkcs12.serialize_key_and_certificates(name.encode(), key, leaf.loaded, chain, encryption)


def server_key(key: PrivateKey) -> bytes:
    """The key in PKCS#8 and PEM, NOT encrypted: for the XMPP server's folder, never for download."""
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def file_name(certificate: Certificate, suffix: str) -> str:
    """A name every system takes: title and end, such as ``sip.contoso.com-20260301.pem``."""
    title = certificate.title.lower().replace("*", "wildcard")
    safe = _NOT_IN_FILE_NAMES.sub("-", title)[:LONGEST_FILE_NAME].strip(".-") or "certificate"
    if _DEVICES.match(safe):
        safe = f"certificate-{safe}"
    return f"{safe}-{certificate.not_after:%Y%m%d}.{suffix}"


def _octets(password: str) -> bytes:
    if len(password) < LEAST_PASSWORD:
        raise Refused(Refusal.PASSWORD_SHORT, least=LEAST_PASSWORD)
    try:
        octets = password.encode()
    except UnicodeEncodeError:  # octets of a command line that are no text
        raise Refused(Refusal.PASSWORD_CHARACTER) from None
    if len(octets) > MOST_PASSWORD:
        raise Refused(Refusal.PASSWORD_LONG, limit=MOST_PASSWORD)
    return octets
