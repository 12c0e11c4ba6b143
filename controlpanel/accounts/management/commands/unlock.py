"""Let somebody try again at once who failed to sign in too often."""

from __future__ import annotations

from ipaddress import ip_address
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError

from controlpanel.accounts import services
from controlpanel.accounts.models import Administrator
from controlpanel.audit.actor import Actor

if TYPE_CHECKING:
    from django.core.management.base import CommandParser


class Command(BaseCommand):
    """Unlock through the services, so that it is recorded."""

    help = "Forget failed sign-ins of an administrator, from an address (an IPv6 /64 is one), or all."

    def add_arguments(self, parser: CommandParser) -> None:
        """One of three."""
        what = parser.add_mutually_exclusive_group(required=True)
        what.add_argument("username", nargs="?", help="the administrator's name")
        what.add_argument("--address", help="an address of the network that is shut out")
        what.add_argument("--all", action="store_true", help="all names and networks")
        parser.add_argument("--reason", default="", help="why, for the change log")

    def handle(
        self, *_args: Any, username: str | None, address: str | None, reason: str, **options: Any
    ) -> None:
        """Do it."""
        actor = Actor.command()
        if options["all"]:
            services.unlock_all(actor=actor, reason=reason)
            self.stdout.write("All failed sign-ins are forgotten.")
        elif address:
            try:
                known = str(ip_address(address))
            except ValueError:
                raise CommandError(f"{address} is no address, such as 192.0.2.1 or 2001:db8::1.") from None
            network = services.unlock_network(known, actor=actor, reason=reason)
            self.stdout.write(f"Failed sign-ins from {network} are forgotten.")
        else:
            account = Administrator.objects.called(username or "")
            if account is None:
                raise CommandError(f"No administrator is called {username}.")
            services.unlock(account, actor=actor, reason=reason)
            self.stdout.write(f"Failed sign-ins of {account} are forgotten.")
