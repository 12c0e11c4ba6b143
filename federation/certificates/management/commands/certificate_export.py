"""Export a certificate from the command line."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from controlpanel.audit.actor import Actor
from federation.certificates.management.panelcommand import (
    PanelCommand,
    add_password,
    find_certificate,
    password_of,
    refusals,
)
from federation.certificates.services import exporting
from federation.certificates.services.exporting import Format


class Command(PanelCommand):
    """manage.py certificate_export CERTIFICATE --output FILE [--format pfx --password-file FILE]."""

    help = "Write a certificate with its chain; its key only under a password."

    def add_arguments(self, parser: CommandParser) -> None:
        """Which one, in which form, where to."""
        super().add_arguments(parser)
        parser.add_argument("certificate")
        parser.add_argument("--format", choices=Format.values, default=Format.PFX.value)
        parser.add_argument("--output", type=Path, required=True)
        add_password(parser)

    def handle(self, *_args: Any, **options: Any) -> None:
        """Write the file, of mode 0600; an existing one is not overwritten."""
        row, path = find_certificate(options["certificate"]), options["output"]
        with refusals():
            file = exporting.export(
                row,
                form=Format(options["format"]),
                password=password_of(options),
                actor=Actor.command(),
                reason=options["reason"],
            )
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "wb") as output:
                output.write(file.content)
        except OSError as failure:
            raise CommandError(f"{path}: {failure.strerror}") from failure
        data = {"certificate": row.pk, "format": options["format"], "output": str(path)}
        self.tell(options, data, f"“{row}” written to {path}.")
