"""It takes the place of Django's own: nobody is a superuser here, and no account is made past the log."""

from __future__ import annotations

from typing import Any, NoReturn

from django.contrib.auth.management.commands import createsuperuser
from django.core.management.base import CommandError


class Command(createsuperuser.Command):
    """Refused, whatever is asked."""

    help = "Refused: administrators are made at /admin/, the first one by the command prepare."

    def handle(self, *_args: Any, **_options: Any) -> NoReturn:
        """Say what to do instead."""
        raise CommandError(
            "The panel has no superusers. The command prepare makes the first administrator; a "
            "CsAdministrator makes the others at /admin/. For a forgotten password there is changepassword."
        )
