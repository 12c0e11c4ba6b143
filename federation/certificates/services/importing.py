"""Certificates come in: read, matched to their key, checked, and only then stored."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables

from controlpanel.audit import commits
from federation.certificates.actions import Action
from federation.certificates.models import Certificate, KeyPair, TrustedAuthority
from federation.certificates.services import keys
from federation.certificates.services.requests import end_request, local_domains, named
from federation.certificates.words import refusals_told, told
from federation.x509.chains import choose_leaf
from federation.x509.checking import check
from federation.x509.findings import Severity, worst
from federation.x509.keys import public_octets
from federation.x509.reading import read

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from controlpanel.audit.actor import Actor
    from federation.certificates.models import Request
    from federation.x509.checking import Report
    from federation.x509.facts import Certificate as Facts
    from federation.x509.keys import PrivateKey
    from federation.x509.reading import Contents


@dataclass(frozen=True)
class Examined:
    """Files that were read and looked at, and nothing stored: the key that came, or the pair that waits."""

    report: Report
    key: PrivateKey | None = field(repr=False)
    pair: KeyPair | None

    @property
    def request(self) -> Request | None:
        """The request it answers."""
        return getattr(self.pair, "request", None)

    @property
    def worst(self) -> Severity | None:
        """What decides: an error stops, a warning may be accepted."""
        return worst(self.report.findings)

    @property
    def name(self) -> str:
        """A friendly name, if nobody gives one."""
        return self.request.name if self.request else self.report.leaf.title


@sensitive_variables()
def examine(files: Iterable[bytes], *, password: str = "", now: datetime | None = None) -> Examined:
    """Read files and say everything that is wrong; raises ValidationError when they cannot be used at all."""
    files = list(files)
    with refusals_told(files):
        contents = read(files, password=password)
        pairs = _pairs(contents)
        public = public_octets(contents.key) if contents.key else _waiting(contents, pairs)
        leaf = choose_leaf(contents.certificates, public)
    pair = pairs.get(keys.record_of(public)) if public else None
    if contents.key is None and pair is None:
        raise ValidationError(
            _(
                "No request here has the key of “%(name)s”. If it was requested elsewhere, import it with "
                "its private key, as a PFX for example."
            )
            % {"name": leaf.title}
        )
    report = check(
        leaf,
        now=now or timezone.now(),
        others=[each for each in contents.certificates if each != leaf],
        trusted=TrustedAuthority.objects.all().read(),
        public=public,
        local_domains=local_domains(),
    )
    return Examined(report, contents.key, pair)


def _pairs(contents: Contents) -> dict[str, KeyPair]:
    """The keys we hold of those certificates, by their record."""
    records = [keys.record_of(each.key.spki) for each in contents.certificates]
    found = KeyPair.objects.filter(record__in=records).select_related("request")
    return {pair.record: pair for pair in found}


def _waiting(contents: Contents, pairs: dict[str, KeyPair]) -> bytes | None:
    """The public key of the certificate whose private key we hold."""
    return next(
        (each.key.spki for each in contents.certificates if keys.record_of(each.key.spki) in pairs), None
    )


@sensitive_variables()
@transaction.atomic
def import_certificate(
    found: Examined, *, actor: Actor, name: str = "", accept_warnings: bool = False, reason: str = ""
) -> Certificate:
    """Store what was examined, and end the request that it answers.

    Errors cannot be accepted; warnings need ``accept_warnings`` and a reason. Raises ValidationError.
    """
    _refuse_findings(found, accept_warnings=accept_warnings, reason=reason)
    leaf, request = found.report.leaf, found.request
    if found.key is None:
        assert found.pair is not None  # noqa: S101 # examine() has made sure
        keys.opened(found.pair)  # a key that cannot be opened would be found out only when it is needed
    pair = keys.keep(found.key) if found.key else found.pair
    row = Certificate(
        **named(name or found.name),
        **columns(leaf),
        key_pair=pair,
        renews=request.renews if request else None,
    )
    row.chain = b"".join(each.der for each in found.report.path.steps)
    commits.create(row, action=Action.IMPORT, actor=actor, reason=reason, after=_accepted(found))
    if request:
        end_request(request, action=Action.REQUEST_ANSWER, actor=actor)
    return row


def _refuse_findings(found: Examined, *, accept_warnings: bool, reason: str) -> None:
    if found.worst is Severity.ERROR:
        raise ValidationError(
            [told(each) for each in found.report.findings if each.severity is Severity.ERROR]
        )
    if found.worst is Severity.WARNING:
        if not accept_warnings:
            raise ValidationError(
                [told(each) for each in found.report.findings if each.severity is Severity.WARNING]
            )
        if not reason.strip():
            raise ValidationError({"reason": _("Say why the warnings are accepted.")})


def _accepted(found: Examined) -> dict[str, list[str]]:
    """The warnings that somebody accepted, for the change log."""
    codes = [each.code.value for each in found.report.findings if each.severity is Severity.WARNING]
    return {"accepted_warnings": codes} if codes else {}


def columns(facts: Facts) -> dict[str, object]:
    """The facts that lists need."""
    return {
        "der": facts.der,
        "subject": facts.subject or facts.title,
        "names": "\n".join((*facts.names.dns, *facts.names.srv, *facts.names.xmpp)),
        "issuer": facts.issuer,
        "issuer_name": (facts.issuer_common_name or facts.issuer)[:255],
        "serial": facts.serial,
        "sha256": facts.sha256,
        "sha1": facts.sha1,
        "not_before": facts.not_before,
        "not_after": facts.not_after,
    }
