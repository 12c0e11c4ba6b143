"""The facts of a certificate are those that openssl tells."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from federation.x509.altnames import Cover, Names, cover
from federation.x509.facts import Certificate, read_certificate
from federation.x509.findings import Refusal, Refused
from tests.x509.authority import LEAF, der, openssl

if TYPE_CHECKING:
    from tests.x509.conftest import Chain

OTHER_NAMES = (
    "DNS:sip.Contoso.com",
    "DNS:contoso.com",
    "otherName:1.3.6.1.5.5.7.8.7;IA5STRING:_xmpp-server.contoso.com",
    "otherName:1.3.6.1.5.5.7.8.5;FORMAT:UTF8,UTF8:bücher.example",
    "otherName:1.3.6.1.5.5.7.8.5;IA5STRING:wrong.type",
    "IP:192.0.2.1",
    "email:alice@contoso.com",
    "URI:https://contoso.com/",
    "RID:1.2.3.4",
)


def told(pem: bytes, *options: str) -> str:
    """What ``openssl x509`` prints, behind the equals sign."""
    return openssl("x509", "-noout", *options, given=pem).decode().strip().partition("=")[2]


def facts(pem: bytes) -> Certificate:
    return read_certificate(der(pem))


def test_facts_are_those_that_openssl_tells(chain: Chain) -> None:
    pem, _key = chain.middle.issue(
        *OTHER_NAMES,
        subject="/C=FR/O=Société/CN=sip.contoso.com",
        starts="20240229120000Z",
        ends="20240430115959Z",
    )
    found = facts(pem)
    assert found.serial == told(pem, "-serial")
    assert found.sha256 == told(pem, "-fingerprint", "-sha256").replace(":", "")
    assert found.sha1 == told(pem, "-fingerprint", "-sha1").replace(":", "")
    assert found.subject == told(pem, "-subject", "-nameopt", "RFC2253,utf8,-esc_msb")
    assert found.issuer == told(pem, "-issuer", "-nameopt", "RFC2253,utf8")
    assert (found.common_name, found.issuer_common_name) == ("sip.contoso.com", "Contoso Issuing")
    assert found.not_before == datetime(2024, 2, 29, 12, tzinfo=UTC)
    assert found.not_after == datetime(2024, 4, 30, 11, 59, 59, tzinfo=UTC)
    assert found.lifetime.days == 60
    assert found.pem.encode() == pem
    assert (found.key.kind, found.key.bits, found.key.curve) == ("ECDSA", 256, "secp256r1")
    assert found.key.spki == openssl(
        "pkey", "-pubin", "-outform", "DER", given=openssl("x509", "-pubkey", "-noout", given=pem)
    )
    assert found.signature_hash == "sha256"
    assert found.usages == ("serverAuth", "clientAuth")
    assert (found.is_authority, found.is_self_signed, found.version) == (False, False, 3)


def test_names_are_told_apart_by_kind(chain: Chain) -> None:
    pem, _key = chain.middle.issue(*OTHER_NAMES)
    assert facts(pem).names == Names(
        dns=("sip.contoso.com", "contoso.com"),
        srv=("_xmpp-server.contoso.com",),
        xmpp=("bücher.example",),
        other=(
            "1.3.6.1.5.5.7.8.5:160a77726f6e672e74797065",
            "ip:192.0.2.1",
            "email:alice@contoso.com",
            "uri:https://contoso.com/",
            "id:1.2.3.4",
        ),
    )


def test_an_authority_is_told_from_a_leaf(chain: Chain) -> None:
    root, middle = facts(chain.root.pem), facts(chain.middle.pem)
    assert (root.is_authority, root.is_self_signed) == (True, True)
    assert (middle.is_authority, middle.is_self_signed) == (True, False)
    assert middle.usages is None


@pytest.mark.parametrize(
    "kind, expected",
    [
        (("-newkey", "rsa:1024"), ("RSA", 1024, "")),
        (("-newkey", "rsa:3072"), ("RSA", 3072, "")),
        (("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-384"), ("ECDSA", 384, "secp384r1")),
        (("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime192v1"), ("ECDSA", 192, "secp192r1")),
        (("-newkey", "ed25519"), ("Ed25519", 256, "")),
        (("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:secp160r1"), ("", 0, "")),
    ],
)
def test_each_kind_of_key_is_told(
    kind: tuple[str, ...], expected: tuple[str, int, str], chain: Chain
) -> None:
    pem, _key = chain.middle.issue("DNS:contoso.com", key=kind)
    key = facts(pem).key
    assert (key.kind, key.bits, key.curve) == expected


def test_a_strangers_text_cannot_steer_a_terminal(chain: Chain) -> None:
    pem, _key = chain.middle.issue("DNS:a\x1b[31m.example", subject="/CN=\x1b]0;mine\x07\u202eevil")
    found = facts(pem)
    for text in (found.subject, found.common_name, found.title, *found.names.dns, repr(found)):
        assert "\x1b" not in text
        assert "\u202e" not in text


def test_a_certificate_is_equal_to_itself_read_again(chain: Chain) -> None:
    assert facts(chain.leaf) == facts(chain.leaf)
    assert len({facts(chain.leaf), facts(chain.leaf), facts(chain.root.pem)}) == 2


def test_extensions_the_library_cannot_read_are_a_refusal(chain: Chain) -> None:
    for extension in (
        "subjectAltName=DER:30:03:a5:01:00",  # a kind of name nobody uses
        "basicConstraints=DER:04:00",
        "keyUsage=DER:05:00",
    ):
        pem, _key = chain.middle.issue(extensions=extension + "\n")
        with pytest.raises(Refused) as caught:
            facts(pem)
        assert caught.value.code is Refusal.CERTIFICATE_MALFORMED


@pytest.mark.parametrize(
    "names, domain, expected",
    [
        (Names(dns=("contoso.com",)), "contoso.com", Cover.EXACTLY),
        (Names(dns=("sip.contoso.com",)), "contoso.com", Cover.NOT),
        (Names(dns=("contoso.com",)), "corp.contoso.com", Cover.NOT),
        (Names(dns=("*.contoso.com",)), "corp.contoso.com", Cover.BY_WILDCARD),
        (Names(dns=("*.contoso.com",)), "contoso.com", Cover.NOT),
        (Names(dns=("*.contoso.com",)), "a.corp.contoso.com", Cover.NOT),
        (Names(dns=("*.com",)), "contoso.com", Cover.BY_WILDCARD),
        (Names(dns=("c*.contoso.com", "*corp.contoso.com", "*")), "corp.contoso.com", Cover.NOT),
        (Names(srv=("_xmpp-server.contoso.com",)), "contoso.com", Cover.BY_OTHER_NAME),
        (Names(srv=("_xmpp-client.contoso.com",)), "contoso.com", Cover.NOT),
        (Names(srv=("_xmpp-server.*.contoso.com",)), "corp.contoso.com", Cover.NOT),
        (Names(xmpp=("contoso.com",)), "contoso.com", Cover.BY_OTHER_NAME),
        (Names(xmpp=("Bücher.example",)), "xn--bcher-kva.example", Cover.BY_OTHER_NAME),
        (Names(xmpp=("alice@contoso.com", "", "..")), "contoso.com", Cover.NOT),
        (Names(dns=("xn--bcher-kva.example",)), "xn--bcher-kva.example", Cover.EXACTLY),
        (Names(dns=("*.contoso.com", "corp.contoso.com")), "corp.contoso.com", Cover.EXACTLY),
        (Names(other=("ip:192.0.2.1",)), "contoso.com", Cover.NOT),
    ],
)
def test_names_cover_domains_as_rfc_6120_and_9525_say(names: Names, domain: str, expected: Cover) -> None:
    assert cover(names, domain) is expected


def test_leaf_usages_by_number_are_kept(chain: Chain) -> None:
    limited = LEAF.replace("serverAuth,clientAuth", "serverAuth,1.2.3.4")
    pem, _key = chain.middle.issue(extensions=limited)
    assert facts(pem).usages == ("serverAuth", "1.2.3.4")
