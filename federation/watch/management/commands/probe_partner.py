"""Look at a partner's servers from the command line."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError, CommandParser

from controlpanel.audit.actor import Actor
from federation.certificates.management.panelcommand import PanelCommand, refusals
from federation.topology import names
from federation.topology.words import refused
from federation.watch import services, telling, words


class Command(PanelCommand):
    """manage.py probe_partner DOMAIN [--json]."""

    help = "Look at the XMPP servers of a domain as another server would, and keep what they show."

    def add_arguments(self, parser: CommandParser) -> None:
        """Whose servers."""
        super().add_arguments(parser)
        parser.add_argument("domain")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Look, and tell."""
        try:
            domain = names.domain(options["domain"])
        except names.NameRefused as refusal:
            raise CommandError(" ".join(refused(refusal).messages)) from None
        with refusals():
            look = services.look_at(domain, actor=Actor.command())
        lines = [
            f"{place['host']}:{place['port']}\t{place['method']}\t{place['tls'] or '-'}\t"
            f"{place['methods_said'] or place['said'] or '-'}"
            for place in telling.places(look)
        ]
        if look.not_after:
            lines.append(f"{look.issuer}\t{look.not_after:%Y-%m-%d}")
        warnings = telling.warnings(look)
        self.tell(options, telling.as_json(look), *lines, *(f"warning: {said}" for said in warnings))
        if look.trouble:
            raise CommandError(words.told(look.trouble, look.params))
