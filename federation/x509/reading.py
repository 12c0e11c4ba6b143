"""Files with certificates and keys, as authorities and other machines send them. Pure Python.

PEM with any text around it, DER, several of them in one file; PKCS#7 in both encodings (RFC 5652, only its
certificates), also under the label CERTIFICATE as Windows writes it (``certutil -encode``, its authority's
web page), and in UTF-16; bare base64; PKCS#12 (RFC 7292) of today and of Windows XP; keys as PKCS#1, SEC 1
and PKCS#8, encrypted or not. What a file is, is found from its contents, never from its name or label.

The work is bounded by the limits below, and every failure raises ``Refused`` with a code of findings.Refusal.
"""

from __future__ import annotations

import base64
import binascii
import re
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from cryptography import x509

from federation.x509 import asn1
from federation.x509.facts import Certificate, read_certificate
from federation.x509.findings import Refusal, Refused
from federation.x509.keys import PrivateKey, key_from_der
from federation.x509.library import refused_as
from federation.x509.opening import Opener, opener
from federation.x509.rounds import refuse_too_much_work

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

MOST_OCTETS = 1_048_576  # of all files together
MOST_FILES = 20
MOST_CERTIFICATES = 60
#: For a file of trusted authorities: an operating system has some 150.
MOST_AUTHORITIES = 500

_MARK = re.compile(rb"-----(BEGIN|END) ([A-Z0-9 #]{1,40})-----")
_HEADER = re.compile(rb"^[A-Za-z0-9-]{1,40}:.*$", re.MULTILINE)
_BASE64_ONLY = re.compile(rb"[A-Za-z0-9+/=\s]+")
_PKCS7_SIGNED = bytes.fromhex("2a864886f70d010702")
_PKCS7_DATA = bytes.fromhex("2a864886f70d010701")


@dataclass
class Contents:
    """What files hold: certificates in their order, each once; at most one private key."""

    certificates: list[Certificate] = field(default_factory=list)
    key: PrivateKey | None = field(default=None, repr=False)
    most: int = field(default=MOST_CERTIFICATES, repr=False)
    opener: Opener = field(default_factory=Opener, repr=False, compare=False)

    def add_certificate(self, der: bytes) -> None:
        """Keep a certificate; raises Refused when it cannot be read or there are too many."""
        certificate = read_certificate(der)
        if certificate not in self.certificates:
            self.certificates.append(certificate)
        if len(self.certificates) > self.most:
            raise Refused(Refusal.TOO_MANY_CERTIFICATES, limit=self.most)

    def add_key(self, key: PrivateKey) -> None:
        """Keep the private key; a second, different one is refused."""
        if self.key is not None and self.key.public_key() != key.public_key():
            raise Refused(Refusal.SEVERAL_KEYS)
        self.key = key


def read(files: Iterable[bytes], *, password: str = "", most: int = MOST_CERTIFICATES) -> Contents:
    """What ``files`` hold, opened with ``password`` where needed; raises Refused, also when it is nothing.

    ``most``: certificates to take; MOST_AUTHORITIES for a file of trusted authorities.
    """
    given = list(files)
    if len(given) > MOST_FILES:
        raise Refused(Refusal.TOO_MANY_FILES, limit=MOST_FILES)
    if sum(map(len, given)) > MOST_OCTETS:
        raise Refused(Refusal.TOO_LARGE, limit=MOST_OCTETS)
    if not any(data.strip() for data in given):
        raise Refused(Refusal.EMPTY)
    with opener() as opens:
        contents = Contents(most=most, opener=opens)
        for data in given:
            _read_file(_plain_octets(data), password, contents)
    if not contents.certificates:
        raise Refused(Refusal.KEY_WITHOUT_CERTIFICATE if contents.key else Refusal.NO_CERTIFICATE)
    return contents


def _plain_octets(data: bytes) -> bytes:
    """The file without what Windows puts around text: UTF-16, the mark of UTF-8."""
    if data[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return data.decode("utf-16", errors="replace").encode("ascii", errors="replace")
    return data.removeprefix(b"\xef\xbb\xbf")


def _read_file(data: bytes, password: str, contents: Contents) -> None:
    if data[:1] == b"0" and data[1:2] >= b"\x80":  # a SEQUENCE of some length, whatever text it holds
        _read_der(data, password, contents)
    elif b"-----BEGIN " in data:
        for label, body in _blocks(data):
            _read_block(label, body, password, contents)
    elif data.strip() and _BASE64_ONLY.fullmatch(data):
        _read_der(_base64(data, label=""), password, contents)
    elif data:
        _read_der(data, password, contents)


def _blocks(data: bytes) -> Iterator[tuple[str, bytes]]:
    """The PEM blocks as (label, what stands between its marks); raises Refused(PEM_DAMAGED)."""
    marks = list(_MARK.finditer(data))
    for opens, closes in zip(marks[::2], [*marks[1::2], None], strict=False):
        label = opens[2].decode("ascii")
        if closes is None or (opens[1], closes[1]) != (b"BEGIN", b"END") or opens[2] != closes[2]:
            raise Refused(Refusal.PEM_DAMAGED, label=label)
        yield label, data[opens.end() : closes.start()]


def _read_block(label: str, body: bytes, password: str, contents: Contents) -> None:
    """One PEM block (RFC 7468); headers mean a key encrypted in the old way (RFC 1421)."""
    if label in {"EC PARAMETERS", "DH PARAMETERS"}:  # OpenSSL writes them before the key; the key has its own
        return
    if label == "OPENSSH PRIVATE KEY":
        raise Refused(Refusal.KEY_KIND_REFUSED)
    if b"Proc-Type:" in body and b"ENCRYPTED" in body:
        _read_old_key(label, body, password, contents)
        return
    der = _base64(_HEADER.sub(b"", body), label)
    if label == "TRUSTED CERTIFICATE":  # of OpenSSL: what it trusts follows the certificate
        end = _first(der, label).after
        _refuse_distrusted(der[end:], label)
        der = der[:end]
    _read_der(der, password, contents)


def _base64(text: bytes, label: str) -> bytes:
    try:
        return base64.b64decode(b"".join(text.split()), validate=True)
    except binascii.Error:
        raise Refused(Refusal.PEM_DAMAGED, label=label) from None


def _first(der: bytes, label: str) -> asn1.Element:
    try:
        return asn1.element(der)
    except asn1.Malformed:
        raise Refused(Refusal.PEM_DAMAGED, label=label) from None


def _refuse_distrusted(trust: bytes, label: str) -> None:
    """Refuse a certificate that ``trust``, OpenSSL's settings behind it, rejects (X509_CERT_AUX, [0])."""
    try:
        parts = asn1.children(trust, _first(trust, label)) if trust else []
    except asn1.Malformed:
        raise Refused(Refusal.PEM_DAMAGED, label=label) from None
    if any(part.tag == asn1.EXPLICIT_0 for part in parts):
        raise Refused(Refusal.DISTRUSTED)


def _read_der(data: bytes, password: str, contents: Contents) -> None:
    """The elements of a binary file, one behind the other; line feeds and zeros at its end do not count."""
    at = 0
    while at < len(data) and (at == 0 or data[at:].strip(b"\0\r\n\t \x1a")):
        try:
            found = asn1.element(data, at)
            parts = asn1.children(data, found)
        except asn1.Malformed:
            raise Refused(Refusal.NOT_RECOGNISED) from None
        if found.tag != asn1.SEQUENCE or len(parts) < 2:
            raise Refused(Refusal.NOT_RECOGNISED)
        _read_sequence(asn1.whole(data, found), data, parts, password, contents)
        at = found.after


def _read_sequence(
    der: bytes, data: bytes, parts: list[asn1.Element], password: str, contents: Contents
) -> None:
    """Tell by its first parts what a SEQUENCE is, and read it."""
    tags = tuple(part.tag for part in parts[:3])
    if tags[0] == asn1.OID:
        _read_pkcs7(data, parts, contents)
    elif tags[:2] == (asn1.INTEGER, asn1.SEQUENCE) and _is_pfx(data, parts):
        _read_pfx(der, password, contents)
    elif tags[0] == asn1.INTEGER or tags == (asn1.SEQUENCE, asn1.OCTET_STRING):
        _read_key(der, password, contents)
    elif tags == (asn1.SEQUENCE, asn1.BIT_STRING):
        raise Refused(Refusal.PUBLIC_KEY_INSTEAD)
    elif tags == (asn1.SEQUENCE, asn1.SEQUENCE, asn1.BIT_STRING):
        _read_signed(der, contents)
    else:
        raise Refused(Refusal.NOT_RECOGNISED)


def _read_signed(der: bytes, contents: Contents) -> None:
    """A certificate; or what people send in its place, told by name."""
    try:
        contents.add_certificate(der)
    except Refused as refused:
        if refused.code is Refusal.CERTIFICATE_MALFORMED:
            _refuse_what_is_no_certificate(der)
        raise


def _refuse_what_is_no_certificate(der: bytes) -> None:
    if _loads(x509.load_der_x509_csr, der):
        raise Refused(Refusal.REQUEST_INSTEAD) from None
    if _loads(x509.load_der_x509_crl, der):
        raise Refused(Refusal.REVOCATION_LIST_INSTEAD) from None


def _loads(loader: Callable[[bytes], object], der: bytes) -> bool:
    with suppress(Refused), refused_as(Refusal.NOT_RECOGNISED):
        loader(der)
        return True
    return False


def _read_pkcs7(data: bytes, parts: list[asn1.Element], contents: Contents) -> None:
    """The certificates of a SignedData (RFC 5652, 5.1), read in DER and in BER; nothing else of it."""
    if asn1.contents(data, parts[0]) != _PKCS7_SIGNED:
        raise Refused(Refusal.NOT_RECOGNISED)
    try:
        (signed,) = asn1.children(data, parts[1])
        sets = [part for part in asn1.children(data, signed) if part.tag == asn1.EXPLICIT_0]
        found = [part for each in sets for part in asn1.children(data, each)]
    except (asn1.Malformed, ValueError):
        raise Refused(Refusal.CONTAINER_MALFORMED) from None
    for part in found:
        if part.tag == asn1.SEQUENCE:  # the other choices are attribute certificates
            contents.add_certificate(asn1.whole(data, part))


def _is_pfx(data: bytes, parts: list[asn1.Element]) -> bool:
    """Whether the second part is a ContentInfo with data, as in a PFX (RFC 7292, 4)."""
    try:
        first = asn1.children(data, parts[1])[0]
    except (asn1.Malformed, IndexError):
        return False
    return asn1.contents(data, first) == _PKCS7_DATA


def _read_pfx(der: bytes, password: str, contents: Contents) -> None:
    """A PFX: its certificates and key."""
    refuse_too_much_work(der)
    opened = contents.opener.open("pfx", der, password)
    for certificate in opened.certificates:
        contents.add_certificate(certificate)
    if opened.key is not None:
        contents.add_key(opened.key)


def _read_key(der: bytes, password: str, contents: Contents) -> None:
    """A key, which is opened without a password first: one that nothing needs is no mistake."""
    try:
        contents.add_key(key_from_der(der))
        return
    except Refused as refused:
        if refused.code is not Refusal.PASSWORD_NEEDED or not password:
            raise
    if opened := contents.opener.open("der", der, password).key:
        contents.add_key(opened)


def _read_old_key(label: str, body: bytes, password: str, contents: Contents) -> None:
    """A key in a PEM block with headers: encrypted in the way of old OpenSSL (RFC 1421)."""
    if not password:
        raise Refused(Refusal.PASSWORD_NEEDED)
    if opened := contents.opener.open("pem", body, password, label).key:
        contents.add_key(opened)
