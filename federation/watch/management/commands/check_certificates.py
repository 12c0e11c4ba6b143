"""Check all certificates: for cron, which mails, and for monitoring, which reads the exit status."""

from __future__ import annotations

import sys
from typing import Any

from django.conf import settings
from django.core.mail import send_mail
from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from federation.certificates.management.panelcommand import PanelCommand
from federation.watch import services
from federation.watch.models import Reminder
from federation.watch.watching import Watched, unassigned, watched, worst


class Command(PanelCommand):
    """manage.py check_certificates [--json] [--mail]: exit status 0 all is well, 1 warning, 2 critical."""

    help = (
        "Say when certificates end, ours and those partners showed. Exit status 0, 1 (within 30 days) or 2 "
        "(within 7 days, ended, or none assigned). With --mail, tell PANEL_ALERT_MAIL at 30, 14, 7, 3 and 1 "
        "days, once each."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Whether to send mails."""
        super().add_arguments(parser)
        parser.add_argument("--mail", action="store_true", help="Send the reminders that are due.")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Tell, mail, and leave with the worst state."""
        now = timezone.now()
        found = watched(now)
        status = worst(found, now)
        data = {
            "status": status,
            "unassigned": bool(unassigned(now)),
            "certificates": [
                {
                    "kind": each.kind,
                    "name": each.name,
                    "sha256": each.sha256,
                    "not_after": each.ends.isoformat(),
                    "days_left": each.left.days,
                    "status": each.status,
                }
                for each in found
            ],
        }
        lines = [_line(each) for each in found]
        self.tell(options, data, *([unassigned(now)] if unassigned(now) else []), *lines)
        if options["mail"]:
            _mail(found)
        if status:
            sys.exit(status)


def _line(each: Watched) -> str:
    return f"{each.kind}\t{each.ends:%Y-%m-%d}\t{each.left.words}\t{each.name}"


def _mail(found: list[Watched]) -> None:
    """One mail about all that is due and was not told yet; CommandError when it cannot be sent."""
    sent = set(Reminder.objects.values_list("sha256", "days"))
    due = [each for each in found if each.due is not None and (each.sha256, each.due) not in sent]
    if not due or not settings.ALERT_MAIL:
        return
    subject = f"Certificates: {due[0].name}, {due[0].left.words}"
    try:
        send_mail(subject, "\n".join(map(_line, due)) + "\n", None, settings.ALERT_MAIL)
    except OSError as failure:
        raise CommandError(f"The mail was not sent: {failure}") from None
    services.note_reminders((each.sha256, each.due) for each in due if each.due is not None)
