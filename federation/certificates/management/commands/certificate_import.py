"""Import a certificate from the command line."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from controlpanel.audit.actor import Actor
from federation.certificates import telling
from federation.certificates.management.panelcommand import (
    PanelCommand,
    add_password,
    contents,
    find_certificate,
    password_of,
    refusals,
)
from federation.certificates.services import importing
from federation.certificates.words import told
from federation.x509.findings import Severity


class Command(PanelCommand):
    """manage.py certificate_import FILE... [--name NAME] [--accept-warnings --reason WHY] [--check]."""

    help = "Import an authority's answer, or a certificate with its key; - reads standard input."

    def add_arguments(self, parser: CommandParser) -> None:
        """The files, and what to do with warnings."""
        super().add_arguments(parser)
        parser.add_argument("files", nargs="+", type=Path)
        parser.add_argument("--name", default="")
        parser.add_argument("--check", action="store_true", help="Say what is wrong, and store nothing.")
        parser.add_argument("--accept-warnings", action="store_true")
        add_password(parser)

    def handle(self, *_args: Any, **options: Any) -> None:
        """Import it, or say what is wrong."""
        given = [sys.stdin.buffer.read() if str(path) == "-" else contents(path) for path in options["files"]]
        with refusals():
            found = importing.examine(given, password=password_of(options))
        lines = [f"{each.severity.value}: {told(each)}" for each in found.report.findings]
        if options["check"] or found.worst is Severity.ERROR:
            self.tell(options, {"findings": telling.findings(found.report.findings)}, *lines)
            if found.worst is Severity.ERROR:
                raise CommandError("Nothing was imported.")
            return
        with refusals():
            row = importing.import_certificate(
                found,
                name=options["name"],
                accept_warnings=options["accept_warnings"],
                reason=options["reason"],
                actor=Actor.command(),
            )
        data = telling.certificate(find_certificate(str(row.pk)), timezone.now())
        data["findings"] = telling.findings(found.report.findings)
        self.tell(options, data, *lines, f"Certificate {row.pk} “{row}” imported.")
