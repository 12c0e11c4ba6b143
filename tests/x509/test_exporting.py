"""What leaves is read by openssl and by ourselves, and no key leaves without a password."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from federation.x509.chains import choose_leaf
from federation.x509.exporting import (
    file_name,
    pem_bundle,
    pem_bundle_with_key,
    pfx,
    server_key,
)
from federation.x509.findings import Refusal, Refused
from federation.x509.keys import private_octets
from federation.x509.reading import Contents, read
from tests.x509.authority import openssl

if TYPE_CHECKING:
    from pathlib import Path

    from federation.x509.facts import Certificate
    from federation.x509.keys import PrivateKey
    from tests.x509.conftest import Chain

PASSWORD = "un mot de passe très long €"


@pytest.fixture
def exported(chain: Chain) -> tuple[Certificate, list[Certificate], PrivateKey]:
    """A leaf, its chain, its key."""
    contents = read([chain.leaf, chain.middle.pem, chain.key])
    assert contents.key is not None
    leaf = choose_leaf(contents.certificates)
    return leaf, [each for each in contents.certificates if each != leaf], contents.key


Exported = tuple["Certificate", list["Certificate"], "PrivateKey"]


def same(contents: Contents, exported: Exported) -> bool:
    leaf, served, key = exported
    return (
        contents.certificates == [leaf, *served]
        and contents.key is not None
        and private_octets(contents.key) == private_octets(key)
    )


def test_a_bundle_holds_leaf_and_chain_and_no_key(exported: Exported) -> None:
    leaf, served, _key = exported
    bundle = pem_bundle(leaf, served)
    assert b"PRIVATE" not in bundle
    assert read([bundle]).certificates == [leaf, *served]
    assert read([bundle]).key is None


def test_a_bundle_with_its_key_opens_with_the_password_alone(exported: Exported, tmp_path: Path) -> None:
    leaf, served, key = exported
    bundle = pem_bundle_with_key(leaf, served, key, PASSWORD)
    assert b"BEGIN ENCRYPTED PRIVATE KEY" in bundle
    assert same(read([bundle], password=PASSWORD), exported)
    (tmp_path / "password").write_text(PASSWORD)
    shown = openssl("pkey", "-outform", "DER", "-passin", f"file:{tmp_path / 'password'}", given=bundle)
    assert shown == openssl("pkey", "-outform", "DER", given=server_key(key))


def test_a_pfx_is_read_by_openssl_and_by_ourselves(exported: Exported, tmp_path: Path) -> None:
    leaf, served, key = exported
    made = pfx(leaf, served, key, PASSWORD, "Federation gateway")
    assert same(read([made], password=PASSWORD), exported)
    (tmp_path / "pfx").write_bytes(made)
    shown = openssl("pkcs12", "-in", str(tmp_path / "pfx"), "-passin", f"pass:{PASSWORD}", "-nodes")
    assert b"friendlyName: Federation gateway" in shown
    assert shown.count(b"BEGIN CERTIFICATE") == 2
    assert same(read([shown]), exported)
    assert private_octets(key) not in made


@pytest.mark.parametrize("password", ["", "short", "eleven char"])
def test_no_key_leaves_without_a_long_password(password: str, exported: Exported) -> None:
    leaf, served, key = exported
    with pytest.raises(Refused) as caught:
        pem_bundle_with_key(leaf, served, key, password)
    assert (caught.value.code, caught.value.params) == (Refusal.PASSWORD_SHORT, {"least": 12})
    with pytest.raises(Refused) as caught:
        pfx(leaf, served, key, password, "")
    assert caught.value.code is Refusal.PASSWORD_SHORT
    with pytest.raises(Refused) as caught:
        pfx(leaf, served, key, "\udcff" * 12, "")
    assert caught.value.code is Refusal.PASSWORD_CHARACTER


@pytest.mark.parametrize("password", ["x" * 1024, "é" * 512])
def test_a_password_that_openssl_cannot_take_is_refused(password: str, exported: Exported) -> None:
    leaf, served, key = exported
    with pytest.raises(Refused) as caught:
        pem_bundle_with_key(leaf, served, key, password)
    assert (caught.value.code, caught.value.params) == (Refusal.PASSWORD_LONG, {"limit": 1023})
    with pytest.raises(Refused) as caught:
        pfx(leaf, served, key, password, "")
    assert caught.value.code is Refusal.PASSWORD_LONG


@pytest.mark.parametrize("password", ["x" * 1023, "é" * 511])
def test_the_longest_password_opens_what_it_protects(password: str, exported: Exported) -> None:
    leaf, served, key = exported
    for made in (pem_bundle_with_key(leaf, served, key, password), pfx(leaf, served, key, password, "")):
        assert same(read([made], password=password), exported)


@pytest.mark.parametrize(
    "subject, name",
    [
        ("/CN=sip.contoso.com", "sip.contoso.com-20890101.pfx"),
        ("/CN=SIP.Contoso.com", "sip.contoso.com-20890101.pfx"),
        ("/CN=*.contoso.com", "wildcard.contoso.com-20890101.pfx"),
        ("/CN=..\\/..\\/etc\\/passwd", "etc-passwd-20890101.pfx"),
        ("/CN=con", "certificate-con-20890101.pfx"),
        ("/CN=LPT1.contoso.com", "certificate-lpt1.contoso.com-20890101.pfx"),
        ("/CN=é\u202e\n", "certificate-20890101.pfx"),
        ("/O=Contoso, Limited", "o-contoso-limited-20890101.pfx"),
    ],
)
def test_a_file_gets_a_name_that_every_system_takes(subject: str, name: str, chain: Chain) -> None:
    pem, _key = chain.middle.issue(subject=subject)
    assert file_name(read([pem]).certificates[0], "pfx") == name


@given(st.text(min_size=12, max_size=40))
def test_any_long_password_opens_what_it_closed(exported_once: Exported, password: str) -> None:
    leaf, served, key = exported_once
    bundle = pem_bundle_with_key(leaf, served, key, password)
    assert same(read([bundle], password=password), exported_once)


@pytest.fixture(scope="session")
def exported_once(chain: Chain) -> Exported:
    """The same for hypothesis, which wants it made once."""
    contents = read([chain.leaf, chain.middle.pem, chain.key])
    assert contents.key is not None
    return contents.certificates[0], contents.certificates[1:], contents.key
