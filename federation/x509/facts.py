"""A certificate as this panel knows it: its DER and the facts that lists, pages and checks need. Pure Python.

Everything is read once, when the value is made (RFC 5280), so that no property can fail later and lists never
parse. Text from a certificate is a stranger's text: control and formatting characters are replaced.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, rsa
from cryptography.x509.oid import (
    AuthorityInformationAccessOID,
    ExtendedKeyUsageOID,
    ExtensionOID,
    NameOID,
)

from federation.x509.altnames import Names, plain, read_names
from federation.x509.findings import Refusal
from federation.x509.library import refused_as

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes

Extension = TypeVar("Extension", bound=x509.ExtensionType)

SERVER_USAGE, CLIENT_USAGE, ANY_USAGE = "serverAuth", "clientAuth", "anyExtendedKeyUsage"
_USAGES = {
    ExtendedKeyUsageOID.SERVER_AUTH: SERVER_USAGE,
    ExtendedKeyUsageOID.CLIENT_AUTH: CLIENT_USAGE,
    ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE: ANY_USAGE,
    ExtendedKeyUsageOID.EMAIL_PROTECTION: "emailProtection",
    ExtendedKeyUsageOID.CODE_SIGNING: "codeSigning",
    ExtendedKeyUsageOID.OCSP_SIGNING: "OCSPSigning",
    ExtendedKeyUsageOID.TIME_STAMPING: "timeStamping",
}
#: Signatures made with these are forged today; the library checks none.
WEAK_HASHES = frozenset({"md5", "sha1"})
#: Extensions that a TLS library may meet marked critical and knows (RFC 5280, 4.2); any other must refuse.
_KNOWN_CRITICAL = {
    ExtensionOID.BASIC_CONSTRAINTS,
    ExtensionOID.KEY_USAGE,
    ExtensionOID.EXTENDED_KEY_USAGE,
    ExtensionOID.SUBJECT_ALTERNATIVE_NAME,
    ExtensionOID.NAME_CONSTRAINTS,
    ExtensionOID.CERTIFICATE_POLICIES,
    ExtensionOID.POLICY_CONSTRAINTS,
    ExtensionOID.POLICY_MAPPINGS,
    ExtensionOID.INHIBIT_ANY_POLICY,
}


@dataclass(frozen=True)
class Key:
    """A public key: ``kind`` RSA, ECDSA, Ed25519, Ed448, DSA, or "" when unknown; ``curve`` of ECDSA only."""

    kind: str
    bits: int = 0
    curve: str = ""
    spki: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, eq=False)
class Certificate:
    """A certificate: its DER, what ``cryptography`` made of it, its facts. Equal when the DER is equal."""

    der: bytes = field(repr=False)
    loaded: x509.Certificate = field(repr=False)
    subject: str  # RFC 4514
    common_name: str
    issuer: str  # RFC 4514
    issuer_common_name: str
    names: Names
    serial: str  # hexadecimal, capitals, an even number of digits
    sha256: str  # thumbprints likewise
    sha1: str
    not_before: datetime  # UTC
    not_after: datetime  # UTC
    key: Key
    signature_hash: str  # "sha256"; "" where the algorithm has none of its own
    usages: tuple[str, ...] | None  # extended key usages by name or OID; None: not limited
    signs_handshakes: bool  # digitalSignature is allowed
    is_authority: bool
    is_self_signed: bool
    must_staple: bool
    unknown_critical: tuple[str, ...]  # OIDs
    version: int
    issuer_address: str  # where the issuer's certificate can be had (RFC 5280, 4.2.2.1), or ""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Certificate) and self.der == other.der

    def __hash__(self) -> int:
        return hash(self.der)

    @property
    def pem(self) -> str:
        """The certificate in PEM, with a last line feed."""
        return self.loaded.public_bytes(serialization.Encoding.PEM).decode("ascii")

    @property
    def lifetime(self) -> timedelta:
        """From the first to the last moment of validity."""
        return self.not_after - self.not_before

    @property
    def title(self) -> str:
        """What people call it: the common name, else the first name, else the whole subject or the serial."""
        names = (self.common_name, *self.names.dns, *self.names.srv, *self.names.xmpp, self.subject)
        return next((name for name in names if name), self.serial)

    def allows(self, usage: str) -> bool:
        """Whether the extended key usages allow this one, told as SERVER_USAGE or CLIENT_USAGE."""
        return self.usages is None or usage in self.usages or ANY_USAGE in self.usages


def read_certificate(der: bytes) -> Certificate:
    """The certificate in these octets; raises Refused(CERTIFICATE_MALFORMED), whatever the octets are."""
    with refused_as(Refusal.CERTIFICATE_MALFORMED):
        return _facts(der, x509.load_der_x509_certificate(der))


def public_key_of(loaded: object) -> Key:
    """The facts of a public key of ``cryptography``."""
    match loaded:
        case rsa.RSAPublicKey():
            return Key("RSA", loaded.key_size, spki=_spki(loaded))
        case ec.EllipticCurvePublicKey():
            return Key("ECDSA", loaded.key_size, loaded.curve.name, _spki(loaded))
        case ed25519.Ed25519PublicKey():
            return Key("Ed25519", 256, spki=_spki(loaded))
        case ed448.Ed448PublicKey():
            return Key("Ed448", 456, spki=_spki(loaded))
        case dsa.DSAPublicKey():
            return Key("DSA", loaded.key_size, spki=_spki(loaded))
    return Key("")


def _facts(der: bytes, loaded: x509.Certificate) -> Certificate:
    extensions = loaded.extensions
    constraints = _value(extensions, x509.BasicConstraints)
    usage = _value(extensions, x509.KeyUsage)
    usages = _value(extensions, x509.ExtendedKeyUsage)
    features = _value(extensions, x509.TLSFeature)
    return Certificate(
        der=der,
        loaded=loaded,
        subject=plain(loaded.subject.rfc4514_string()),
        common_name=_common_name(loaded.subject),
        issuer=plain(loaded.issuer.rfc4514_string()),
        issuer_common_name=_common_name(loaded.issuer),
        names=read_names(_value(extensions, x509.SubjectAlternativeName)),
        serial=_hexadecimal(loaded.serial_number),
        sha256=loaded.fingerprint(hashes.SHA256()).hex().upper(),
        sha1=loaded.fingerprint(hashes.SHA1()).hex().upper(),  # noqa: S303 - a thumbprint as Windows shows it
        not_before=loaded.not_valid_before_utc,
        not_after=loaded.not_valid_after_utc,
        key=_public_key(loaded),
        signature_hash=_signature_hash(loaded),
        usages=None if usages is None else tuple(_USAGES.get(oid, oid.dotted_string) for oid in usages),
        signs_handshakes=usage is None or usage.digital_signature,
        is_authority=bool(constraints and constraints.ca) or bool(usage and usage.key_cert_sign),
        is_self_signed=issued(loaded, loaded),
        must_staple=features is not None and x509.TLSFeatureType.status_request in features,
        unknown_critical=tuple(
            found.oid.dotted_string
            for found in extensions
            if found.critical and found.oid not in _KNOWN_CRITICAL
        ),
        version=loaded.version.value + 1,
        issuer_address=_issuer_address(_value(extensions, x509.AuthorityInformationAccess)),
    )


def _value(extensions: x509.Extensions, kind: type[Extension]) -> Extension | None:
    with suppress(x509.ExtensionNotFound):
        return extensions.get_extension_for_class(kind).value
    return None


def _common_name(name: x509.Name) -> str:
    """The last common name, as the most specific one; "" without one."""
    found = name.get_attributes_for_oid(NameOID.COMMON_NAME)
    value = found[-1].value if found else ""
    return plain(value if isinstance(value, str) else "")


def _hexadecimal(number: int) -> str:
    digits = f"{abs(number):X}"
    return "-" * (number < 0) + "0" * (len(digits) % 2) + digits


def _public_key(loaded: x509.Certificate) -> Key:
    """The key, or one of kind "" where the library does not know it: a partner may use what we do not."""
    try:
        return public_key_of(loaded.public_key())
    except (ValueError, UnsupportedAlgorithm):
        return Key("")


def _spki(key: CertificatePublicKeyTypes) -> bytes:
    return key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)


def _signature_hash(loaded: x509.Certificate) -> str:
    try:
        algorithm = loaded.signature_hash_algorithm
    except (ValueError, UnsupportedAlgorithm):
        return ""
    return algorithm.name if algorithm else ""


def issued(child: x509.Certificate, issuer: x509.Certificate) -> bool:
    """Whether names and signature fit; a signature the library does not check counts as fitting."""
    if child.issuer != issuer.subject:
        return False
    if _signature_hash(child) in WEAK_HASHES:
        return True
    try:
        child.verify_directly_issued_by(issuer)
    except UnsupportedAlgorithm:
        return True
    except (InvalidSignature, ValueError, TypeError):
        return False
    return True


def _issuer_address(access: x509.AuthorityInformationAccess | None) -> str:
    for description in access or ():
        place = description.access_location
        if description.access_method == AuthorityInformationAccessOID.CA_ISSUERS and isinstance(
            place, x509.UniformResourceIdentifier
        ):
            return plain(place.value)
    return ""
