"""Make a site from the command line."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from controlpanel.audit.actor import Actor
from federation.topology import services


class Command(BaseCommand):
    """manage.py make_site NAME [--description TEXT] [--reason TEXT]."""

    help = "Make a site."

    def add_arguments(self, parser: CommandParser) -> None:
        """The name, and what else a site has."""
        parser.add_argument("name")
        parser.add_argument("--description", default="")
        parser.add_argument("--reason", default="")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Make it, or say why not."""
        try:
            site = services.create_site(
                name=options["name"],
                description=options["description"],
                reason=options["reason"],
                actor=Actor.command(),
            )
        except ValidationError as refusal:
            raise CommandError(" ".join(refusal.messages)) from refusal
        self.stdout.write(f"Site {site} made.")
