"""Another name for an account, also where an upgrade waits for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.core.management.base import BaseCommand, CommandError

from controlpanel.accounts.services.renaming import rename
from controlpanel.audit.actor import Actor

if TYPE_CHECKING:
    from django.core.management.base import CommandParser


class Command(BaseCommand):
    """Rename it through the service, so that it is validated and recorded."""

    help = "Rename an administrator; password, roles and history stay. Works before an upgrade, too."

    def add_arguments(self, parser: CommandParser) -> None:
        """From what to what."""
        parser.add_argument("old", help="the present name; before an upgrade, letter by letter")
        parser.add_argument("new", help="the name from now on")

    def handle(self, *_args: Any, old: str, new: str, **_options: Any) -> None:
        """Do it."""
        try:
            rename(old, new, actor=Actor.command())
        except ObjectDoesNotExist:
            raise CommandError(f"No administrator is called {old}.") from None
        except ValidationError as refusal:
            raise CommandError(f"The name was refused: {' '.join(refusal.messages)}") from refusal
        self.stdout.write(f"{old} is called {new} now.")
