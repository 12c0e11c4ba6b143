"""A forgotten password. It takes the place of Django's own command, which would write past the change log."""

from __future__ import annotations

import getpass
import os
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from controlpanel.accounts import services
from controlpanel.accounts.models import Administrator
from controlpanel.audit.actor import Actor

if TYPE_CHECKING:
    from django.core.management.base import CommandParser


class Command(BaseCommand):
    """Set an administrator's password and let the account try again at once."""

    help = "Set an administrator's password (typed, or PANEL_ADMIN_PASSWORD), and unlock the account."

    def add_arguments(self, parser: CommandParser) -> None:
        """Whose."""
        parser.add_argument("username", nargs="?", default="admin", help="default: admin")

    @transaction.atomic
    def handle(self, *_args: Any, username: str, **_options: Any) -> None:
        """Set it through the service, so that it is validated and recorded."""
        try:
            account = Administrator.objects.get_by_natural_key(username)
        except Administrator.DoesNotExist:
            raise CommandError(f"No administrator is called {username}.") from None
        password = os.environ.get("PANEL_ADMIN_PASSWORD") or _typed()
        try:
            services.set_password(account, password, actor=Actor.command())
        except ValidationError as refusal:
            raise CommandError(f"The password was refused: {' '.join(refusal.messages)}") from refusal
        services.unlock(account, actor=Actor.command())
        self.stdout.write(f"The password of {account} was set. Sessions with the old one have ended.")


def _typed() -> str:
    password = getpass.getpass("New password: ")
    if password != getpass.getpass("Once more: "):
        raise CommandError("The two passwords differ.")
    return password
