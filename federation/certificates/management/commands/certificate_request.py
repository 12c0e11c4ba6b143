"""Request a certificate from the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.management.base import CommandError, CommandParser

from controlpanel.audit.actor import Actor
from federation.certificates import telling
from federation.certificates.management.panelcommand import PanelCommand, find_certificate, refusals
from federation.certificates.services import requests as services
from federation.certificates.words import told
from federation.x509.findings import Severity
from federation.x509.keys import DEFAULT_KIND, KeyKind
from federation.x509.requests import FIELDS, Plan, renewal

if TYPE_CHECKING:
    from federation.certificates.models import Certificate


class Command(PanelCommand):
    """manage.py certificate_request NAME --gateway FQDN [--domain DOMAIN ...] [--renews CERTIFICATE]."""

    help = "Make a key and a request (PKCS#10), and print the request."

    def add_arguments(self, parser: CommandParser) -> None:
        """What a request may ask for; the local domains are taken when no --domain is given."""
        super().add_arguments(parser)
        parser.add_argument("name", help="the friendly name")
        parser.add_argument("--gateway", default="")
        parser.add_argument("--domain", action="append", default=[])
        parser.add_argument("--other", action="append", default=[])
        parser.add_argument("--key", choices=[kind.value for kind in KeyKind], default="")
        for field in (*FIELDS, "country"):
            parser.add_argument(f"--{field}", default="")
        parser.add_argument("--srv-names", action="store_true")
        parser.add_argument("--xmpp-addresses", action="store_true")
        parser.add_argument("--renews", default="", help="id, thumbprint or name of a certificate")
        parser.add_argument("--accept-warnings", action="store_true")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Make it, or say why not."""
        renews = find_certificate(options["renews"]) if options["renews"] else None
        plan = _plan(options, renews)
        found = services.examined(plan)
        warnings = [told(each) for each in found if each.severity is Severity.WARNING]
        if warnings and not options["accept_warnings"]:
            raise CommandError(" ".join([*warnings, "Nothing was made: --accept-warnings makes it anyway."]))
        with refusals():
            row = services.create_request(
                name=options["name"],
                plan=plan,
                renews=renews,
                actor=Actor.command(),
                reason=options["reason"],
            )
        data = telling.request(row) | {"findings": telling.findings(found)}
        self.tell(options, data, row.pem.strip())


def _plan(options: dict[str, Any], renews: Certificate | None) -> Plan:
    local = services.local_domains()
    old = renewal(renews.facts, local) if renews else Plan("")
    own = {name: options[name] or getattr(old, name) for name in (*FIELDS, "country")}
    return Plan(
        gateway=options["gateway"] or old.gateway,
        domains=tuple(options["domain"]) or tuple(dict.fromkeys((*old.domains, *local))),
        others=tuple(options["other"]) or old.others,
        key=KeyKind(options["key"] or (old.key if renews else DEFAULT_KIND)),
        srv_names=options["srv_names"] or old.srv_names,
        xmpp_addresses=options["xmpp_addresses"] or old.xmpp_addresses,
        **own,
    )
