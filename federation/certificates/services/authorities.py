"""Authorities whose certificates are believed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from controlpanel.audit import commits
from federation.certificates.actions import Action
from federation.certificates.models import LONGEST_NAME, TrustedAuthority
from federation.certificates.services.requests import named
from federation.certificates.words import refusals_told
from federation.x509.chains import self_issued
from federation.x509.reading import read

if TYPE_CHECKING:
    from collections.abc import Iterable

    from controlpanel.audit.actor import Actor


@transaction.atomic
def trust(files: Iterable[bytes], *, actor: Actor, reason: str = "") -> list[TrustedAuthority]:
    """Trust all authorities in ``files``, all or none; those trusted already are passed over.

    Raises ValidationError, also for a certificate that is no authority's.
    """
    files = list(files)
    with refusals_told(files):
        found = read(files).certificates
    for each in found:
        if not each.is_authority and not each.is_self_signed:
            raise ValidationError(
                _("“%(name)s” is no authority: it may not sign certificates.") % {"name": each.title}
            )
    known = set(TrustedAuthority.objects.values_list("sha256", flat=True))
    rows = [
        TrustedAuthority(
            **named(each.title[:LONGEST_NAME]),
            der=each.der,
            subject=each.subject or each.title,
            sha256=each.sha256,
            is_root=self_issued(each),
            not_before=each.not_before,
            not_after=each.not_after,
        )
        for each in found
        if each.sha256 not in known
    ]
    if not rows:
        raise ValidationError(_("These authorities are trusted already."))
    return [commits.create(row, action=Action.TRUST, actor=actor, reason=reason) for row in rows]


@transaction.atomic
def change_authority(
    row: TrustedAuthority, *, actor: Actor, version: int | None = None, reason: str = "", **values: Any
) -> TrustedAuthority:
    """Rename an authority."""
    if "name" in values:
        values |= named(values["name"])
    return commits.change(
        row, values, action=Action.CHANGE_AUTHORITY, actor=actor, version=version, reason=reason
    )


@transaction.atomic
def distrust(rows: Iterable[TrustedAuthority], *, actor: Actor, reason: str = "") -> int:
    """Trust authorities no longer, all or none. Returns how many."""
    return commits.delete_all(rows, action=Action.DISTRUST, actor=actor, reason=reason)
