"""What this room says on the pages of rooms below it, and in the message bar."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone

from controlpanel.metrics import registry
from controlpanel.shell import aftermath, sections
from federation.decisions import enforcement
from federation.status import enforced, figures, live, restored, srv
from federation.status.in_force import follow_up
from federation.status.words import METHOD_LABELS

if TYPE_CHECKING:
    from controlpanel.shell.http import PanelRequest
    from federation.edge.models import XmppGatewayConfiguration
    from federation.partners.models import Partner
    from federation.topology.models import LocalDomain


def partner_streams(_request: PanelRequest, partner: Partner) -> sections.Section:
    """On a partner's page: its live streams, and whether each is as its record demands."""
    streams = [live.shown(stream, partner) for stream in live.of_partner(partner)]
    demanded = [label for method, label in METHOD_LABELS.items() if method in live.allowed_methods(partner)]
    return sections.Section("status/_partner_streams.html", {"streams": streams, "demanded": demanded})


def partner_enforced(_request: PanelRequest, partner: Partner) -> sections.Section:
    """On a partner's page: what a gateway does otherwise than its record says."""
    return sections.Section("status/_enforced.html", {"sentences": enforced.of_partner(partner)})


def settings_enforced(_request: PanelRequest, _row: XmppGatewayConfiguration) -> sections.Section:
    """On the page of the XMPP gateway configuration: which of it a gateway does not go by."""
    return sections.Section("status/_enforced.html", {"sentences": enforced.of_settings()})


def domain_srv(_request: PanelRequest, domain: LocalDomain) -> sections.Section:
    """On the page of a domain of ours: the SRV records it needs, and where they led."""
    (lead,) = srv.leads([domain])
    shown = {"lead": lead, "needed": srv.needed(domain), "age": srv.age([lead], timezone.now())}
    return sections.Section("status/_srv.html", shown)


def stand_by() -> None:
    """Register with the panel."""
    sections.add("partners.partner", partner_streams)
    sections.add("partners.partner", partner_enforced)
    sections.add("edge.xmppgatewayconfiguration", settings_enforced)
    sections.add("topology.localdomain", domain_srv)
    aftermath.register(_follow_up)
    aftermath.register_warning(restored.warning)
    enforcement.register(restored.hindrance)
    registry.register(figures.families)


def _follow_up() -> str:
    return follow_up(timezone.now())
