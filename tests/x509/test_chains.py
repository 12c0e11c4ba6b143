"""Chains in any order, completed, crossed, broken: openssl verifies what is served; what is wrong is told."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from federation.x509.checking import Report, check
from federation.x509.findings import Code, Severity
from federation.x509.reading import read
from tests.x509.authority import AUTHORITY, IDENTIFIERS, LEAF, Authority, accepts, openssl

if TYPE_CHECKING:
    from pathlib import Path

    from tests.x509.conftest import Chain

NOW = datetime(2040, 1, 1, 12, tzinfo=UTC)
ERROR, WARNING, INFO = Severity
ISSUER = AUTHORITY + IDENTIFIERS


@dataclass
class Case:
    """What came, what is trusted; what should be found, besides the leaf's long life."""

    leaf: bytes
    others: list[bytes] = field(default_factory=list)
    trusted: list[bytes] = field(default_factory=list)

    def report(self) -> Report:
        others = read(self.others).certificates if self.others else []
        trusted = read(self.trusted).certificates if self.trusted else []
        (leaf,) = read([self.leaf]).certificates
        return check(leaf, now=NOW, others=others, trusted=trusted, local_domains=("contoso.com",))

    def codes(self) -> dict[Code, Severity]:
        return {
            each.code: each.severity for each in self.report().findings if each.code is not Code.LIFETIME_LONG
        }

    def params(self, code: Code) -> dict[str, str | int]:
        (found,) = (each for each in self.report().findings if each.code is code)
        return dict(found.params)

    def openssl_accepts(self, folder: Path) -> bool:
        """Whether openssl, trusting the same, accepts leaf and ``served`` at NOW."""
        (folder / "trusted").write_bytes(b"".join(self.trusted))
        (folder / "served").write_text("".join(each.pem for each in self.report().served))
        moment = ("-attime", str(int(NOW.timestamp())), "-no-CApath", "-no-CAstore")
        served = ("-untrusted", str(folder / "served")) if self.report().served else ()
        return accepts("verify", "-CAfile", str(folder / "trusted"), *served, *moment, given=self.leaf)


def leaf_of(issuer: Authority) -> bytes:
    return issuer.issue("DNS:contoso.com")[0]


def served(case: Case) -> list[str]:
    return [each.title for each in case.report().served]


# Paths that are good.


def test_a_chain_in_the_wrong_order_is_sorted(chain: Chain, tmp_path: Path) -> None:
    below = Authority(tmp_path, "Below", chain.middle)
    case = Case(leaf_of(below), [chain.root.pem, chain.middle.pem, below.pem], [chain.root.pem])
    assert case.codes() == {Code.CHAIN_REORDERED: INFO, Code.ROOT_OMITTED: INFO}
    assert served(case) == ["Below", "Contoso Issuing"]
    assert case.openssl_accepts(tmp_path)


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(order=st.permutations(range(4)))
def test_any_order_gives_the_same_chain(order: list[int], crossed: dict[str, Case]) -> None:
    case = crossed["both roots in the file"]
    shuffled = Case(case.leaf, [case.others[place] for place in order], case.trusted)
    assert served(shuffled) == served(case)


def test_a_chain_is_completed_from_the_trusted_authorities(chain: Chain, tmp_path: Path) -> None:
    case = Case(chain.leaf, [], [chain.middle.pem, chain.root.pem])
    assert case.codes() == {Code.CHAIN_COMPLETED: INFO}
    assert case.params(Code.CHAIN_COMPLETED) == {"subject": "Contoso Issuing"}
    assert served(case) == ["Contoso Issuing"]
    assert case.openssl_accepts(tmp_path)


def test_an_authority_that_is_trusted_without_its_root_is_enough(chain: Chain) -> None:
    case = Case(chain.leaf, [], [chain.middle.pem])
    assert case.codes() == {Code.CHAIN_COMPLETED: INFO}
    assert served(case) == ["Contoso Issuing"]


def test_what_is_no_part_of_the_chain_is_told_and_not_served(chain: Chain, tmp_path: Path) -> None:
    stranger = Authority(tmp_path, "Stranger")
    case = Case(chain.leaf, [stranger.pem, chain.middle.pem], [chain.root.pem])
    assert case.codes() == {Code.CHAIN_EXTRA: INFO}
    assert case.params(Code.CHAIN_EXTRA) == {"subject": "Stranger"}
    assert served(case) == ["Contoso Issuing"]


@pytest.mark.parametrize(
    "extensions",
    [
        "basicConstraints=critical,CA:TRUE\n",
        "basicConstraints=CA:TRUE\nsubjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid:always,issuer:always\n",
        ISSUER + "certificatePolicies=1.2.3.4\n",
    ],
)
def test_private_authorities_need_not_follow_the_rules_of_the_web(extensions: str, tmp_path: Path) -> None:
    root = Authority(tmp_path, "Home made", extensions=extensions)
    leaf, _key = root.issue("DNS:contoso.com", extensions=LEAF.replace("keyid", "keyid,issuer"))
    case = Case(leaf, [], [root.pem])
    assert case.codes() == {}
    assert case.openssl_accepts(tmp_path)


# Two roots, one of which signed the other: as when an authority begins anew.


@pytest.fixture(scope="module")
def crossed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Case]:
    """An authority under a new root, which an old root signed too."""
    folder = tmp_path_factory.mktemp("crossed")
    old, new = Authority(folder, "Old Root"), Authority(folder, "New Root")
    cross = old.sign(new.request, extensions=ISSUER)
    ended = old.sign(new.request, extensions=ISSUER, ends="20300101000000Z")
    issuing = Authority(folder, "Issuing", new)
    leaf = leaf_of(issuing)
    return {
        "old root trusted": Case(leaf, [issuing.pem, cross], [old.pem]),
        "new root trusted": Case(leaf, [issuing.pem, cross], [new.pem]),
        "both roots in the file": Case(leaf, [old.pem, cross, new.pem, issuing.pem], [old.pem]),
        "cross ended, new trusted": Case(leaf, [issuing.pem, ended], [new.pem]),
        "cross ended, old trusted": Case(leaf, [issuing.pem, ended], [old.pem]),
        "cross ended and renewed": Case(leaf, [issuing.pem, ended, cross], [old.pem]),
    }


@pytest.mark.parametrize(
    "name, chain_served, expected",
    [
        ("old root trusted", ["Issuing", "New Root"], {}),
        ("new root trusted", ["Issuing"], {Code.CHAIN_EXTRA: INFO}),
        ("cross ended, new trusted", ["Issuing"], {Code.CHAIN_EXTRA: INFO}),
        ("cross ended and renewed", ["Issuing", "New Root"], {Code.CHAIN_EXTRA: INFO}),
        ("cross ended, old trusted", ["Issuing", "New Root"], {Code.AUTHORITY_EXPIRED: ERROR}),
    ],
)
def test_crossed_signatures(
    name: str,
    chain_served: list[str],
    expected: dict[Code, Severity],
    crossed: dict[str, Case],
    tmp_path: Path,
) -> None:
    case = crossed[name]
    codes = case.codes()
    codes.pop(Code.AUTHORITY_ENDS_FIRST, None)
    assert (served(case), codes) == (chain_served, expected)
    assert case.openssl_accepts(tmp_path) is (ERROR not in expected.values())


# Paths that are not.


def test_a_missing_intermediate_is_named_with_where_to_get_it(chain: Chain, tmp_path: Path) -> None:
    access = LEAF + "authorityInfoAccess=caIssuers;URI:http://pki.contoso.com/issuing.crt\n"
    leaf, _key = chain.middle.issue("DNS:contoso.com", extensions=access)
    for others in ([], [chain.root.pem]):
        case = Case(leaf, others, [chain.root.pem])
        assert case.codes()[Code.ISSUER_MISSING] is ERROR
        assert Code.CHAIN_REFUSED not in case.codes()
        assert case.params(Code.ISSUER_MISSING) == {
            "subject": "sip.contoso.com",
            "issuer": "Contoso Issuing",
            "where": "http://pki.contoso.com/issuing.crt",
        }
        assert not case.openssl_accepts(tmp_path)


def test_an_authority_nobody_trusts_is_a_warning(chain: Chain) -> None:
    case = Case(chain.leaf, [chain.middle.pem, chain.root.pem], [])
    assert case.codes() == {Code.AUTHORITY_UNTRUSTED: WARNING, Code.ROOT_OMITTED: INFO}
    assert case.params(Code.AUTHORITY_UNTRUSTED) == {"subject": "Contoso Root"}
    assert served(case) == ["Contoso Issuing"]


def test_a_self_signed_certificate_is_a_warning(chain: Chain, tmp_path: Path) -> None:
    alone = Authority(tmp_path, "sip", extensions=LEAF + "subjectAltName=DNS:contoso.com\n")
    assert Case(alone.pem, [], [chain.root.pem]).codes() == {Code.SELF_SIGNED: WARNING}
    assert Case(alone.pem, [], []).codes() == {Code.SELF_SIGNED: WARNING}
    assert Case(alone.pem, [], [alone.pem]).codes() == {}


def test_an_issuer_of_the_same_name_with_another_key_is_no_issuer(chain: Chain, tmp_path: Path) -> None:
    impostor = Authority(tmp_path, "Contoso Issuing", chain.root)
    case = Case(chain.leaf, [impostor.pem], [chain.root.pem])
    assert case.codes() == {Code.ISSUER_MISSING: ERROR, Code.CHAIN_EXTRA: INFO}


def test_an_authority_that_ends_before_the_leaf_is_a_warning(chain: Chain, tmp_path: Path) -> None:
    short = Authority(tmp_path, "Short", chain.root, ends="20450101000000Z")
    case = Case(leaf_of(short), [short.pem], [chain.root.pem])
    assert case.codes() == {Code.AUTHORITY_ENDS_FIRST: WARNING}
    assert case.params(Code.AUTHORITY_ENDS_FIRST) == {"subject": "Short", "ends": "2045-01-01T00:00:00+00:00"}


@pytest.mark.parametrize(
    "options, code",
    [
        ({"ends": "20390101000000Z"}, Code.AUTHORITY_EXPIRED),
        ({"starts": "20410101000000Z"}, Code.AUTHORITY_NOT_YET_VALID),
        ({"key": ("-newkey", "rsa:1024")}, Code.KEY_WEAK),
        ({"digest": "sha1"}, Code.SIGNATURE_WEAK),
        ({"extensions": LEAF}, Code.CHAIN_REFUSED),
        ({"extensions": ISSUER.replace("keyCertSign,", "")}, Code.CHAIN_REFUSED),
        (
            {"extensions": ISSUER + "nameConstraints=critical,permitted;DNS:fabrikam.com\n"},
            Code.CHAIN_REFUSED,
        ),
        ({"extensions": ISSUER + "nameConstraints=critical,excluded;DNS:contoso.com\n"}, Code.CHAIN_REFUSED),
        ({"extensions": ISSUER + "1.2.3.4=critical,ASN1:NULL\n"}, Code.CHAIN_REFUSED),
    ],
)
def test_a_fault_of_an_authority_is_an_error(
    options: dict[str, Any], code: Code, chain: Chain, tmp_path: Path
) -> None:
    faulty = Authority(tmp_path, "Faulty", chain.root, **options)
    case = Case(leaf_of(faulty), [faulty.pem], [chain.root.pem])
    errors = {found for found, severity in case.codes().items() if severity is ERROR}
    assert errors == {code}
    assert not case.openssl_accepts(tmp_path) or code in {Code.SIGNATURE_WEAK, Code.KEY_WEAK}


def test_a_path_longer_than_its_authority_allows_is_an_error(chain: Chain, tmp_path: Path) -> None:
    first = Authority(tmp_path, "First", chain.root, extensions=ISSUER.replace("TRUE", "TRUE,pathlen:0"))
    second = Authority(tmp_path, "Second", first)
    case = Case(leaf_of(second), [second.pem, first.pem], [chain.root.pem])
    assert case.codes() == {Code.CHAIN_REFUSED: ERROR}
    assert case.params(Code.CHAIN_REFUSED)["reason"]
    assert not case.openssl_accepts(tmp_path)


def test_an_authority_limited_to_servers_limits_its_certificates(chain: Chain, tmp_path: Path) -> None:
    limited = Authority(tmp_path, "Servers", chain.root, extensions=ISSUER + "extendedKeyUsage=serverAuth\n")
    case = Case(leaf_of(limited), [limited.pem], [chain.root.pem])
    assert case.codes() == {Code.NO_CLIENT_USAGE: WARNING}
    assert case.params(Code.NO_CLIENT_USAGE) == {"subject": "Servers"}


def test_a_root_with_serial_zero_is_no_reason_to_refuse(chain: Chain, tmp_path: Path) -> None:
    home = Authority(tmp_path, "Zero")
    (tmp_path / "ext").write_text(ISSUER)
    root = openssl(
        *("x509", "-req", "-days", "9999", "-set_serial", "0", "-extfile", str(tmp_path / "ext")),
        *("-signkey", home.file("authority.key", home.key)),
        given=home.request,
    )
    home.file("authority.pem", root)
    assert Code.CHAIN_REFUSED not in Case(leaf_of(home), [], [root]).codes()


def test_many_authorities_of_the_issuers_name_take_no_time(chain: Chain, tmp_path: Path) -> None:
    impostors = []
    for number in range(40):
        (tmp_path / str(number)).mkdir()
        impostors.append(Authority(tmp_path / str(number), "Contoso Issuing").pem)
    case = Case(chain.leaf, [b"".join(impostors)], [chain.root.pem])
    assert case.codes()[Code.ISSUER_MISSING] is ERROR
    found = Case(chain.leaf, [b"".join([*impostors, chain.middle.pem])], [chain.root.pem])
    assert ERROR not in found.codes().values()
