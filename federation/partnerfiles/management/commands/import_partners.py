"""Import XMPP federated partners from the command line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser, no_translations

from controlpanel.audit.actor import Actor
from controlpanel.shell.filewords import unreadable
from controlpanel.shell.management import planning
from controlpanel.shell.textfile import FileRefused
from federation.partnerfiles import services
from federation.partnerfiles.csvfile import open_partners, partner_rows
from federation.partnerfiles.words import parts, told


class Command(BaseCommand):
    """manage.py import_partners FILE [--dry-run] [--reason TEXT]."""

    help = (
        "Import XMPP federated partners from a CSV file such as Get-CsXmppAllowedPartner exports. "
        "Either all lines are imported or none; no partner is deleted."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """The file, and whether to write."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="say what would be done, and do nothing")
        parser.add_argument(
            "--accept-warnings",
            action="store_true",
            help="also make partners of domains that are blocked for SIP",
        )
        parser.add_argument("--reason", default="", help="kept in the change log")

    @no_translations
    def handle(self, *_args: Any, **options: Any) -> None:
        """Import it; or say, line by line, why not, with exit status 1."""
        name, dry_run = options["file"], options["dry_run"]
        try:
            with name.open("rb") as file:
                table = open_partners(file, name.name)
                plan = services.import_partners(
                    partner_rows(table),
                    unread=table.ignored,
                    actor=Actor.command(),
                    reason=options["reason"],
                    dry_run=dry_run,
                    agreed=options["accept_warnings"],
                )
        except OSError as fault:
            raise CommandError(f"{name}: {fault.strerror}") from fault
        except FileRefused as refused:
            raise CommandError(f"{name}: {unreadable(refused)}") from refused
        except ValidationError as refusal:
            raise CommandError(" ".join(refusal.messages)) from refusal
        for each in plan.faults or [*plan.warnings, *plan.questions]:
            self.stderr.write(f"{name}:{each.line}: {'' if plan.faults else 'warning: '}{told(each)}")
        if plan.faults:
            raise CommandError(f"{len(plan.faults)} faults. Nothing was imported.")
        asked = planning.unanswered(plan, agreed=options["accept_warnings"], dry_run=dry_run)
        done = "would be" if dry_run or asked else "were"
        self.stdout.write(
            f"{len(plan.new)} partners {done} made and {len(plan.changed)} changed; "
            f"{plan.unchanged} are as the file says already."
        )
        for line in planning.lines(parts(plan), plan):
            self.stdout.write(line)
        if asked:
            raise CommandError(asked)
