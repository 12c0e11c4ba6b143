"""Bring users from a directory server: LDAP or Active Directory."""

from __future__ import annotations

import math
from argparse import RawDescriptionHelpFormatter
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from controlpanel.audit.actor import Actor
from federation.directory.models import User
from federation.intake import services
from federation.intake.catalogue import Choices
from federation.intake.management import running
from federation.intake.management.bar import Bar, watched
from federation.intake.plan import planned
from federation.ldap import server, words
from federation.ldap import settings as settings_module
from federation.ldap.settings import ServerRefused, ServerSettings, SettingsWrong
from federation.ldap.spool import Spool

if TYPE_CHECKING:
    from federation.intake.plan import Plan


class Command(BaseCommand):
    """manage.py sync_directory [--dry-run] [--most-vanishing PERCENT] [--reason TEXT] [--json]."""

    help = (
        "Bring users from a directory server (LDAP, Active Directory). Those that it lists no more are "
        "disabled, never removed. All of it is done, or nothing. " + running.STATUSES
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """How far this run goes; the help lists the settings."""
        parser.formatter_class = RawDescriptionHelpFormatter
        parser.epilog = (settings_module.__doc__ or "").partition("\n\n")[2]
        running.add_arguments(parser)
        parser.add_argument(
            "--most-vanishing",
            type=float,
            metavar="PERCENT",
            help="instead of PANEL_LDAP_MOST_VANISHING, once",
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        """Read all, plan, print, apply."""
        try:
            settings = settings_module.from_environment()
            if options["most_vanishing"] is not None:
                settings = replace(settings, most_vanishing=options["most_vanishing"])
            with running.all_or_nothing():
                self._sync(settings, options)
        except SettingsWrong as wrong:
            raise CommandError(str(wrong), returncode=running.NOTHING_DONE) from wrong
        except ServerRefused as refused:
            raise running.nothing_done(str(words.SERVER[refused.code]) % refused.params) from refused

    def _sync(self, settings: ServerSettings, options: dict[str, Any]) -> None:
        bar = Bar("Reading")
        with Spool(server.entries(settings), bar) as spool:
            bar.clear()
            choices = Choices(source=settings.name, ambiguous=frozenset(spool.ambiguous), pool=settings.pool)
            reading = planned(spool.records(), choices)
            plan = watched("Comparing", reading, lambda rows: rows / max(spool.count, 1))
            running.tell(self, f"{settings.name} on {settings.host}", plan, options)
            _refuse_too_many(plan, settings)
            running.act(
                self,
                plan,
                options,
                lambda: services.applied(
                    spool.records(),
                    plan,
                    choices,
                    name=settings.name,
                    actor=Actor.command(),
                    reason=options["reason"],
                ),
            )


def _refuse_too_many(plan: Plan, settings: ServerSettings) -> None:
    """Stop when more users than is believable would be disabled: a wrong base or filter looks like that."""
    vanished, most = plan.numbers.vanished, settings.most_vanishing
    known = User.objects.filter(source=settings.name, enabled=True).count()
    if vanished > known * most / 100:
        share = vanished / known * 100
        raise running.nothing_done(
            f"{vanished:,} of {known:,} users ({share:.0f} %) would be disabled, because the server lists "
            f"them no more. More than {most:g} % is not believed; if it is right, run again with "
            f"--most-vanishing {math.ceil(share)}."
        )
