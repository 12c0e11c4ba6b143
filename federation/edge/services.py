"""Every write to the configuration of the edge."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from controlpanel.audit import commits
from federation.edge import rules
from federation.edge.actions import Action
from federation.edge.models import AccessEdgeConfiguration, XmppGatewayConfiguration
from federation.edge.sealing import new_sealed_secret
from federation.edge.words import refused
from federation.topology import names, routing, words

if TYPE_CHECKING:
    from controlpanel.audit.actor import Actor


@transaction.atomic
def change_access(
    *, actor: Actor, version: int | None = None, reason: str = "", **values: Any
) -> AccessEdgeConfiguration:
    """Set values of the Access Edge configuration.

    Raises ValidationError (also while providers stand in the way of default routing) and commits.Conflict.
    """
    if "default_route" in values:
        values["default_route"] = _fqdn(values["default_route"])
    now = commits.locked(AccessEdgeConfiguration(pk=1), version)
    wanted = {name: values.get(name, getattr(now, name)) for name in AccessEdgeConfiguration.AUDITED}
    is_new_route = wanted["routing"] == rules.Routing.DEFAULT_ROUTE != now.routing
    refused(rules.refusals(wanted, routing.count_of_providers() if is_new_route else 0))
    return commits.change(
        now, values, action=Action.ACCESS_CHANGE, actor=actor, version=version, reason=reason
    )


@transaction.atomic
def change_gateway(
    *, actor: Actor, version: int | None = None, reason: str = "", **values: Any
) -> XmppGatewayConfiguration:
    """Set values of the XMPP gateway configuration. Raises ValidationError, commits.Conflict."""
    now = commits.locked(XmppGatewayConfiguration(pk=1), version)
    wanted = {name: values.get(name, getattr(now, name)) for name in rules.GATEWAY_NUMBERS}
    refused(rules.gateway_refusals(wanted))
    return commits.change(now, values, action=Action.XMPP_CHANGE, actor=actor, version=version, reason=reason)


@transaction.atomic
def replace_secret(*, version: int | None = None, actor: Actor, reason: str = "") -> XmppGatewayConfiguration:
    """Make a new dialback secret. The event says when; neither secret is told to anybody. Raises Conflict."""
    return commits.change(
        XmppGatewayConfiguration(pk=1),
        {"sealed_secret": new_sealed_secret(), "secret_made_at": timezone.now()},
        action=Action.XMPP_REPLACE_SECRET,
        version=version,
        actor=actor,
        reason=reason,
    )


def default_route_in_force() -> bool:
    """Whether everything goes to the default route; held until the transaction of the asker ends."""
    held = AccessEdgeConfiguration.objects.select_for_update().get(pk=1)
    return bool(held.routing == rules.Routing.DEFAULT_ROUTE)


def _fqdn(text: str) -> str:
    try:
        return names.domain(text) if text.strip() else ""
    except names.NameRefused as refusal:
        raise ValidationError({"default_route": words.refused(refusal)}) from refusal
