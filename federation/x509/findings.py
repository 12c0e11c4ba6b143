"""What the pure modules of this room say: findings to show, refusals to raise. In codes, never sentences.

Every code is stable: pages, mails, commands and JSON carry it. The comment behind a code names its
parameters; a parameter is text or a whole number, never an object.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


class Severity(StrEnum):
    """How bad: an error stops, a warning may be accepted with a reason, an info is only told."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


#: The worst first.
SEVERITIES = (Severity.ERROR, Severity.WARNING, Severity.INFO)


class Code(StrEnum):
    """What was found."""

    # The plan of a request (requests.py).
    NAME_REFUSED = "name-refused"  # name, why (a code of topology.names), and that code's own parameters
    WILDCARD_REFUSED = "wildcard-refused"  # name
    DOMAIN_UNREQUESTED = "domain-unrequested"  # domain: a local domain the certificate would not cover
    NO_LOCAL_DOMAIN = "no-local-domain"  # nothing to compare the names with; of a certificate as well
    XMPP_ADDRESS = "xmpp-address"  # names: some servers fail on id-on-xmppAddr
    FIELD_TOO_LONG = "field-too-long"  # field, limit
    FIELD_CHARACTER = "field-character"  # field, codepoint
    COUNTRY_UNKNOWN = "country-unknown"  # country
    COMMON_NAME_OMITTED = "common-name-omitted"  # name, limit: the gateway's FQDN is too long for a CN
    UNIT_IGNORED = "unit-ignored"  # public authorities leave the organisational unit out
    TOO_MANY_NAMES = "too-many-names"  # count, limit

    # A certificate and its key.
    KEY_MISMATCH = "key-mismatch"
    KEY_WEAK = "key-weak"  # subject, kind, bits, least
    KEY_KIND = "key-kind"  # subject, kind: not RSA, nor ECDSA on P-256, P-384, P-521
    SIGNATURE_WEAK = "signature-weak"  # subject, hash
    VERSION_OLD = "version-old"  # version
    SERIAL = "serial-not-positive"  # serial
    UNKNOWN_CRITICAL = "unknown-critical-extension"  # oid
    MUST_STAPLE = "must-staple"
    LEAF_IS_AUTHORITY = "leaf-is-authority"
    NO_SERVER_USAGE = "no-server-usage"  # subject
    NO_CLIENT_USAGE = "no-client-usage"  # subject: servers that check refuse it when the gateway dials out
    NO_SIGNATURE_USAGE = "no-signature-usage"

    # Its names.
    NO_NAMES = "no-names"  # common_name
    DOMAIN_UNCOVERED = "domain-uncovered"  # domain
    DOMAIN_BY_WILDCARD = "domain-by-wildcard"  # domain, name
    DOMAIN_BY_OTHER_NAME = "domain-by-other-name"  # domain: by SRVName or id-on-xmppAddr alone

    # Its dates.
    NOT_YET_VALID = "not-yet-valid"  # starts (ISO 8601), days
    EXPIRED = "expired"  # ended (ISO 8601), days
    ENDS_SOON = "ends-soon"  # ends (ISO 8601), days
    LIFETIME_LONG = "lifetime-long"  # days, limit

    # Its chain.
    SELF_SIGNED = "self-signed"
    ISSUER_MISSING = "issuer-missing"  # subject, issuer, where (an address from the certificate, or "")
    AUTHORITY_UNTRUSTED = "authority-untrusted"  # subject
    AUTHORITY_EXPIRED = "authority-expired"  # subject, ended
    AUTHORITY_NOT_YET_VALID = "authority-not-yet-valid"  # subject, starts
    AUTHORITY_ENDS_FIRST = "authority-ends-first"  # subject, ends
    CHAIN_REFUSED = "chain-refused"  # reason: the verifier's own words
    CHAIN_REORDERED = "chain-reordered"
    CHAIN_COMPLETED = "chain-completed"  # subject: taken from the trusted authorities
    CHAIN_EXTRA = "chain-extra"  # subject: in the file, but no part of the chain
    ROOT_OMITTED = "root-omitted"  # subject: in the file, not to be served


class Refusal(StrEnum):
    """Why something could not be read, made or opened at all."""

    # Files (reading.py, facts.py).
    EMPTY = "empty"
    TOO_LARGE = "too-large"  # limit (octets)
    TOO_MANY_FILES = "too-many-files"  # limit
    TOO_MANY_CERTIFICATES = "too-many-certificates"  # limit
    TOO_MUCH_WORK = "too-much-work"
    BUSY = "busy"  # others are being opened
    NOT_RECOGNISED = "not-recognised"
    PEM_DAMAGED = "pem-damaged"  # label
    CERTIFICATE_MALFORMED = "certificate-malformed"
    CONTAINER_MALFORMED = "container-malformed"
    KEY_MALFORMED = "key-malformed"
    KEY_KIND_REFUSED = "key-kind-refused"
    KEY_CIPHER_UNKNOWN = "key-cipher-unknown"
    PASSWORD_NEEDED = "password-needed"  # noqa: S105 - a code
    PASSWORD_WRONG = "password-wrong"  # noqa: S105 - a code
    SEVERAL_KEYS = "several-keys"
    NO_CERTIFICATE = "no-certificate"
    REQUEST_INSTEAD = "request-instead"  # the request was sent back, not the certificate
    PUBLIC_KEY_INSTEAD = "public-key-instead"
    DISTRUSTED = "distrusted"  # OpenSSL keeps it so: rejected for some use
    REVOCATION_LIST_INSTEAD = "revocation-list-instead"
    SEVERAL_LEAVES = "several-leaves"  # count
    KEY_WITHOUT_CERTIFICATE = "key-without-certificate"

    # Requests and exports.
    PLAN_REFUSED = "plan-refused"  # codes: of the errors, comma-separated
    PASSWORD_SHORT = "password-short"  # noqa: S105 - a code; least
    PASSWORD_LONG = "password-long"  # noqa: S105 - a code; limit (octets)
    PASSWORD_CHARACTER = "password-character"  # noqa: S105 - a code

    # The vault (vault.py).
    MASTER_KEY_MISSING = "master-key-missing"  # where
    MASTER_KEY_MALFORMED = "master-key-malformed"  # where
    MASTER_KEY_EXPOSED = "master-key-exposed"  # where, mode
    MASTER_KEY_UNREADABLE = "master-key-unreadable"  # where, why
    MASTER_KEY_UNWRITABLE = "master-key-unwritable"  # where, why
    MASTER_KEY_CHANGED = "master-key-changed"  # sealed_under, present
    SEALED_DAMAGED = "sealed-damaged"


@dataclass(frozen=True)
class Finding:
    """One thing to say about a plan, a certificate or a chain."""

    code: Code
    severity: Severity
    params: Mapping[str, str | int] = field(default_factory=dict)


class Refused(ValueError):
    """Nothing can be done with what was given: ``code`` says why, ``params`` what and where.

    Never chained to a library's exception, whose text could quote what must stay secret.
    """

    def __init__(self, code: Refusal, **params: str | int) -> None:
        super().__init__(code.value, params)
        self.code = code
        self.params = params


def error(code: Code, **params: str | int) -> Finding:
    """A finding that stops."""
    return Finding(code, Severity.ERROR, params)


def warning(code: Code, **params: str | int) -> Finding:
    """A finding that may be accepted with a reason."""
    return Finding(code, Severity.WARNING, params)


def info(code: Code, **params: str | int) -> Finding:
    """A finding that is only told."""
    return Finding(code, Severity.INFO, params)


def worst(findings: Iterable[Finding]) -> Severity | None:
    """The severity that decides; None when there is nothing to say."""
    present = {finding.severity for finding in findings}
    return next((severity for severity in SEVERITIES if severity in present), None)


def in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The findings, errors first, otherwise as found; the same thing is said once."""
    kept = {(each.code, each.severity, tuple(each.params.items())): each for each in findings}
    return tuple(sorted(kept.values(), key=lambda finding: SEVERITIES.index(finding.severity)))
