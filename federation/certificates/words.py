"""Sentences for every code of federation.x509: what was found, what was refused, how many days are left."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from federation.certificates.refusals import REFUSALS
from federation.certificates.sentences import FINDINGS
from federation.topology.filekinds import FileKind
from federation.topology.kindwords import HERE, THESE, kind_of
from federation.topology.names import Code as NameCode
from federation.topology.words import SENTENCES as NAME_SENTENCES
from federation.x509.findings import Code, Finding, Refusal, Refused, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from django.utils.functional import _StrPromise

#: Days before the end when a list turns yellow, and red.
SOON, URGENT = 30, 7
SEVERITY_LABELS: dict[Severity, _StrPromise] = {
    Severity.ERROR: gettext_lazy("Error"),
    Severity.WARNING: gettext_lazy("Warning"),
    Severity.INFO: gettext_lazy("Note"),
}
FIELD_LABELS: dict[str, _StrPromise] = {
    "state": gettext_lazy("State or province"),
    "locality": gettext_lazy("Town"),
    "organization": gettext_lazy("Organisation"),
    "unit": gettext_lazy("Organisational unit"),
}
_MOMENTS = {"starts", "ends", "ended"}


@dataclass(frozen=True)
class Said:
    """One finding in words: its code, its severity and the severity's word, the sentence."""

    code: str
    severity: str
    label: str
    sentence: str


def told(finding: Finding, otherwise: Mapping[Code, _StrPromise] | None = None) -> str:
    """The sentence of a finding, in the reader's language; that of ``otherwise`` where it has one."""
    sentence = (otherwise or {}).get(finding.code, FINDINGS[finding.code])
    return _sentence(sentence, _shown(finding.code, finding.params))


def said(findings: Iterable[Finding]) -> list[Said]:
    """The findings in words, in their order."""
    return [
        Said(each.code.value, each.severity.value, str(SEVERITY_LABELS[each.severity]), told(each))
        for each in findings
    ]


def refused_too(refusal: ValidationError) -> list[Said]:
    """What a form refuses, as if it were found."""
    label = str(SEVERITY_LABELS[Severity.ERROR])
    return [Said(str(refusal.code or ""), Severity.ERROR.value, label, each) for each in refusal.messages]


def refused(refusal: Refused) -> ValidationError:
    """``refusal`` as the error of a form or of a service."""
    sentence = _sentence(REFUSALS[refusal.code], refusal.params)
    return ValidationError(sentence, code=refusal.code.value)


@contextmanager
def refusals_told(files: Iterable[bytes] = ()) -> Iterator[None]:
    """What federation.x509 refuses inside is raised as a ValidationError, never with what it was about.

    When ``files`` were not recognised there, it says what they are, if they say it themselves.
    """
    try:
        yield
    except Refused as refusal:
        told_as = refused(refusal)
        if refusal.code in {Refusal.NOT_RECOGNISED, Refusal.NO_CERTIFICATE, Refusal.PEM_DAMAGED}:
            kind = next((found for data in files if (found := kind_of(data))), FileKind.CERTIFICATES)
            if kind is not FileKind.CERTIFICATES:
                told_as = ValidationError(f"{THESE[kind]} {HERE[FileKind.CERTIFICATES]}", code="other-kind")
    else:
        return
    raise told_as


def _sentence(text: _StrPromise, params: Mapping[str, Any]) -> str:
    return str(text) % params if params else str(text).replace("%%", "%")


def _shown(code: Code, params: Mapping[str, str | int]) -> dict[str, Any]:
    """Parameters as a reader sees them: moments as dates, codes of names as their sentence."""
    shown: dict[str, Any] = {
        name: _moment(str(value)) if name in _MOMENTS else value for name, value in params.items()
    }
    if code is Code.NAME_REFUSED:
        shown["why"] = _sentence(NAME_SENTENCES[NameCode(str(params["why"]))], params)
    if "field" in shown:
        shown["field"] = FIELD_LABELS.get(str(shown["field"]), shown["field"])
    if code is Code.ISSUER_MISSING:
        where = str(params["where"])
        shown["where"] = _("It can be had at %(where)s.") % {"where": where} if where else ""
    return shown


def _moment(text: str) -> str:
    """A moment in ISO 8601 as a date with its time."""
    return date_format(datetime.fromisoformat(text), "Y-m-d H:i") + " UTC"


@dataclass(frozen=True)
class Left:
    """How long a certificate lives: words, and ``level`` ok, soon, urgent, over or early (not yet valid)."""

    words: str
    level: str
    days: int


def left(not_before: datetime, not_after: datetime, now: datetime) -> Left:
    """The days left at ``now``, in words and as a level."""
    days = (not_after - now) // timedelta(days=1)
    if now > not_after:
        since = -days - 1
        words = ngettext("ended %(n)s day ago", "ended %(n)s days ago", since) % {"n": since}
        return Left(words if since else _("ended today"), "over", days)
    if now < not_before:
        ahead = (not_before - now) // timedelta(days=1) + 1
        return Left(
            ngettext("starts in %(n)s day", "starts in %(n)s days", ahead) % {"n": ahead}, "early", days
        )
    words = ngettext("%(n)s day left", "%(n)s days left", days) % {"n": days}
    level = "urgent" if days < URGENT else "soon" if days < SOON else "ok"
    return Left(words if days else _("ends today"), level, days)
