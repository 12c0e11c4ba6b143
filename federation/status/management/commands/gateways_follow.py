"""``manage.py gateways_follow``: after a database was restored, let the gateways follow it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from controlpanel.audit.actor import Actor
from federation.replication import histories

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(BaseCommand):
    """Name the gateways that run another history; with --yes let them follow."""

    help = (
        "After this panel was restored from a backup, gateways go on with what was committed after it. Name "
        "them; with --yes let them enforce what stands here from now on."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The options."""
        parser.add_argument("--yes", action="store_true", help="Let them follow.")
        parser.add_argument("--reason", default="", help="Kept in the change log.")

    def handle(self, *args: Any, yes: bool, reason: str, **options: Any) -> None:
        """Say who and what; status 1 when nobody needs it, or as long as somebody does."""
        names = ", ".join(f"{each.gateway} (revision {each.revision})" for each in histories.strayed())
        if not names:
            raise CommandError(_("No gateway runs another history of this panel."))
        if not yes:
            raise CommandError(
                f"They run another history: {names}. Make the changes since the backup, then --yes."
            )
        try:
            revision = histories.supersede(actor=Actor.command(), reason=reason)
        except ValidationError as refusal:
            raise CommandError(" ".join(refusal.messages)) from refusal
        self.stdout.write(f"They follow, within half a minute: {names}. This is revision {revision}.")
