"""A certificate that will not work is told from one that will, and openssl agrees about chains."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from federation.x509.chains import choose_leaf
from federation.x509.checking import Report, check
from federation.x509.findings import Code, Refusal, Refused, Severity, worst
from federation.x509.keys import public_octets
from federation.x509.reading import read
from tests.x509.authority import LEAF, Authority, accepts, make_request, openssl

if TYPE_CHECKING:
    from federation.x509.facts import Certificate
    from tests.x509.conftest import Chain

NOW = datetime(2040, 1, 1, 12, tzinfo=UTC)
LOCAL = ("contoso.com", "corp.contoso.com")
NAMES = ("DNS:sip.contoso.com", "DNS:contoso.com", "DNS:corp.contoso.com")
ERROR, WARNING, INFO = Severity


def certificates(*files: bytes) -> list[Certificate]:
    return read(files).certificates if files else []


def looked_at(
    leaf: bytes,
    *others: bytes,
    chain: Chain,
    trusted: list[bytes] | None = None,
    now: datetime = NOW,
    local: tuple[str, ...] = LOCAL,
    public: bytes | None = None,
    in_use: bool = False,
) -> Report:
    """A leaf, checked with the authorities it came with; the root of ``chain`` is trusted."""
    (certificate,) = certificates(leaf)
    return check(
        certificate,
        now=now,
        others=certificates(*others),
        trusted=certificates(*([chain.root.pem] if trusted is None else trusted)),
        public=public,
        local_domains=local,
        in_use=in_use,
    )


def codes(report: Report) -> dict[Code, Severity]:
    """The findings without what is said of every certificate of these tests: that they live long."""
    return {found.code: found.severity for found in report.findings if found.code is not Code.LIFETIME_LONG}


def params(report: Report, code: Code) -> dict[str, str | int]:
    (found,) = (found for found in report.findings if found.code is code)
    return dict(found.params)


def test_nothing_is_wrong_with_a_good_certificate(chain: Chain) -> None:
    (key,) = [read([chain.leaf, chain.key]).key]
    assert key is not None
    report = looked_at(chain.leaf, chain.middle.pem, chain=chain, public=public_octets(key))
    assert codes(report) == {}
    assert [each.title for each in report.served] == ["Contoso Issuing"]
    assert worst(report.findings) is INFO


def test_an_organisation_without_a_domain_is_told_so(chain: Chain) -> None:
    report = looked_at(chain.leaf, chain.middle.pem, chain=chain, local=())
    assert codes(report) == {Code.NO_LOCAL_DOMAIN: WARNING}


def test_a_key_that_does_not_match_is_an_error(chain: Chain) -> None:
    (_leaf, other_key) = chain.middle.issue(*NAMES)
    key = read([chain.leaf, other_key]).key
    assert key is not None
    report = looked_at(chain.leaf, chain.middle.pem, chain=chain, public=public_octets(key))
    assert codes(report) == {Code.KEY_MISMATCH: ERROR}


# Names.


@pytest.mark.parametrize(
    "names, expected",
    [
        (("DNS:contoso.com", "DNS:corp.contoso.com"), {}),
        (("DNS:CONTOSO.com", "DNS:Corp.Contoso.com"), {}),
        (("DNS:contoso.com",), {Code.DOMAIN_UNCOVERED: WARNING}),
        (("DNS:sip.contoso.com",), {Code.DOMAIN_UNCOVERED: ERROR}),
        (("DNS:contoso.com", "DNS:*.contoso.com"), {Code.DOMAIN_BY_WILDCARD: WARNING}),
        (("DNS:*.contoso.com",), {Code.DOMAIN_UNCOVERED: WARNING, Code.DOMAIN_BY_WILDCARD: WARNING}),
        (
            ("DNS:contoso.com", "otherName:1.3.6.1.5.5.7.8.7;IA5STRING:_xmpp-server.corp.contoso.com"),
            {Code.DOMAIN_BY_OTHER_NAME: WARNING},
        ),
        (
            ("DNS:contoso.com", "otherName:1.3.6.1.5.5.7.8.5;UTF8:corp.contoso.com"),
            {Code.DOMAIN_BY_OTHER_NAME: WARNING, Code.XMPP_ADDRESS: WARNING},
        ),
        ((), {Code.NO_NAMES: ERROR}),
    ],
)
def test_each_local_domain_must_be_covered(
    names: tuple[str, ...], expected: dict[Code, Severity], chain: Chain
) -> None:
    leaf, _key = chain.middle.issue(*names, subject="/CN=contoso.com")
    assert codes(looked_at(leaf, chain.middle.pem, chain=chain)) == expected


def test_the_domain_that_is_not_covered_is_named(chain: Chain) -> None:
    report = looked_at(
        chain.leaf, chain.middle.pem, chain=chain, local=("contoso.com", "xn--bcher-kva.example")
    )
    assert params(report, Code.DOMAIN_UNCOVERED) == {"domain": "xn--bcher-kva.example"}


# Dates.


@pytest.mark.parametrize(
    "now, in_use, expected",
    [
        (datetime(2026, 1, 31, tzinfo=UTC), False, (Code.NOT_YET_VALID, WARNING, 1)),
        (datetime(2026, 1, 30, tzinfo=UTC), True, (Code.NOT_YET_VALID, ERROR, 2)),
        (datetime(2026, 4, 29, tzinfo=UTC), False, (Code.ENDS_SOON, WARNING, 2)),
        (datetime(2026, 5, 5, tzinfo=UTC), False, (Code.EXPIRED, ERROR, 3)),
    ],
)
def test_dates_are_told_in_days(
    now: datetime, in_use: bool, expected: tuple[Code, Severity, int], chain: Chain
) -> None:
    leaf, _key = chain.middle.issue(*NAMES, starts="20260201000000Z", ends="20260501235959Z")
    report = looked_at(leaf, chain.middle.pem, chain=chain, now=now, in_use=in_use)
    (found,) = report.findings
    assert (found.code, found.severity, found.params["days"]) == expected


def test_soon_is_a_third_of_a_short_life(chain: Chain) -> None:
    leaf, _key = chain.middle.issue(*NAMES, starts="20260201000000Z", ends="20260320000000Z")  # 47 days
    start = datetime(2026, 2, 1, tzinfo=UTC)
    assert codes(looked_at(leaf, chain.middle.pem, chain=chain, now=start + timedelta(days=31))) == {}
    report = looked_at(leaf, chain.middle.pem, chain=chain, now=start + timedelta(days=32))
    assert codes(report) == {Code.ENDS_SOON: WARNING}


@pytest.mark.parametrize(
    "starts, ends, limit",
    [
        ("20260101000000Z", "20270203000000Z", None),
        ("20260101000000Z", "20270205000000Z", 398),
        ("20260401000000Z", "20270203000000Z", 200),
        ("20270401000000Z", "20270901000000Z", 100),
        ("20290401000000Z", "20290518000000Z", None),
        ("20290401000000Z", "20290519000000Z", 47),
    ],
)
def test_a_life_longer_than_public_authorities_give_is_only_told(
    starts: str, ends: str, limit: int | None, chain: Chain
) -> None:
    leaf, _key = chain.middle.issue(*NAMES, starts=starts, ends=ends)
    now = datetime.strptime(starts, "%Y%m%d%H%M%S%z")
    found = looked_at(leaf, chain.middle.pem, chain=chain, now=now).findings
    assert [(each.code, each.severity, each.params["limit"]) for each in found] == (
        [(Code.LIFETIME_LONG, INFO, limit)] if limit else []
    )


# Strength and form.


@pytest.mark.parametrize(
    "options, expected",
    [
        ({"key": ("-newkey", "rsa:1024")}, {Code.KEY_WEAK: ERROR}),
        ({"key": ("-newkey", "rsa:2048")}, {}),
        ({"key": ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime192v1")}, {Code.KEY_WEAK: ERROR}),
        ({"key": ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:secp256k1")}, {Code.KEY_KIND: ERROR}),
        ({"key": ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-384")}, {}),
        ({"key": ("-newkey", "ed25519")}, {Code.KEY_KIND: ERROR}),
        ({"digest": "sha1"}, {Code.SIGNATURE_WEAK: ERROR}),
        (
            {"extensions": LEAF.replace("serverAuth,clientAuth", "serverAuth")},
            {Code.NO_CLIENT_USAGE: WARNING},
        ),
        ({"extensions": LEAF.replace("serverAuth,clientAuth", "clientAuth")}, {Code.NO_SERVER_USAGE: ERROR}),
        ({"extensions": LEAF.replace("serverAuth,clientAuth", "anyExtendedKeyUsage")}, {}),
        ({"extensions": LEAF.replace("extendedKeyUsage=serverAuth,clientAuth\n", "")}, {}),
        (
            {"extensions": LEAF.replace("digitalSignature", "keyEncipherment")},
            {Code.NO_SIGNATURE_USAGE: WARNING},
        ),
        ({"extensions": LEAF.replace("CA:FALSE", "CA:TRUE")}, {Code.LEAF_IS_AUTHORITY: ERROR}),
        ({"extensions": LEAF + "1.2.3.4=critical,ASN1:NULL\n"}, {Code.UNKNOWN_CRITICAL: ERROR}),
        (
            {"extensions": LEAF + "1.3.6.1.4.1.11129.2.4.3=critical,ASN1:NULL\n"},
            {Code.UNKNOWN_CRITICAL: ERROR},
        ),
        ({"extensions": LEAF + "1.2.3.4=ASN1:NULL\n"}, {}),
        ({"extensions": LEAF + "tlsfeature=status_request\n"}, {Code.MUST_STAPLE: WARNING}),
    ],
)
def test_strength_and_form(options: dict[str, Any], expected: dict[Code, Severity], chain: Chain) -> None:
    leaf, _key = chain.middle.issue(*NAMES, **options)
    assert codes(looked_at(leaf, chain.middle.pem, chain=chain)) == expected


def test_an_md5_signature_is_weak(chain: Chain) -> None:
    old = Authority(chain.folder, "MD5 Root", key=("-newkey", "rsa:2048"), digest="md5")
    leaf, _key = old.issue(*NAMES, digest="md5")
    report = looked_at(leaf, chain=chain, trusted=[old.pem])
    assert codes(report) == {Code.SIGNATURE_WEAK: ERROR}
    assert params(report, Code.SIGNATURE_WEAK) == {"subject": "sip.contoso.com", "hash": "md5"}


@pytest.mark.parametrize("serial", ["0", "-5"])
def test_a_serial_that_is_not_positive_is_an_error(serial: str, chain: Chain) -> None:
    report = looked_at(signed_plainly(chain, "-set_serial", serial), chain=chain, local=())
    assert codes(report)[Code.SERIAL] is ERROR


def test_a_certificate_of_the_first_version_is_an_error(chain: Chain) -> None:
    request, _key = make_request(chain.root.folder, "/CN=contoso.com")
    (chain.folder / "extensionless").write_bytes(b"")
    leaf = openssl(
        *("x509", "-req", "-days", "9999", "-CA", str(chain.root.folder / "authority.pem")),
        *("-CAkey", str(chain.root.folder / "authority.key"), "-CAcreateserial"),
        given=request,
    )
    assert codes(looked_at(leaf, chain=chain, local=())) == {Code.VERSION_OLD: ERROR, Code.NO_NAMES: ERROR}


def signed_plainly(chain: Chain, *options: str) -> bytes:
    """A leaf by ``openssl x509``, which lets every serial pass."""
    request, _key = make_request(chain.root.folder, "/CN=contoso.com")
    (chain.folder / "plain").write_text("subjectAltName=DNS:contoso.com\n")
    return openssl(
        *("x509", "-req", "-days", "9999", "-CA", str(chain.root.folder / "authority.pem")),
        *(
            "-CAkey",
            str(chain.root.folder / "authority.key"),
            "-extfile",
            str(chain.folder / "plain"),
            *options,
        ),
        given=request,
    )


# Which one is meant.


def test_the_leaf_is_found_by_its_key_else_by_who_issued_whom(chain: Chain) -> None:
    contents = read([chain.root.pem, chain.leaf, chain.middle.pem, chain.key])
    assert contents.key is not None
    everything = contents.certificates
    assert choose_leaf(everything).title == "sip.contoso.com"
    assert choose_leaf(everything, public_octets(contents.key)).title == "sip.contoso.com"
    assert choose_leaf(everything, everything[2].key.spki).title == "Contoso Issuing"
    assert choose_leaf([everything[0]]).title == "Contoso Root"


def test_two_leaves_without_a_key_are_refused(chain: Chain) -> None:
    other, _key = chain.middle.issue("DNS:fabrikam.com")
    with pytest.raises(Refused) as caught:
        choose_leaf(certificates(chain.leaf, other, chain.middle.pem))
    assert (caught.value.code, caught.value.params) == (Refusal.SEVERAL_LEAVES, {"count": 2})
    with pytest.raises(Refused):
        choose_leaf([])


def test_of_two_certificates_of_one_key_the_one_that_lives_longer_is_meant(chain: Chain) -> None:
    request, _key = make_request(chain.folder, "/CN=sip.contoso.com")
    older, newer = (chain.middle.sign(request, ends=ends) for ends in ("20260101000000Z", "20270101000000Z"))
    found = certificates(newer, older)
    assert choose_leaf(found, found[0].key.spki) == found[0]
    assert choose_leaf(found[::-1], found[0].key.spki) == found[0]


def test_openssl_accepts_what_is_served(chain: Chain) -> None:
    report = looked_at(chain.leaf, chain.root.pem, chain.middle.pem, chain=chain)
    served = chain.folder / "served"
    served.write_text("".join(each.pem for each in report.served))
    purpose = ("-purpose", "sslserver", "-verify_hostname", "contoso.com")
    command = (
        "verify",
        "-CAfile",
        str(chain.root.folder / "authority.pem"),
        "-untrusted",
        str(served),
        *purpose,
    )
    assert accepts(*command, given=chain.leaf)
