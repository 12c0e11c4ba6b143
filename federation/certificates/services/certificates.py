"""Certificates that are here: renamed, looked at again, deleted with their keys."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from controlpanel.audit import commits
from federation.certificates.actions import Action
from federation.certificates.models import Assignment, Certificate, KeyPair, TrustedAuthority
from federation.certificates.services import keys
from federation.certificates.services.requests import local_domains, named
from federation.x509.checking import check

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from controlpanel.audit.actor import Actor
    from federation.x509.checking import Report


def looked_at(row: Certificate, *, now: datetime, in_use: bool = False) -> Report:
    """What there is to say about a certificate at ``now``, against the domains and authorities of today."""
    return check(
        row.facts,
        now=now,
        others=row.steps,
        trusted=TrustedAuthority.objects.all().read(),
        local_domains=local_domains(),
        in_use=in_use,
    )


@transaction.atomic
def change_certificate(
    row: Certificate, *, actor: Actor, version: int | None = None, reason: str = "", **values: Any
) -> Certificate:
    """Rename a certificate."""
    if "name" in values:
        values |= named(values["name"])
    return commits.change(row, values, action=Action.CHANGE, actor=actor, version=version, reason=reason)


@transaction.atomic
def delete_certificates(rows: Iterable[Certificate], *, actor: Actor, reason: str = "") -> int:
    """Delete certificates, and keys that nothing else needs; not the one in force or planned.

    They are as the actor saw them: one that was changed or deleted since raises Conflict or Gone.
    """
    ordered = sorted(rows, key=lambda row: row.pk)
    now = timezone.now()
    current = Assignment.objects.in_force(now)
    needed = {each.certificate_id for each in Assignment.objects.planned(now)}
    needed |= {current.certificate_id} if current else set()
    for row in ordered:
        if row.pk in needed:
            raise ValidationError(
                _("“%(name)s” is assigned to the gateway and was not deleted. Assign another one first.")
                % {"name": row}
            )
        commits.delete(row, action=Action.DELETE, actor=actor, as_seen=True, reason=reason)
        keys.destroy_unused(KeyPair.objects.get(pk=row.key_pair_id))
    return len(ordered)
