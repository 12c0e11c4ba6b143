"""Chains of certificates: which is the leaf, who issued whom, what to serve. Pure Python.

``find_chain`` asks the X.509 verifier of ``cryptography`` (RFC 5280, 6.1) for a path to a trusted root; where
there is none it walks issuers itself, so that the page can say what is missing.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.x509 import verification

from federation.x509.facts import issued
from federation.x509.findings import Refusal, Refused
from federation.x509.library import refused_as

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from federation.x509.facts import Certificate

#: Authorities between leaf and root; the web has two.
DEEPEST = 8


@dataclass(frozen=True)
class Path:
    """The way from a leaf upwards.

    ``steps`` from the leaf's issuer to the last one found, a root included; ``refusal`` the verifier's words,
    "" when it accepted the path.
    """

    leaf: Certificate
    steps: tuple[Certificate, ...]
    refusal: str

    @property
    def top(self) -> Certificate:
        """The last certificate of the path; the leaf itself when nothing was found."""
        return (self.leaf, *self.steps)[-1]

    @property
    def served(self) -> tuple[Certificate, ...]:
        """What a server sends behind its leaf: the path without the root, which peers must have."""
        return tuple(step for step in self.steps if not self_issued(step))


def self_issued(certificate: Certificate) -> bool:
    """Whether subject and issuer are the same name, as of every root."""
    return certificate.subject == certificate.issuer


def choose_leaf(certificates: Sequence[Certificate], public: bytes | None = None) -> Certificate:
    """The certificate that is meant: the one of the key, whose SubjectPublicKeyInfo is ``public``.

    Without such a one, the only one that issued no other and is no authority; raises Refused(NO_CERTIFICATE)
    or Refused(SEVERAL_LEAVES).
    """
    if not certificates:
        raise Refused(Refusal.NO_CERTIFICATE)
    matching = [each for each in certificates if public and each.key.spki == public]
    if matching:
        return max(matching, key=lambda each: each.not_after)
    issuers = {each.issuer for each in certificates if not self_issued(each)}
    candidates = [each for each in certificates if not each.is_authority and each.subject not in issuers]
    candidates = candidates or [each for each in certificates if each.subject not in issuers]
    if len(candidates) != 1:
        raise Refused(Refusal.SEVERAL_LEAVES, count=len(candidates))
    return candidates[0]


def find_chain(
    leaf: Certificate, others: Sequence[Certificate], trusted: Sequence[Certificate], at: datetime
) -> Path:
    """The path of ``leaf`` through ``others`` and ``trusted``, verified for the moment ``at``.

    Trusted roots are where a path must end. Authorities that are trusted without being roots serve as steps;
    if no path reaches a root, a path may end at them.
    """
    roots = [each for each in trusted if self_issued(each)]
    steps = [each for each in (*others, *trusted) if not self_issued(each) and each != leaf]
    path = _verified(leaf, steps, roots, at)
    if path.refusal:
        ending_early = _verified(leaf, steps, trusted, at)
        path = path if ending_early.refusal else ending_early
    if path.refusal:
        walked = _walked(leaf, [*others, *trusted], trusted)
        untrusted_root = [each for each in walked[-1:] if self_issued(each) and each not in trusted]
        refusal = _verified(leaf, steps, untrusted_root, at).refusal if untrusted_root else path.refusal
        path = Path(leaf, tuple(walked), refusal)
    return path


def _verified(
    leaf: Certificate, steps: Sequence[Certificate], anchors: Sequence[Certificate], at: datetime
) -> Path:
    known = {each.loaded: each for each in (*steps, *anchors)}
    if not anchors:
        return Path(leaf, (), "no trusted authority")
    verifier = (
        verification.PolicyBuilder()
        .store(verification.Store([each.loaded for each in anchors]))
        .time(at)
        .max_chain_depth(DEEPEST)
        .extension_policies(ca_policy=_authorities(), ee_policy=verification.ExtensionPolicy.permit_all())
        .build_client_verifier()
    )
    try:
        with refused_as(Refusal.CERTIFICATE_MALFORMED, passing=verification.VerificationError):
            found = verifier.verify(leaf.loaded, [each.loaded for each in steps])
    except (verification.VerificationError, Refused) as refused:
        return Path(leaf, (), str(refused))
    return Path(leaf, tuple(known[each] for each in found.chain[1:]), "")


def _authorities() -> verification.ExtensionPolicy:
    """What the verifier asks of authorities: RFC 5280, 6.1.4, where its defaults ask for the web's rules.

    Those refuse roots that openssl and easy-rsa make: no keyUsage, an issuer's serial in the key identifier.
    The leaf's own extensions and usages are the business of checking.py.
    """
    either = verification.Criticality.AGNOSTIC
    return (
        verification.ExtensionPolicy.webpki_defaults_ca()
        .require_present(x509.BasicConstraints, either, _must_be_authority)
        .may_be_present(x509.KeyUsage, either, _may_sign)
        .may_be_present(x509.AuthorityKeyIdentifier, either, None)
        .may_be_present(x509.ExtendedKeyUsage, either, None)
    )


def _must_be_authority(
    _policy: verification.Policy, _certificate: x509.Certificate, constraints: x509.BasicConstraints
) -> None:
    if not constraints.ca:
        raise ValueError("not an authority")


def _may_sign(
    _policy: verification.Policy, _certificate: x509.Certificate, usage: x509.KeyUsage | None
) -> None:
    if usage is not None and not usage.key_cert_sign:
        raise ValueError("not allowed to sign certificates")


def _walked(
    leaf: Certificate, others: Sequence[Certificate], trusted: Sequence[Certificate]
) -> list[Certificate]:
    """The issuers that can be found: the shortest way to a trusted one, else to a root, else the longest.

    Each certificate is visited once, so the work is bounded whatever the issuers claim.
    """
    came_from: dict[Certificate, Certificate | None] = {leaf: None}
    pending, visited = deque([leaf]), [leaf]
    while pending:
        child = pending.popleft()
        for issuer in others:
            if issuer not in came_from and not self_issued(child) and _issued(child, issuer):
                came_from[issuer] = child
                pending.append(issuer)
                visited.append(issuer)
    ends = [each for each in visited[1:] if each in trusted] or [
        each for each in visited if self_issued(each)
    ]
    way: list[Certificate] = []
    step: Certificate | None = (ends or visited[-1:])[0]
    while step is not None and step != leaf:
        way.append(step)
        step = came_from[step]
    return way[::-1]


def _issued(child: Certificate, issuer: Certificate) -> bool:
    return child.issuer == issuer.subject and issued(child.loaded, issuer.loaded)
