"""What is wrong with a certificate that the gateway uses or is going to use, apart from its end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from federation.certificates.services import certificates, keys
from federation.certificates.words import told
from federation.x509.findings import Code, Severity

if TYPE_CHECKING:
    from datetime import datetime

    from federation.certificates.models import Certificate

#: What the end of a certificate and of its chain says by itself.
_BY_DATE = frozenset({Code.ENDS_SOON, Code.EXPIRED, Code.AUTHORITY_ENDS_FIRST})
#: Warnings that can come up after the import; the others stay as they were when somebody accepted them.
_LATER = frozenset(
    {
        Code.DOMAIN_UNCOVERED,
        Code.DOMAIN_BY_WILDCARD,
        Code.DOMAIN_BY_OTHER_NAME,
        Code.NOT_YET_VALID,
        Code.ISSUER_MISSING,
        Code.AUTHORITY_UNTRUSTED,
        Code.AUTHORITY_EXPIRED,
        Code.AUTHORITY_NOT_YET_VALID,
        Code.CHAIN_REFUSED,
    }
)


@dataclass(frozen=True)
class Faults:
    """Sentences about what stops partners from believing the gateway, and about what may; the first end."""

    errors: tuple[str, ...]
    warnings: tuple[str, ...]
    ends: datetime


def faults_of(row: Certificate, *, at: datetime) -> Faults:
    """Look at ``row`` and its chain as they are when it is used at ``at``, and try to open its key.

    It ends with the first of its chain to end: partners refuse it then.
    """
    report = certificates.looked_at(row, now=at, in_use=True)
    found = [each for each in report.findings if each.code not in _BY_DATE]
    errors = [told(each) for each in found if each.severity is Severity.ERROR]
    try:
        keys.opened(row.key_pair)
    except ValidationError as refusal:
        errors.append(_("Its private key cannot be opened. %(why)s") % {"why": " ".join(refusal.messages)})
    return Faults(
        tuple(errors),
        tuple(told(each) for each in found if each.severity is Severity.WARNING and each.code in _LATER),
        min(each.not_after for each in (report.leaf, *row.served, *report.path.steps)),
    )
