"""A request asks for what a gateway needs, openssl agrees, and a wrong one cannot be made."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from federation.x509.countries import COUNTRIES
from federation.x509.facts import CLIENT_USAGE, SERVER_USAGE, Certificate, read_certificate
from federation.x509.findings import Code, Refusal, Refused, Severity
from federation.x509.keys import KeyKind, private_octets, public_octets
from federation.x509.reading import read
from federation.x509.requests import Plan, build, dns_names, examine, renewal
from tests.x509.authority import IDENTIFIERS, der, openssl

if TYPE_CHECKING:
    from tests.x509.conftest import Chain

PLAN = Plan(
    gateway="sip.contoso.com",
    domains=("contoso.com", "corp.contoso.com"),
    others=("webcon.contoso.com",),
    key=KeyKind.ECDSA_P256,
    organization="Contoso",
    unit="Messaging",
    locality="Besançon",
    state="Doubs",
    country="fr",
)
LOCAL = ("contoso.com", "corp.contoso.com")


def codes(plan: Plan, *local: str) -> dict[Code, Severity]:
    return {finding.code: finding.severity for finding in examine(plan, local or LOCAL)}


def issued(plan: Plan, chain: Chain) -> Certificate:
    """The certificate an authority makes when it grants what is asked."""
    return read_certificate(der(chain.middle.sign(build(plan).pem.encode(), extensions=IDENTIFIERS)))


def test_openssl_verifies_a_request_and_reads_what_it_asks_for() -> None:
    made = build(PLAN)
    assert b"verify OK" in said_by_openssl("req", "-verify", "-noout", given=made.pem.encode())
    text = openssl(
        "req", "-noout", "-text", "-nameopt", "utf8,sep_comma_plus", given=made.pem.encode()
    ).decode()
    assert "C=FR,ST=Doubs,L=Besançon,O=Contoso,OU=Messaging,CN=sip.contoso.com" in text
    assert "DNS:sip.contoso.com, DNS:contoso.com, DNS:corp.contoso.com, DNS:webcon.contoso.com" in text
    assert "TLS Web Server Authentication, TLS Web Client Authentication" in text
    assert "othername" not in text
    assert openssl("req", "-outform", "DER", given=made.pem.encode()) == made.der


def said_by_openssl(*arguments: str, given: bytes) -> bytes:
    done = subprocess.run(["openssl", *arguments], input=given, capture_output=True, check=True)
    return done.stdout + done.stderr


@pytest.mark.parametrize(
    "kind, text",
    [
        (KeyKind.RSA_2048, "Public-Key: (2048 bit)"),
        (KeyKind.RSA_3072, "Public-Key: (3072 bit)"),
        (KeyKind.RSA_4096, "Public-Key: (4096 bit)"),
        (KeyKind.ECDSA_P256, "NIST CURVE: P-256"),
        (KeyKind.ECDSA_P384, "NIST CURVE: P-384"),
    ],
)
def test_each_kind_of_key_makes_a_request_that_verifies(kind: KeyKind, text: str) -> None:
    made = build(Plan(gateway="sip.contoso.com", key=kind))
    assert b"verify OK" in said_by_openssl("req", "-verify", "-noout", given=made.pem.encode())
    assert text in openssl("req", "-text", "-noout", given=made.pem.encode()).decode()
    assert public_octets(made.key) == made.public
    openssl("pkey", "-inform", "DER", "-check", "-noout", given=private_octets(made.key))


def test_an_authority_grants_what_was_asked(chain: Chain) -> None:
    certificate = issued(PLAN, chain)
    assert certificate.names.dns == dns_names(PLAN)
    assert certificate.allows(SERVER_USAGE)
    assert certificate.allows(CLIENT_USAGE)
    assert certificate.signs_handshakes
    assert not certificate.names.srv
    assert not certificate.names.xmpp


def test_other_names_are_asked_for_only_on_request_and_for_domains_alone(chain: Chain) -> None:
    plan = Plan(
        gateway="sip.contoso.com",
        domains=("contoso.com", "bücher.example"),
        key=KeyKind.ECDSA_P256,
        srv_names=True,
        xmpp_addresses=True,
    )
    assert codes(plan, "contoso.com") == {Code.XMPP_ADDRESS: Severity.WARNING}
    text = openssl("req", "-text", "-noout", given=build(plan).pem.encode()).decode()
    assert text.count("SRVName") == 2
    assert text.count("XmppAddr") == 2
    certificate = issued(plan, chain)
    assert certificate.names.srv == ("_xmpp-server.contoso.com", "_xmpp-server.xn--bcher-kva.example")
    assert certificate.names.xmpp == ("contoso.com", "bücher.example")


def test_international_names_are_asked_for_in_their_ascii_form() -> None:
    made = build(Plan(gateway="SIP.Bücher.Example", domains=("bücher.example",), key=KeyKind.ECDSA_P256))
    assert made.dns_names == ("sip.xn--bcher-kva.example", "xn--bcher-kva.example")
    assert b"CN = sip.xn--bcher-kva.example" in openssl("req", "-subject", "-noout", given=made.pem.encode())


def test_a_local_domain_that_would_not_be_covered_is_told() -> None:
    found = [finding for finding in examine(PLAN, (*LOCAL, "finance.contoso.com")) if finding.params]
    assert [(finding.code, finding.params) for finding in found] == [
        (Code.DOMAIN_UNREQUESTED, {"domain": "finance.contoso.com"})
    ]
    assert codes(Plan(gateway="contoso.com"), "contoso.com") == {}


def test_an_organisation_without_a_domain_is_told_so() -> None:
    assert [(finding.code, finding.severity) for finding in examine(Plan(gateway="sip.contoso.com"), ())] == [
        (Code.NO_LOCAL_DOMAIN, Severity.WARNING)
    ]
    assert build(Plan(gateway="sip.contoso.com", key=KeyKind.ECDSA_P256)).dns_names == ("sip.contoso.com",)


@pytest.mark.parametrize(
    "plan, code",
    [
        (Plan(gateway="*.contoso.com"), Code.WILDCARD_REFUSED),
        (Plan(gateway="sip.contoso.com", domains=("*.contoso.com",)), Code.WILDCARD_REFUSED),
        (Plan(gateway=""), Code.NAME_REFUSED),
        (Plan(gateway="sip"), Code.NAME_REFUSED),
        (Plan(gateway="192.0.2.1"), Code.NAME_REFUSED),
        (Plan(gateway="sip.contoso.com", others=("user@contoso.com",)), Code.NAME_REFUSED),
        (Plan(gateway="sip.contoso.com", organization="C" * 65), Code.FIELD_TOO_LONG),
        (Plan(gateway="sip.contoso.com", state="S" * 129), Code.FIELD_TOO_LONG),
        (Plan(gateway="sip.contoso.com", unit="a\nb"), Code.FIELD_CHARACTER),
        (Plan(gateway="sip.contoso.com", country="UK"), Code.COUNTRY_UNKNOWN),
        (Plan(gateway="sip.contoso.com", country="France"), Code.COUNTRY_UNKNOWN),
    ],
)
def test_a_wrong_request_cannot_be_made(plan: Plan, code: Code) -> None:
    assert codes(plan, "contoso.com")[code] is Severity.ERROR
    with pytest.raises(Refused) as caught:
        build(plan)
    assert caught.value.code is Refusal.PLAN_REFUSED
    assert code.value in str(caught.value.params["codes"])


def test_a_gateway_with_a_name_too_long_for_a_subject_gets_none() -> None:
    name = f"{'a' * 60}.contoso.com"
    plan = Plan(gateway=name, key=KeyKind.ECDSA_P256)
    assert codes(plan, name) == {Code.COMMON_NAME_OMITTED: Severity.INFO}
    text = openssl("req", "-text", "-noout", given=build(plan).pem.encode()).decode()
    assert "Subject: \n" in text
    assert "X509v3 Subject Alternative Name: critical" in text


def test_a_request_for_two_hundred_names_can_be_made_and_is_warned_of(chain: Chain) -> None:
    plan = Plan(gateway="sip.contoso.com", others=tuple(f"h{n}.contoso.com" for n in range(199)))
    assert codes(plan, "sip.contoso.com") == {Code.TOO_MANY_NAMES: Severity.WARNING}
    assert len(issued(plan, chain).names.dns) == 200


def test_renewing_asks_for_the_same_again(chain: Chain) -> None:
    plan = Plan(**{**vars(PLAN), "srv_names": True, "country": "FR", "key": KeyKind.ECDSA_P384})
    again = renewal(issued(plan, chain), LOCAL)
    assert again == plan
    from_elsewhere, _key = chain.middle.issue(
        "DNS:*.contoso.com", "DNS:a.example", subject="/CN=*.contoso.com"
    )
    (certificate,) = read([from_elsewhere]).certificates
    assert renewal(certificate, LOCAL) == Plan(gateway="a.example", key=KeyKind.ECDSA_P256)


def test_a_request_shows_no_key() -> None:
    made = build(PLAN)
    assert "key" not in repr(made)
    assert "PRIVATE" not in f"{made}"


@settings(max_examples=200)
@given(st.text(max_size=70), st.text(max_size=70), st.sampled_from([*COUNTRIES, "", "xx"]))
def test_what_is_not_refused_can_be_made(name: str, organization: str, country: str) -> None:
    plan = Plan(gateway=name, organization=organization, country=country, key=KeyKind.ECDSA_P256)
    if all(finding.severity is not Severity.ERROR for finding in examine(plan, ())):
        assert build(plan).dns_names
    else:
        with pytest.raises(Refused):
            build(plan)


@settings(max_examples=100)
@given(st.text(max_size=64), st.text(max_size=128))
def test_whatever_is_typed_into_the_fields_is_refused_or_asked_for(organization: str, locality: str) -> None:
    plan = Plan(
        gateway="sip.contoso.com", organization=organization, locality=locality, key=KeyKind.ECDSA_P256
    )
    if not examine(plan, ()):
        assert build(plan).pem
