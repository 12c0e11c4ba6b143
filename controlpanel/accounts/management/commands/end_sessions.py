"""End every session: after a backup was restored, or when somebody may have taken one over."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand

from controlpanel.accounts import services
from controlpanel.audit.actor import Actor

if TYPE_CHECKING:
    from django.core.management.base import CommandParser


class Command(BaseCommand):
    """Through the service, so that it is recorded."""

    help = "End all sessions: everybody signs in again."

    def add_arguments(self, parser: CommandParser) -> None:
        """Why."""
        parser.add_argument("--reason", default="", help="why, for the change log")

    def handle(self, *_args: Any, reason: str, **_options: Any) -> None:
        """Do it."""
        count = services.end_all_sessions(actor=Actor.command(), reason=reason)
        self.stdout.write(f"Sessions ended: {count}. Everybody signs in again.")
