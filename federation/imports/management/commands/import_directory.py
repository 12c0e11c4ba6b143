"""Import users from a CSV file on the command line."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from django.core.management.base import BaseCommand, CommandError, CommandParser, no_translations

from controlpanel.audit.actor import Actor
from controlpanel.shell.text import fold
from controlpanel.shell.textfile import FileRefused
from federation.imports import words
from federation.imports.csvfile import open_users
from federation.intake import services
from federation.intake.catalogue import Choices
from federation.intake.management import running
from federation.intake.management.bar import watched
from federation.intake.plan import Plan, planned
from federation.topology.models import Site

if TYPE_CHECKING:
    from collections.abc import Generator


class Command(BaseCommand):
    """manage.py import_directory FILE [--dry-run] [--make-pools --site NAME] [--make-policies] [--json]."""

    help = (
        "Import users from a CSV file: Get-CsUser's export, a spreadsheet's, or the panel's own. What would "
        "be made, changed, left and refused is printed first; then all of it is done, or nothing. A column "
        "that the file does not have leaves everybody as they are; without the column Enabled, or with an "
        "empty cell in it, whoever is new is not enabled, and an empty cell disables whoever is known. "
        + running.STATUSES
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """The file, and what may be made for it."""
        parser.add_argument("file", type=Path, metavar="FILE")
        running.add_arguments(parser)
        parser.add_argument(
            "--make-pools", action="store_true", help="make pools that are unknown; needs --site"
        )
        parser.add_argument("--site", help="the site of pools that are made")
        parser.add_argument(
            "--make-policies", action="store_true", help="make user policies that are unknown"
        )

    @no_translations
    def handle(self, *_args: Any, **options: Any) -> None:
        """Plan, print, apply."""
        path: Path = options["file"]
        try:
            with running.all_or_nothing(), path.open("rb") as file:
                self._import(file, path, _choices(options), options)
        except OSError as error:
            raise running.nothing_done(f"{path} cannot be read: {error.strerror}.") from error
        except FileRefused as refused:
            raise running.nothing_done(f"{path}: {words.file_reason(refused)}") from refused

    def _import(self, file: BinaryIO, path: Path, choices: Choices, options: dict[str, Any]) -> None:
        size = max(path.stat().st_size, 1)
        table = open_users(file, path.name)
        reading = planned(table.records, choices, table.ignored)
        plan = watched("Reading  ", reading, lambda _rows: file.tell() / size)
        running.tell(self, path.name, plan, options)
        running.act(self, plan, options, partial(_work, file, path.name, plan, choices, options["reason"]))


def _work(file: BinaryIO, name: str, plan: Plan, choices: Choices, reason: str) -> Generator[int, None, Plan]:
    file.seek(0)
    records = open_users(file, name).records
    return services.applied(records, plan, choices, name=name, actor=Actor.command(), reason=reason)


def _choices(options: dict[str, Any]) -> Choices:
    site = None
    if options["make_pools"]:
        if not options["site"]:
            raise CommandError(
                "Pools are made at a site: name it with --site.", returncode=running.NOTHING_DONE
            )
        site = Site.objects.filter(name_key=fold(options["site"])).first()
        if site is None:
            raise CommandError(f"There is no site “{options['site']}”.", returncode=running.NOTHING_DONE)
    return Choices(site, make_policies=options["make_policies"])
