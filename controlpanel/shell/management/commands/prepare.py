"""Everything between a fresh clone and a panel that serves: called by ``make run``."""

from __future__ import annotations

import hashlib
import os
import secrets
from pathlib import Path
from typing import Any

import polib
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from controlpanel.accounts.models import Administrator
from controlpanel.accounts.rights import Role
from controlpanel.accounts.services import create_administrator
from controlpanel.audit.actor import Actor


class Command(BaseCommand):
    """Languages, database, static files, first administrator. Run twice, it changes nothing."""

    help = "Make the languages, the database, the static files and the first administrator ready."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Do what is missing."""
        compile_languages()
        call_command("migrate", verbosity=0)
        close_to_others()
        collect_static()
        call_command("clearsessions")
        if not Administrator.objects.exists():
            self._make_first_administrator()

    def _make_first_administrator(self) -> None:
        given = os.environ.get("PANEL_ADMIN_PASSWORD", "")
        password = given or secrets.token_urlsafe(12)
        try:
            create_administrator(
                username="admin",
                password=password,
                roles=[Role.ADMINISTRATOR],
                actor=Actor.command(),
            )
        except ValidationError as refusal:
            raise CommandError(f"PANEL_ADMIN_PASSWORD was refused: {' '.join(refusal.messages)}") from refusal
        if given:
            self.stdout.write("Administrator made: admin, with the password from PANEL_ADMIN_PASSWORD.")
        else:
            self.stdout.write(f"Administrator made: admin, password {password} (printed this once).")


def compile_languages() -> None:
    """Compile each .po file whose .mo is missing or older; needs no GNU gettext."""
    for folder in settings.LOCALE_PATHS:
        for source in Path(folder).glob("*/LC_MESSAGES/*.po"):
            target = source.with_suffix(".mo")
            if not target.exists() or target.stat().st_mtime < source.stat().st_mtime:
                draft = target.with_suffix(f".{os.getpid()}")
                polib.pofile(str(source)).save_as_mofile(str(draft))
                draft.replace(target)


def close_to_others() -> None:
    """Let no other account of this machine read the SQLite database: who reads a session can use it.

    SQLite gives the files beside it the same mode.
    """
    file = Path(connection.settings_dict["NAME"])
    if connection.vendor == "sqlite" and file.exists() and file.stat().st_uid == os.geteuid():
        file.chmod(0o600)


def collect_static() -> None:
    """Collect and compress the static files, unless the very same ones were collected before."""
    digest = hashlib.sha256()
    for finder in get_finders():
        for path, storage in finder.list(None):
            facts = Path(storage.path(path)).stat()
            digest.update(f"{path} {facts.st_size} {facts.st_mtime_ns}\n".encode())
    root = Path(settings.STATIC_ROOT)
    for kept in (*root.glob(".*"), *root.glob("staticfiles.json*")):  # where the version before kept them
        kept.unlink()
    mark = Path(settings.STATE_DIR) / "static-collected"
    if not root.exists() or not mark.exists() or mark.read_text() != digest.hexdigest():
        call_command("collectstatic", interactive=False, verbosity=0)
        mark.write_text(digest.hexdigest())
