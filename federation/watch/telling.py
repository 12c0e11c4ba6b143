"""A look at a server in words: what is wrong, for the page, the partner's page and the command."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.translation import gettext as _

from federation.certificates.models import Assignment, TrustedAuthority
from federation.certificates.words import left, told
from federation.partners.models import Partner
from federation.topology.models import LocalDomain
from federation.watch import words
from federation.watch.watching import NEWS, issuer_changed
from federation.x509.checking import check
from federation.x509.findings import Severity

if TYPE_CHECKING:
    from federation.watch.models import Look


def warnings(look: Look) -> list[str]:
    """Everything that deserves attention, in sentences."""
    found = [words.told(look.trouble, look.params)] if look.trouble else []
    partner = Partner.objects.of_domain(look.domain)
    if partner and not look.trouble and (said := words.contradiction(partner.choice, look.methods)):
        found.append(said)
    if LocalDomain.objects.filter(domain=look.domain).exists() and (said := _of_ours(look)):
        found.append(said)
    if look.issuer_changed_at and look.issuer_changed_at > timezone.now() - NEWS:
        found.append(issuer_changed(look))
    return [*found, *_of_certificate(look)]


def _of_ours(look: Look) -> str:
    """Whether our own gateway serves what is assigned."""
    current = Assignment.objects.in_force(timezone.now())
    if current is None or look.thumbprints <= {current.certificate.sha256}:
        return ""
    if look.seen_at < current.use_from:
        return _("This was seen before “%(name)s” was assigned. Look again.") % {"name": current}
    return _("The gateway does not serve the assigned certificate “%(name)s”, but another one.") % {
        "name": current
    }


def _of_certificate(look: Look) -> list[str]:
    certificates = look.certificates
    if not certificates:
        return []
    report = check(
        certificates[0],
        now=timezone.now(),
        others=certificates[1:],
        trusted=TrustedAuthority.objects.all().read(),
        local_domains=[look.domain],
        in_use=True,
    )
    return [told(each, words.THEIRS) for each in report.findings if each.severity is not Severity.INFO]


def places(look: Look) -> list[dict[str, Any]]:
    """What each place showed, with its trouble in words."""
    return [
        {
            **place,
            "said": words.told(place["trouble"], place["params"]),
            "methods_said": words.labels(place["methods"]),
        }
        for place in look.places
    ]


def as_json(look: Look) -> dict[str, Any]:
    """For scripts."""
    now = timezone.now()
    lives = left(look.not_before, look.not_after, now) if look.not_before and look.not_after else None
    return {
        "domain": look.domain,
        "seen_at": look.seen_at.isoformat(),
        "trouble": look.trouble,
        "places": look.places,
        "issuer": look.issuer if look.sha256 else "",
        "sha256": look.sha256,
        "names": list(look.certificates[0].names.dns) if look.chain else [],
        "not_after": look.not_after.isoformat() if look.not_after else None,
        "days_left": lives.days if lives else None,
        "warnings": warnings(look),
    }
