"""Check all certificates: for cron, which mails, and for monitoring, which reads the exit status."""

from __future__ import annotations

import sys
from typing import Any

from django.conf import settings
from django.core.mail import send_mail
from django.core.management.base import CommandError, CommandParser
from django.utils import timezone
from django.utils.translation import override

from federation.certificates.management.panelcommand import PanelCommand
from federation.watch import services
from federation.watch.models import Reminder
from federation.watch.watching import (
    CRITICAL,
    Notice,
    Watched,
    letter,
    notices,
    served_otherwise,
    unassigned,
    unreached,
    watched,
    worst,
)


class Command(PanelCommand):
    """manage.py check_certificates [--json] [--mail]: exit status 0 all is well, 1 warning, 2 critical."""

    help = (
        "Say when certificates end, ours and those partners showed, and what else is wrong with the one that "
        "the gateway uses. Exit status 0, 1 (within 30 days) or 2 "
        "(within 7 days, ended, none assigned, or the gateway shows another one or cannot be reached). With "
        "--mail, tell PANEL_ALERT_MAIL at 30, 14, 7, 3 and 1 days and at the end, and when a partner has "
        "another issuer; once each."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Whether to send mails."""
        super().add_arguments(parser)
        parser.add_argument("--mail", action="store_true", help="Send the reminders that are due.")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Tell, mail, and leave with the worst state."""
        now = timezone.now()
        found, others, down = watched(now), served_otherwise(now), unreached()
        status = worst(found, now)
        data = {
            "status": status,
            "unassigned": bool(unassigned(now)),
            "served_otherwise": others,
            "unreached": down,
            "certificates": [_as_json(each) for each in found],
        }
        general = [*([unassigned(now)] if unassigned(now) else []), *others, *down]
        self.tell(options, data, *general, *(line for each in found for line in _lines(each)))
        if options["mail"]:
            with override(settings.ALERT_LANGUAGE):
                _mail(notices(watched(now), now))
        if status:
            sys.exit(status)


def _as_json(each: Watched) -> dict[str, Any]:
    return {
        "kind": each.kind,
        "name": each.name,
        "sha256": each.sha256,
        "not_after": each.ends.isoformat(),
        "days_left": each.left.days,
        "status": each.status,
        "errors": each.errors,
        "warnings": each.warnings,
    }


def _lines(each: Watched) -> list[str]:
    return [
        f"{each.kind}\t{each.ends:%Y-%m-%d}\t{each.left.words}\t{each.name}",
        *(f"error: {said}" for said in each.errors),
        *(f"warning: {said}" for said in each.warnings),
    ]


def _mail(due: list[Notice]) -> None:
    """One mail about all that nobody told yet; CommandError (exit status 2) when it cannot be sent."""
    if not settings.ALERT_MAIL:
        raise CommandError("PANEL_ALERT_MAIL names nobody to send mail to.", returncode=CRITICAL)
    sent = set(Reminder.objects.values_list("sha256", "days"))
    unsent = [each for each in due if each.key not in sent]
    if not unsent:
        return
    try:
        send_mail(unsent[0].sentence, letter(unsent), None, settings.ALERT_MAIL)
    except OSError as failure:  # SMTPException is one
        raise CommandError(f"The mail was not sent: {failure}", returncode=CRITICAL) from None
    services.note_reminders(each.key for each in unsent)  # only now: better told twice than never
