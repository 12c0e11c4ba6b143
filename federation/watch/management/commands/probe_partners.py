"""Look at the servers of all partners, and at our own: for cron, once a day."""

from __future__ import annotations

import sys
from typing import Any

from controlpanel.audit.actor import Actor
from federation.certificates.management.panelcommand import PanelCommand, refusals
from federation.watch import services, telling


class Command(PanelCommand):
    """manage.py probe_partners [--json]: exit status 1 when there is something to warn of."""

    help = (
        "Look at the XMPP servers of all partners and of our own domains, and keep what they show. "
        "check_certificates then knows when partners' certificates end."
    )

    def handle(self, *_args: Any, **options: Any) -> None:
        """Look, and tell what deserves attention."""
        with refusals():
            looks = services.look_at_all(services.to_look_at(), actor=Actor.command())
        told = [telling.as_json(look) for look in looks]
        lines = [f"{each['domain']}\t{'; '.join(each['warnings']) or 'ok'}" for each in told]
        self.tell(options, told, *lines)
        if any(each["warnings"] for each in told):
            sys.exit(1)
