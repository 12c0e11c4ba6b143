"""Which certificate the gateway uses: assigned now or from a date, put back, called off."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from controlpanel.audit import commits
from federation.certificates.actions import Action
from federation.certificates.models import Assignment
from federation.certificates.services import keys
from federation.certificates.services.certificates import looked_at
from federation.certificates.words import told
from federation.x509.findings import Severity

if TYPE_CHECKING:
    from datetime import datetime

    from controlpanel.audit.actor import Actor
    from federation.certificates.models import Certificate


@transaction.atomic
def assign(
    certificate: Certificate,
    *,
    actor: Actor,
    use_from: datetime | None = None,
    reason: str = "",
    action: Action = Action.ASSIGN,
) -> Assignment:
    """Let the gateway use ``certificate`` from now on, or from ``use_from`` on.

    Raises ValidationError for one that would not work at that moment, or whose key cannot be opened.
    """
    now = timezone.now()
    starts = use_from if use_from and use_from > now else now
    current = Assignment.objects.select_for_update().in_force(now)
    if starts == now and current and current.certificate_id == certificate.pk:
        raise ValidationError(_("The gateway uses this certificate already."))
    report = looked_at(certificate, now=starts, in_use=True)
    if errors := [told(each) for each in report.findings if each.severity is Severity.ERROR]:
        raise ValidationError(errors)
    keys.opened(certificate.key_pair)
    row = Assignment(certificate=certificate, use_from=starts, made_by=actor.name)
    replaced = {"replaces": str(current)} if current else {}
    return commits.create(row, action=action, actor=actor, reason=reason, after=replaced)


def put_back(*, actor: Actor, reason: str = "") -> Assignment:
    """Let the gateway use the certificate from before the present one. Raises ValidationError."""
    previous = Assignment.objects.previous(timezone.now())
    if previous is None:
        raise ValidationError(_("No certificate was in use before the present one."))
    return assign(previous.certificate, actor=actor, reason=reason, action=Action.PUT_BACK)


@transaction.atomic
def call_off(row: Assignment, *, actor: Actor, reason: str = "") -> None:
    """Drop a planned assignment that has not come into force. Raises ValidationError, Gone."""
    if row.use_from <= timezone.now():
        raise ValidationError(_("It is in force already. Assign another certificate instead."))
    commits.delete(row, action=Action.UNSTAGE, actor=actor, reason=reason)
