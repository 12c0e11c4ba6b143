"""What the commands of this room share: --json, --reason, refusals as one sentence, secrets from files."""

from __future__ import annotations

import json
import os
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from federation.certificates.models import Certificate

if TYPE_CHECKING:
    from collections.abc import Iterator


class PanelCommand(BaseCommand):
    """A command for scripts."""

    def add_arguments(self, parser: CommandParser) -> None:
        """What every command takes."""
        parser.add_argument("--json", action="store_true", help="Print JSON.")
        parser.add_argument("--reason", default="", help="Why; kept in the change log.")

    def tell(self, options: dict[str, Any], data: Any, *lines: str) -> None:
        """Print ``data`` as JSON if asked, else ``lines``."""
        if options["json"]:
            self.stdout.write(json.dumps(data, indent=2, ensure_ascii=False))
        else:
            for line in lines:
                self.stdout.write(line)


def add_password(parser: CommandParser) -> None:
    """A password, never as an argument, which every process of the machine can read."""
    parser.add_argument("--password-file", type=Path, help="A file whose first line is the password.")
    parser.add_argument("--password-env", metavar="NAME", help="An environment variable with the password.")


def password_of(options: dict[str, Any]) -> str:
    """The password, or ""."""
    if path := options["password_file"]:
        return next(iter(contents(path).decode(errors="replace").splitlines()), "")
    return os.environ.get(options["password_env"] or "", "")


def contents(path: Path) -> bytes:
    """The contents of a file; CommandError says why it cannot be read."""
    try:
        return path.read_bytes()
    except OSError as failure:
        raise CommandError(f"{path}: {failure.strerror}") from failure


@contextmanager
def refusals() -> Iterator[None]:
    """A ValidationError of a service becomes the sentence of a CommandError."""
    try:
        yield
    except ValidationError as refusal:
        raise CommandError(" ".join(refusal.messages)) from None


def find_certificate(text: str) -> Certificate:
    """A certificate by its id, thumbprint or friendly name."""
    rows = Certificate.objects.listed(timezone.now())
    digits = text.replace(":", "").replace(" ", "").upper()
    found = list(rows.filter(pk=int(text)) if text.isascii() and text.isdigit() and len(text) < 19 else [])
    found = found or list(rows.filter(sha256=digits)[:1]) or list(rows.filter(sha1=digits)[:2])
    found = found or list(rows.filter(name=text)[:2])
    if len(found) == 1:
        row: Certificate = found[0]
        return row
    if found:
        raise CommandError(f"Several certificates are called “{text}”. Give the id.")
    raise CommandError(f"There is no certificate “{text}”.")
