"""Assign a certificate to the gateway from the command line."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.core.management.base import CommandError, CommandParser

from controlpanel.audit.actor import Actor
from federation.certificates.management.panelcommand import PanelCommand, find_certificate, refusals
from federation.certificates.services import assignments


def _moment(text: str) -> datetime:
    """A moment in ISO 8601; UTC where it names no zone."""
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


class Command(PanelCommand):
    """manage.py certificate_assign CERTIFICATE [--use-from MOMENT]; or --put-back."""

    help = "Let the gateway use a certificate (id, thumbprint or friendly name)."

    def add_arguments(self, parser: CommandParser) -> None:
        """Which one, from when."""
        super().add_arguments(parser)
        parser.add_argument("certificate", nargs="?", default="")
        parser.add_argument("--use-from", type=_moment, help="such as 2026-12-01T06:00 (UTC)")
        parser.add_argument("--put-back", action="store_true", help="use the previous one again")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Assign it, or say why not."""
        if bool(options["certificate"]) == options["put_back"]:
            raise CommandError("Give a certificate, or --put-back.")
        with refusals():
            if options["put_back"]:
                made = assignments.put_back(actor=Actor.command(), reason=options["reason"])
            else:
                made = assignments.assign(
                    find_certificate(options["certificate"]),
                    use_from=options["use_from"],
                    actor=Actor.command(),
                    reason=options["reason"],
                )
        data = {
            "certificate": made.certificate_id,
            "name": str(made),
            "use_from": made.use_from.isoformat(),
        }
        self.tell(options, data, f"The gateway uses “{made}” from {made.use_from:%Y-%m-%d %H:%M} UTC on.")
