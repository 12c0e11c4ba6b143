"""Import SIP federated domains from the command line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser, no_translations

from controlpanel.audit.actor import Actor
from controlpanel.shell.filewords import unreadable
from controlpanel.shell.management import planning
from controlpanel.shell.textfile import FileRefused
from federation.domains import services
from federation.domains.models import Kind
from federation.domains.words import done, parts, told


class Command(BaseCommand):
    """manage.py import_domains FILE [--list allowed|blocked] [--dry-run] [--reason TEXT]."""

    help = (
        "Import SIP federated domains: a CSV file such as Get-CsAllowedDomain exports, or one domain a line. "
        "Either all lines are imported or none."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """The file, and which list it is when it does not say."""
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--list", choices=Kind.values, default="", help="the list of lines that name none"
        )
        parser.add_argument(
            "--accept-warnings", action="store_true", help="also block domains of XMPP federated partners"
        )
        parser.add_argument("--dry-run", action="store_true", help="say what would be done, and do nothing")
        parser.add_argument("--reason", default="", help="kept in the change log")

    @no_translations
    def handle(self, *_args: Any, **options: Any) -> None:
        """Import it; or say, line by line, why not, with exit status 1."""
        try:
            plan = services.import_domains(
                options["file"].read_bytes(),
                kind=options["list"],
                file_name=options["file"].name,
                agreed=options["accept_warnings"],
                actor=Actor.command(),
                reason=options["reason"],
                dry_run=options["dry_run"],
            )
        except OSError as missing:
            raise CommandError(f"{options['file']}: {missing.strerror}") from missing
        except FileRefused as refused:
            raise CommandError(f"{options['file']}: {unreadable(refused)}") from refused
        except ValidationError as refusal:
            raise CommandError(" ".join(refusal.messages)) from refusal
        for fault in plan.faults:
            self.stderr.write(f"{options['file']}:{fault.line}: {told(fault)}")
        if plan.faults:
            raise CommandError(f"Lines that cannot be used: {len(plan.faults)}. Nothing was imported.")
        for question in plan.questions:
            self.stderr.write(f"{options['file']}:{question.line}: warning: {told(question)}")
        asked = planning.unanswered(plan, agreed=options["accept_warnings"], dry_run=options["dry_run"])
        self.stdout.write(f"{'Dry run. ' if options['dry_run'] or asked else ''}{done(plan)}")
        for line in planning.lines(parts(plan), plan):
            self.stdout.write(line)
        if asked:
            raise CommandError(asked)
