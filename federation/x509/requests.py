"""Requests for a certificate (PKCS#10, RFC 2986): the plan, what to say of it, the making. Pure Python.

The certificate of an XMPP gateway names the gateway and, which Lync's administrators forgot, each local XMPP
domain bare (lync-reference.md, 5.1; RFC 6120, 13.7.1.2). It asks for both usages: a gateway is a server when
partners dial in, and a client with the same certificate when it dials out with SASL EXTERNAL (XEP-0178).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from federation.topology.names import Code as NameCode
from federation.topology.names import NameRefused
from federation.topology.names import domain as stored_domain
from federation.x509.altnames import srv_name, xmpp_address
from federation.x509.countries import COUNTRIES
from federation.x509.findings import (
    Code,
    Finding,
    Refusal,
    Refused,
    Severity,
    error,
    in_order,
    info,
    warning,
)
from federation.x509.keys import DEFAULT_KIND, KeyKind, PrivateKey, make_key, public_octets

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from federation.x509.facts import Certificate

#: Of RFC 5280, appendix A.1, in characters; from the general to the special, as a subject is written.
LONGEST_COMMON_NAME = 64
FIELDS = {
    "state": (NameOID.STATE_OR_PROVINCE_NAME, 128),
    "locality": (NameOID.LOCALITY_NAME, 128),
    "organization": (NameOID.ORGANIZATION_NAME, 64),
    "unit": (NameOID.ORGANIZATIONAL_UNIT_NAME, 64),
}
#: Public authorities issue no certificate with more.
MOST_NAMES = 100


@dataclass(frozen=True)
class Plan:
    """What a request will ask for, as typed: domains in any form, blanks around fields."""

    gateway: str  # the FQDN partners find in the DNS: subject and first alternative name
    domains: tuple[str, ...] = ()  # the local XMPP domains it speaks for
    others: tuple[str, ...] = ()  # further host names
    key: KeyKind = DEFAULT_KIND
    organization: str = ""
    unit: str = ""
    locality: str = ""
    state: str = ""
    country: str = ""
    srv_names: bool = False  # an SRVName for each domain as well
    xmpp_addresses: bool = False  # an id-on-xmppAddr for each domain as well


@dataclass(frozen=True)
class Request:
    """A request that was made, and the key that stays behind."""

    der: bytes = field(repr=False)
    pem: str = field(repr=False)
    dns_names: tuple[str, ...]
    public: bytes = field(repr=False)  # SubjectPublicKeyInfo: finds the request a certificate answers
    key: PrivateKey = field(repr=False)


def examine(plan: Plan, local_domains: Collection[str]) -> tuple[Finding, ...]:
    """All there is to say about a plan; ``local_domains`` in stored form are what should be covered."""
    return in_order((*_about_names(plan, local_domains), *_about_fields(plan)))


def dns_names(plan: Plan) -> tuple[str, ...]:
    """The dNSNames the certificate will have, in stored form, the gateway first; raises NameRefused."""
    typed = (plan.gateway, *plan.domains, *plan.others)
    return tuple(dict.fromkeys(stored_domain(name) for name in typed))


def build(plan: Plan) -> Request:
    """Make a key and the request signed by it; raises Refused(PLAN_REFUSED) where examine() finds errors."""
    errors = [finding.code for finding in examine(plan, ()) if finding.severity is Severity.ERROR]
    if errors:
        raise Refused(Refusal.PLAN_REFUSED, codes=",".join(errors))
    key = make_key(plan.key)
    builder = x509.CertificateSigningRequestBuilder().subject_name(_subject(plan))
    for extension, critical in _extensions(plan, key):
        builder = builder.add_extension(extension, critical=critical)
    curve_384 = isinstance(key, ec.EllipticCurvePrivateKey) and isinstance(key.curve, ec.SECP384R1)
    made = builder.sign(key, hashes.SHA384() if curve_384 else hashes.SHA256())
    return Request(
        der=made.public_bytes(Encoding.DER),
        pem=made.public_bytes(Encoding.PEM).decode("ascii"),
        dns_names=dns_names(plan),
        public=public_octets(key),
        key=key,
    )


def renewal(certificate: Certificate, local_domains: Collection[str]) -> Plan:
    """A plan that asks for what ``certificate`` has, as far as a plan may ask for it."""
    names = [name for name in certificate.names.dns if "*" not in name]
    common_name = certificate.common_name.lower()
    gateway = common_name if common_name in names else next(iter(names), "")
    subject = certificate.loaded.subject
    fields = {
        name: str(found[0].value)
        for name, (oid, _limit) in (*FIELDS.items(), ("country", (NameOID.COUNTRY_NAME, 2)))
        if (found := subject.get_attributes_for_oid(oid))
    }
    return Plan(
        gateway=gateway,
        domains=tuple(name for name in names if name in local_domains),
        others=tuple(name for name in names if name not in local_domains and name != gateway),
        key=_same_kind(certificate),
        srv_names=bool(certificate.names.srv),
        xmpp_addresses=bool(certificate.names.xmpp),
        **fields,
    )


def _same_kind(certificate: Certificate) -> KeyKind:
    """The kind of the certificate's key; the nearest that is at least as strong."""
    key = certificate.key
    if key.kind == "ECDSA":
        return KeyKind.ECDSA_P256 if key.bits <= 256 else KeyKind.ECDSA_P384
    kinds = ((2048, KeyKind.RSA_2048), (3072, KeyKind.RSA_3072))
    return next((kind for bits, kind in kinds if key.bits <= bits), KeyKind.RSA_4096)


def _about_names(plan: Plan, local_domains: Collection[str]) -> Iterator[Finding]:
    wanted = set()
    for name in (plan.gateway, *plan.domains, *plan.others):
        try:
            wanted.add(stored_domain(name))
        except NameRefused as refused:
            if refused.code is NameCode.WILDCARD:
                yield error(Code.WILDCARD_REFUSED, name=name)
            else:
                yield error(Code.NAME_REFUSED, name=name, why=refused.code.value, **_prefixed(refused))
    if not local_domains:
        yield warning(Code.NO_LOCAL_DOMAIN)
    for domain in local_domains:
        if domain not in wanted:
            yield warning(Code.DOMAIN_UNREQUESTED, domain=domain)
    if len(wanted) > MOST_NAMES:
        yield warning(Code.TOO_MANY_NAMES, count=len(wanted), limit=MOST_NAMES)
    if plan.xmpp_addresses:
        yield warning(Code.XMPP_ADDRESS, names=", ".join(_good(plan.domains)))
    for gateway in _good([plan.gateway]):
        if len(gateway) > LONGEST_COMMON_NAME:
            yield info(Code.COMMON_NAME_OMITTED, name=gateway, limit=LONGEST_COMMON_NAME)


def _prefixed(refused: NameRefused) -> dict[str, str | int]:
    """The parameters of a refusal that do not hide ours."""
    return {key: value for key, value in refused.params.items() if key not in {"name", "why"}}


def _about_fields(plan: Plan) -> Iterator[Finding]:
    for name, (_oid, limit) in FIELDS.items():
        value = getattr(plan, name).strip()
        if len(value) > limit:
            yield error(Code.FIELD_TOO_LONG, field=name, limit=limit)
        for letter in value:
            if not letter.isprintable():
                yield error(Code.FIELD_CHARACTER, field=name, codepoint=f"U+{ord(letter):04X}")
                break
    if plan.unit.strip():
        yield info(Code.UNIT_IGNORED)
    if plan.country and plan.country.strip().upper() not in COUNTRIES:
        yield error(Code.COUNTRY_UNKNOWN, country=plan.country)


def _good(names: Iterable[str]) -> list[str]:
    """The names that are domains, in stored form."""
    found = []
    for name in names:
        try:
            found.append(stored_domain(name))
        except NameRefused:
            continue
    return found


def _subject(plan: Plan) -> x509.Name:
    """Country, FIELDS, common name."""
    country, gateway = plan.country.strip().upper(), dns_names(plan)[0]
    attributes = [(NameOID.COUNTRY_NAME, country)]
    attributes += [(FIELDS[name][0], getattr(plan, name).strip()) for name in FIELDS]
    attributes += [(NameOID.COMMON_NAME, gateway if len(gateway) <= LONGEST_COMMON_NAME else "")]
    return x509.Name([x509.NameAttribute(oid, value) for oid, value in attributes if value])


def _extensions(plan: Plan, key: PrivateKey) -> Iterator[tuple[x509.ExtensionType, bool]]:
    """What is asked for, each with whether it is critical (RFC 5280, 4.2.1)."""
    domains = tuple(dict.fromkeys(stored_domain(name) for name in plan.domains))
    names: list[x509.GeneralName] = [x509.DNSName(name) for name in dns_names(plan)]
    names += [srv_name(domain) for domain in domains if plan.srv_names]
    names += [xmpp_address(domain) for domain in domains if plan.xmpp_addresses]
    yield x509.SubjectAlternativeName(names), not list(_subject(plan))
    yield _key_usage(for_rsa=isinstance(key, rsa.RSAPrivateKey)), True
    yield x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]), False


def _key_usage(*, for_rsa: bool) -> x509.KeyUsage:
    """Signing a handshake; with RSA also the key exchange of servers that know no better."""
    return x509.KeyUsage(
        digital_signature=True,
        key_encipherment=for_rsa,
        content_commitment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
