"""``manage.py gateway_config NAME``: the lines for a gateway's prosody.cfg.lua."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError
from django.urls import reverse

from controlpanel.audit.actor import Actor
from federation.gateway import services
from federation.gateway.models import Gateway
from federation.status.installing import UNKNOWN_SECRET, configuration, is_in_clear

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(BaseCommand):
    """Print the lines; with --new-secret make a secret that then stands in them."""

    help = "Print the lines for a gateway's prosody.cfg.lua."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The options."""
        parser.add_argument("name", help="The gateway's name (FQDN).")
        parser.add_argument(
            "--panel", default="http://127.0.0.1:8000", help="Where the gateway reaches the panel."
        )
        parser.add_argument(
            "--new-secret", action="store_true", help="Replace the secret; the old one stops working at once."
        )

    def handle(self, *_args: Any, name: str, panel: str, new_secret: bool, **_options: Any) -> None:
        """Print to standard output, so that it can be piped into a file."""
        if is_in_clear(panel):
            raise CommandError(
                "The gateway sends its token to the panel: --panel begins with https://, unless the panel is "
                "on the same machine (http://127.0.0.1:8000)."
            )
        gateway = Gateway.objects.filter(name=name.strip().casefold()).first()
        if gateway is None:
            raise CommandError(f"There is no gateway {name}.")
        secret = UNKNOWN_SECRET
        if new_secret:
            gateway, secret = services.replace_secret(gateway, actor=Actor.command())
            if not gateway.can_unseal:
                self.stderr.write(
                    "The master key is missing: the gateway gets the rules, but no certificate."
                )
        url = panel.rstrip("/") + reverse("replication:exchange")
        self.stdout.write(configuration(gateway.name, url, secret), ending="")
