"""Certificates for scripts: what commands print, as JSON or in lines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from federation.certificates.words import left, told

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from federation.certificates.models import Certificate, Request
    from federation.x509.findings import Finding


def certificate(row: Certificate, now: datetime) -> dict[str, Any]:
    """A certificate of CertificateQuerySet.listed()."""
    found = left(row.not_before, row.not_after, now)
    planned = getattr(row, "planned", None)
    return {
        "id": row.pk,
        "name": row.name,
        "subject": row.subject,
        "names": row.names.split("\n") if row.names else [],
        "issuer": row.issuer,
        "serial": row.serial,
        "sha1": row.sha1,
        "sha256": row.sha256,
        "not_before": row.not_before.isoformat(),
        "not_after": row.not_after.isoformat(),
        "days_left": found.days,
        "state": found.level,
        "in_use": bool(getattr(row, "used", False)),
        "use_from": planned.isoformat() if planned else None,
        "renewed_by": getattr(row, "renewed_by", None),
    }


def request(row: Request) -> dict[str, Any]:
    """A request."""
    return {
        "id": row.pk,
        "name": row.name,
        "names": row.names.split("\n"),
        "key": row.key_kind,
        "pem": row.pem,
    }


def findings(found: Iterable[Finding]) -> list[dict[str, Any]]:
    """What was found, as codes with their sentence."""
    return [
        {
            "code": each.code.value,
            "severity": each.severity.value,
            "params": dict(each.params),
            "sentence": told(each),
        }
        for each in found
    ]
