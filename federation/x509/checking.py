"""What is wrong with a certificate for the gateway, its chain and its key. Pure Python.

``check`` says everything at once, before anything is stored or installed: an XMPP server installs without a
word what will not work (a key that does not match means no TLS at all, an expired certificate is served), and
its partners then refuse it without saying why.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from federation.x509.altnames import Cover, cover, covering_wildcard
from federation.x509.chains import Path, find_chain, self_issued
from federation.x509.facts import CLIENT_USAGE, SERVER_USAGE, WEAK_HASHES, Certificate
from federation.x509.findings import Code, Finding, error, in_order, info, warning

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
LEAST_RSA_BITS = 2048
CURVES = frozenset({"secp256r1", "secp384r1", "secp521r1"})
#: "Soon" is a month, or less for a certificate that does not live long: a third of its life.
SOON = timedelta(days=30)
#: The longest lives, in days, that public authorities may give from a day on (CA/B ballot SC-081v3).
LIFETIMES = (
    (datetime(2029, 3, 15, tzinfo=UTC), 47),
    (datetime(2027, 3, 15, tzinfo=UTC), 100),
    (datetime(2026, 3, 15, tzinfo=UTC), 200),
    (datetime.min.replace(tzinfo=UTC), 398),
)

#: Findings after which the verifier's refusal is no news.
EXPLAINING = frozenset(
    {
        Code.SELF_SIGNED,
        Code.ISSUER_MISSING,
        Code.AUTHORITY_EXPIRED,
        Code.AUTHORITY_NOT_YET_VALID,
        Code.SIGNATURE_WEAK,
        Code.KEY_WEAK,
        Code.KEY_KIND,
        Code.VERSION_OLD,
        Code.SERIAL,
        Code.UNKNOWN_CRITICAL,
    }
)


@dataclass(frozen=True)
class Report:
    """What ``check`` found: ``served`` is the chain to send behind the leaf, in order, without the root."""

    leaf: Certificate
    path: Path
    findings: tuple[Finding, ...]

    @property
    def served(self) -> tuple[Certificate, ...]:
        """The authorities to send behind the leaf."""
        return self.path.served


def check(
    leaf: Certificate,
    *,
    now: datetime,
    others: Sequence[Certificate] = (),
    trusted: Sequence[Certificate] = (),
    public: bytes | None = None,
    local_domains: Collection[str] = (),
    in_use: bool = False,
) -> Report:
    """Look at ``leaf`` at the moment ``now`` (aware of its zone); never raises for what a certificate holds.

    ``others``: what came with it, in any order; ``trusted``: the trusted authorities; ``public``: the
    SubjectPublicKeyInfo of its key, None when unknown; ``local_domains``: what to cover, in stored form;
    ``in_use``: whether it serves at ``now``: then not yet being valid is an error and no longer a warning.
    """
    at = min(
        max(now, leaf.not_before), leaf.not_after
    )  # the leaf's own dates are told apart from its chain's
    path = find_chain(leaf, others, trusted, at)
    found = [
        *_about_key(leaf, public),
        *_about_names(leaf, local_domains),
        *_about_dates(leaf, now, in_use=in_use),
        *_about_form(leaf),
        *_about_usages(leaf, path),
        *_about_chain(path, trusted, now),
        *_about_file(path, others),
    ]
    if path.refusal and not any(finding.code in EXPLAINING for finding in found):
        found.append(error(Code.CHAIN_REFUSED, reason=path.refusal))
    return Report(leaf, path, in_order(found))


def _about_key(leaf: Certificate, public: bytes | None) -> Iterator[Finding]:
    if public is not None and leaf.key.spki != public:
        yield error(Code.KEY_MISMATCH)
    yield from key_strength(leaf)


def key_strength(certificate: Certificate) -> Iterator[Finding]:
    """Errors about the kind and the size of a key (NIST SP 800-57; CA/B baseline requirements, 6.1.5)."""
    key, subject = certificate.key, certificate.title
    if key.kind == "RSA":
        if key.bits < LEAST_RSA_BITS:
            yield error(Code.KEY_WEAK, subject=subject, kind=key.kind, bits=key.bits, least=LEAST_RSA_BITS)
    elif key.kind == "ECDSA" and key.bits < 256:
        yield error(Code.KEY_WEAK, subject=subject, kind=key.curve, bits=key.bits, least=256)
    elif key.kind != "ECDSA" or key.curve not in CURVES:
        yield error(Code.KEY_KIND, subject=subject, kind=key.curve or key.kind)


def _about_names(leaf: Certificate, local_domains: Collection[str]) -> Iterator[Finding]:
    """Whether each local domain is covered; an error where none is: then the gateway is nobody."""
    if not leaf.names:
        yield error(Code.NO_NAMES, common_name=leaf.common_name)
        return
    if not local_domains:
        yield warning(Code.NO_LOCAL_DOMAIN)
    covers = {domain: cover(leaf.names, domain) for domain in local_domains}
    tell = error if all(way is Cover.NOT for way in covers.values()) else warning
    for domain, way in covers.items():
        if way is Cover.NOT:
            yield tell(Code.DOMAIN_UNCOVERED, domain=domain)
        elif way is Cover.BY_WILDCARD:
            name = covering_wildcard(leaf.names, domain)
            yield warning(Code.DOMAIN_BY_WILDCARD, domain=domain, name=name)
        elif way is Cover.BY_OTHER_NAME:
            yield warning(Code.DOMAIN_BY_OTHER_NAME, domain=domain)
    if leaf.names.xmpp:
        yield warning(Code.XMPP_ADDRESS, names=", ".join(leaf.names.xmpp))


def _about_dates(leaf: Certificate, now: datetime, *, in_use: bool) -> Iterator[Finding]:
    left = leaf.not_after - now
    if now < leaf.not_before:
        tell = error if in_use else warning
        yield tell(Code.NOT_YET_VALID, starts=_moment(leaf.not_before), days=(leaf.not_before - now).days)
    elif left < timedelta(0):
        yield error(Code.EXPIRED, ended=_moment(leaf.not_after), days=(now - leaf.not_after).days)
    elif left <= min(SOON, leaf.lifetime / 3):
        yield warning(Code.ENDS_SOON, ends=_moment(leaf.not_after), days=left.days)
    longest = next(days for start, days in LIFETIMES if leaf.not_before >= start)
    if leaf.lifetime > timedelta(days=longest):
        yield info(Code.LIFETIME_LONG, days=leaf.lifetime.days, limit=longest)


def _moment(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")


def _about_form(leaf: Certificate) -> Iterator[Finding]:
    """What peers' libraries refuse whatever the chain."""
    if leaf.version != 3:
        yield error(Code.VERSION_OLD, version=leaf.version)
    if leaf.serial.startswith("-") or not leaf.serial.strip("0"):  # RFC 5280, 4.1.2.2
        yield error(Code.SERIAL, serial=leaf.serial)
    for oid in leaf.unknown_critical:  # RFC 5280, 4.2
        yield error(Code.UNKNOWN_CRITICAL, oid=oid)
    if leaf.is_authority and not leaf.is_self_signed:
        yield error(Code.LEAF_IS_AUTHORITY)
    if leaf.must_staple:  # RFC 7633; Prosody and ejabberd staple nothing
        yield warning(Code.MUST_STAPLE)
    if leaf.signature_hash in WEAK_HASHES and not leaf.is_self_signed:
        yield error(Code.SIGNATURE_WEAK, subject=leaf.title, hash=leaf.signature_hash)


def _about_usages(leaf: Certificate, path: Path) -> Iterator[Finding]:
    """Extended key usages limit the whole path (CA/B baseline requirements, 7.1.2.10.6), roots aside."""
    limits = [leaf, *path.served]
    for usage, code, tell in (
        (SERVER_USAGE, Code.NO_SERVER_USAGE, error),
        (CLIENT_USAGE, Code.NO_CLIENT_USAGE, warning),
    ):
        limiting = next((each for each in limits if not each.allows(usage)), None)
        if limiting is not None:
            yield tell(code, subject=limiting.title)
    if not leaf.signs_handshakes:
        yield warning(Code.NO_SIGNATURE_USAGE)


def _about_chain(path: Path, trusted: Sequence[Certificate], now: datetime) -> Iterator[Finding]:
    leaf, top = path.leaf, path.top
    if not path.steps and self_issued(leaf) and leaf not in trusted:
        yield warning(Code.SELF_SIGNED)
    elif top not in trusted and self_issued(top):
        yield warning(Code.AUTHORITY_UNTRUSTED, subject=top.title)
    elif top not in trusted:
        issuer = top.issuer_common_name or top.issuer
        yield error(Code.ISSUER_MISSING, subject=top.title, issuer=issuer, where=top.issuer_address)
    for step in path.steps:
        if now < step.not_before:
            yield error(Code.AUTHORITY_NOT_YET_VALID, subject=step.title, starts=_moment(step.not_before))
        elif now > step.not_after:
            yield error(Code.AUTHORITY_EXPIRED, subject=step.title, ended=_moment(step.not_after))
        elif step.not_after < leaf.not_after:
            yield warning(Code.AUTHORITY_ENDS_FIRST, subject=step.title, ends=_moment(step.not_after))
        yield from key_strength(step)
        if step.signature_hash in WEAK_HASHES and not self_issued(step):
            yield error(Code.SIGNATURE_WEAK, subject=step.title, hash=step.signature_hash)


def _about_file(path: Path, others: Sequence[Certificate]) -> Iterator[Finding]:
    """How what came differs from what will be served."""
    came = [each for each in others if each != path.leaf]
    places = [came.index(step) for step in path.steps if step in came]
    if places != sorted(places):
        yield info(Code.CHAIN_REORDERED)
    for step in path.served:
        if step not in came:
            yield info(Code.CHAIN_COMPLETED, subject=step.title)
    for each in came:
        if each not in path.steps:
            yield info(Code.CHAIN_EXTRA, subject=each.title)
        elif self_issued(each):
            yield info(Code.ROOT_OMITTED, subject=each.title)
