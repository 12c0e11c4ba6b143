"""Which certificate the gateway uses: assigned now or from a date, put back, called off."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from controlpanel.audit import commits, tallies
from federation.certificates.actions import Action
from federation.certificates.models import Assignment
from federation.certificates.services import keys
from federation.certificates.services.certificates import looked_at
from federation.certificates.words import told
from federation.x509.findings import Severity

if TYPE_CHECKING:
    from collections.abc import Callable
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
    check: Callable[[], object] = lambda: None,
) -> Assignment:
    """Let the gateway use ``certificate``, as the actor saw it, from now on, or from ``use_from`` on.

    ``check`` is called before anything is written and with the certificate and its assignments held; it may
    refuse. Raises ValidationError for one that would not work at that moment, or whose key cannot be opened;
    Conflict, Gone.
    """
    now = timezone.now()
    starts = use_from if use_from and use_from > now else now
    certificate = commits.seen(certificate)
    tallies.hold(Assignment.objects.all())
    check()
    current = Assignment.objects.in_force(now)
    if starts == now and current and current.certificate_id == certificate.pk:
        raise ValidationError(_("The gateway uses this certificate already."))
    report = looked_at(certificate, now=starts, in_use=True)
    if errors := [told(each) for each in report.findings if each.severity is Severity.ERROR]:
        raise ValidationError(errors)
    keys.opened(certificate.key_pair)
    row = Assignment(certificate=certificate, use_from=starts, made_by=actor.name)
    replaced = {"replaces": str(current)} if current else {}
    return commits.create(row, action=action, actor=actor, reason=reason, after=replaced)


@transaction.atomic
def put_back(*, seen: int | None = None, actor: Actor, reason: str = "") -> Assignment:
    """Let the gateway use the certificate from before the present one.

    ``seen`` is the key of the previous assignment as the actor saw it; another one meanwhile is refused.
    Raises ValidationError, commits.Changed.
    """
    previous = Assignment.objects.previous(timezone.now())
    if previous is None:
        raise ValidationError(_("No certificate was in use before the present one."))

    def check() -> None:
        current = Assignment.objects.previous(timezone.now())
        if current is None or current.pk != (previous.pk if seen is None else seen):
            raise commits.Conflict(current or previous)

    options: Any = {"action": Action.PUT_BACK, "check": check}
    return assign(previous.certificate, actor=actor, reason=reason, **options)


@transaction.atomic
def call_off(row: Assignment, *, actor: Actor, reason: str = "") -> None:
    """Drop a planned assignment, as the actor saw it, that has not come into force.

    Raises ValidationError, Conflict, Gone.
    """
    if row.use_from <= timezone.now():
        raise ValidationError(_("It is in force already. Assign another certificate instead."))
    commits.delete(row, action=Action.UNSTAGE, actor=actor, as_seen=True, reason=reason)
