"""``manage.py gateway_snapshot``: what gateways are told, as they are told it."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError

from federation.replication import checking, documents, services

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(BaseCommand):
    """Print, check or repair what is published."""

    help = "Print the full document of the current revision, or check that it is what the panel's data say."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The options."""
        parser.add_argument("--gateway", default="", help="For which gateway the header is made.")
        parser.add_argument("--check", action="store_true", help="Compare it with the data; print nothing.")
        parser.add_argument("--repair", action="store_true", help="Publish what --check finds.")

    def handle(self, *_args: Any, gateway: str, check: bool, repair: bool, **_options: Any) -> None:
        """Do what was asked. A check that finds something ends with status 1."""
        latest = services.publish()
        if repair:
            now = services.publish(everything=True)
            self.stderr.write(f"Revision {now.number}: {now.count} objects, hash {now.hash}.")
        elif check:
            found = checking.check()
            if found.faults:
                raise CommandError("\n".join([*found.faults, "Run gateway_snapshot --repair."]))
            self.stderr.write(f"Revision {latest.number}: {found.objects} objects are as the data say.")
        else:
            self._print(gateway)

    @staticmethod
    def _print(gateway: str) -> None:
        document = documents.for_gateway(gateway, None)
        try:
            for piece in document.pieces():
                sys.stdout.buffer.write(piece)
            sys.stdout.flush()
        except BrokenPipeError:  # whoever reads had enough
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
