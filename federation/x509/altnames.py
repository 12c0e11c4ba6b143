"""The names a certificate presents, and which domains they cover (RFC 6120, 13.7.1; RFC 9525). Pure Python.

Only subjectAltName counts, never the common name. Text from a certificate is a stranger's text: control and
formatting characters are replaced before anybody sees it.
"""

from __future__ import annotations

import unicodedata
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum

from cryptography import x509

from federation.topology import names as domain_names
from federation.x509 import asn1

#: id-on-xmppAddr (RFC 6120, 13.7.1.4) and SRVName (RFC 4985).
XMPP_ADDRESS = x509.ObjectIdentifier("1.3.6.1.5.5.7.8.5")
SRV_NAME = x509.ObjectIdentifier("1.3.6.1.5.5.7.8.7")
#: The service of an SRVName that speaks for a domain between servers.
SERVICE = "_xmpp-server."


@dataclass(frozen=True)
class Names:
    """The subject's alternative names by kind, in the order of the certificate, each once.

    ``dns`` in lower case; ``srv`` as ``_service.domain``; ``xmpp`` as addresses; ``other`` as ``kind:text``.
    """

    dns: tuple[str, ...] = ()
    srv: tuple[str, ...] = ()
    xmpp: tuple[str, ...] = ()
    other: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.dns or self.srv or self.xmpp or self.other)


class Cover(Enum):
    """How a certificate covers a domain; the best way that holds."""

    EXACTLY = "exactly"  # by a dNSName: every server understands it
    BY_WILDCARD = "by-wildcard"  # by "*." and the rest: one label, the leftmost, whole (RFC 9525, 6.3)
    BY_OTHER_NAME = "by-other-name"  # by SRVName or id-on-xmppAddr: only XMPP servers look there
    NOT = "not"


def cover(names: Names, domain: str) -> Cover:
    """How ``names`` cover a domain given in stored form (A-labels, lower case)."""
    if domain in names.dns:
        return Cover.EXACTLY
    if _wildcard(domain) in names.dns:
        return Cover.BY_WILDCARD
    if SERVICE + domain in names.srv or domain in {_stored(name) for name in names.xmpp}:
        return Cover.BY_OTHER_NAME
    return Cover.NOT


def covering_wildcard(names: Names, domain: str) -> str:
    """The wildcard that covers a domain, or ""."""
    wildcard = _wildcard(domain)
    return wildcard if wildcard in names.dns else ""


def _wildcard(domain: str) -> str:
    return "*." + domain.partition(".")[2]


def _stored(name: str) -> str:
    """A domain from id-on-xmppAddr (U-labels are allowed there) in stored form; "" if it is none."""
    try:
        return domain_names.domain(name)
    except domain_names.NameRefused:
        return ""


def plain(text: str) -> str:
    """A stranger's text without characters that steer a terminal or a line of text."""
    return "".join("\ufffd" if unicodedata.category(letter)[0] == "C" else letter for letter in text)


def srv_name(domain: str) -> x509.OtherName:
    """The SRVName of a domain in stored form, an IA5String (RFC 4985, 2)."""
    return x509.OtherName(SRV_NAME, asn1.wrapped(asn1.IA5_STRING, (SERVICE + domain).encode("ascii")))


def xmpp_address(domain: str) -> x509.OtherName:
    """The id-on-xmppAddr of a domain in stored form: a UTF8String in U-labels (RFC 6120, 13.7.1.4)."""
    shown = domain_names.shown_domain(domain)
    return x509.OtherName(XMPP_ADDRESS, asn1.wrapped(asn1.UTF8_STRING, shown.encode("utf-8")))


def read_names(found: x509.SubjectAlternativeName | None) -> Names:
    """The names of the extension; none without one."""
    kinds: dict[str, list[str]] = {"dns": [], "srv": [], "xmpp": [], "other": []}
    for name in found or ():
        kind, text = _name(name)
        kinds[kind].append(plain(text))
    return Names(**{kind: tuple(dict.fromkeys(names)) for kind, names in kinds.items()})


def _name(name: x509.GeneralName) -> tuple[str, str]:
    """The kind of an alternative name, as the fields of Names, and its text."""
    match name:
        case x509.DNSName():
            return "dns", name.value.lower()
        case x509.OtherName():
            return _other_name(name)
        case x509.DirectoryName():
            return "other", f"directory:{name.value.rfc4514_string()}"
        case x509.RegisteredID():
            return "other", f"id:{name.value.dotted_string}"
        case x509.IPAddress():
            return "other", f"ip:{name.value}"
        case x509.RFC822Name():
            return "other", f"email:{name.value}"
    return "other", f"uri:{name.value}"


def _other_name(name: x509.OtherName) -> tuple[str, str]:
    with suppress(asn1.Malformed):
        if name.type_id == SRV_NAME:
            return "srv", asn1.text(name.value, asn1.IA5_STRING, "ascii").lower()
        if name.type_id == XMPP_ADDRESS:
            return "xmpp", asn1.text(name.value, asn1.UTF8_STRING, "utf-8")
    return "other", f"{name.type_id.dotted_string}:{name.value[:64].hex()}"
