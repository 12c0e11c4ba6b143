"""Look up where the SRV records of our domains lead: for cron, beside probe_partners."""

from __future__ import annotations

import sys
from typing import Any

from controlpanel.audit.actor import Actor
from federation.certificates.management.panelcommand import PanelCommand
from federation.status import srv
from federation.topology.models import LocalDomain
from federation.watch import services
from federation.watch.srv import look_up


class Command(PanelCommand):
    """manage.py check_srv [--json]: exit status 1 when a record does not lead to gateways only."""

    help = (
        "Look up the SRV record _xmpp-server._tcp of each domain of ours, and keep where it leads. Home then "
        "ticks the step, and says how old that is."
    )

    def handle(self, *_args: Any, **options: Any) -> None:
        """Look, keep, tell."""
        domains = LocalDomain.objects.order_by("domain").values_list("domain", flat=True)
        services.keep_srv(look_up(list(domains)), actor=Actor.command())
        found = srv.leads()
        told = [
            {
                "domain": lead.domain.domain,
                "targets": lead.look.targets if lead.look else [],
                "warnings": list(lead.faults),
            }
            for lead in found
        ]
        self.tell(options, told, *(f"{lead.domain}\t{' '.join(lead.faults) or 'ok'}" for lead in found))
        if any(lead.faults for lead in found):
            sys.exit(1)
