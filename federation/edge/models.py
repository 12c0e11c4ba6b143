"""Two tables of one row each, Global: Access Edge and XMPP gateway (lync-reference.md, 3.1 and 4.1)."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from controlpanel.audit.models import Recorded
from controlpanel.shell.numbers import Within
from federation.edge import rules
from federation.edge.sealing import SealBroken, unsealed
from federation.edge.words import LABELS, NEEDS_SENTENCES
from federation.topology.verification import VerificationLevel

if TYPE_CHECKING:
    from collections.abc import Mapping

    from federation.edge.rules import Number

#: The key of the only row.
THE_ROW = 1


class Routing(models.TextChoices):
    """rules.Routing, with words."""

    DNS_SRV = rules.Routing.DNS_SRV.value, _("DNS SRV routing")
    DEFAULT_ROUTE = rules.Routing.DEFAULT_ROUTE.value, _("Default routing")


def _box(name: str, *, on: bool = False) -> Any:
    return models.BooleanField(LABELS[name], default=on)


def _number(name: str) -> Any:
    default, least, most = {**rules.EDGE_NUMBERS, **rules.GATEWAY_NUMBERS}[name]
    return models.PositiveIntegerField(LABELS[name], default=default, validators=[Within(least, most)])


def _level(name: str) -> Any:
    return models.CharField(
        LABELS[name], max_length=24, choices=VerificationLevel, default=VerificationLevel.SOURCE
    )


def _one_row(name: str) -> models.CheckConstraint:
    return models.CheckConstraint(
        condition=Q(pk=THE_ROW),
        name=name,
        violation_error_message=_("There is one configuration, Global, and it exists already."),
    )


def _in_range(prefix: str, numbers: Mapping[str, Number]) -> list[models.CheckConstraint]:
    return [
        models.CheckConstraint(
            condition=Q(**{f"{name}__gte": number.least, f"{name}__lte": number.most}),
            name=f"{prefix}_{name}_range",
        )
        for name, number in numbers.items()
    ]


class OneRowManager(models.Manager[Any]):
    """Of a table with one row, which exists from installation."""

    def the_global(self) -> Any:
        """The row as it stands."""
        return self.get(pk=THE_ROW)


class AccessEdgeConfiguration(Recorded):
    """What may pass the edge at all, for the whole organisation.

    Whether remote users are allowed at first is told differently by Microsoft's own pages; here everything is
    off until somebody turns it on.
    """

    federation = _box("federation")
    discovery = _box("discovery")
    archiving_disclaimer = _box("archiving_disclaimer")
    remote = _box("remote")
    anonymous = _box("anonymous")
    routing = models.CharField(LABELS["routing"], max_length=20, choices=Routing, default=Routing.DNS_SRV)
    default_route = models.CharField(LABELS["default_route"], max_length=255, blank=True)
    route_is_public = _box("route_is_public")
    route_verification = _level("route_verification")
    discovered_verification = _level("discovered_verification")
    discovered_rate = _number("discovered_rate")
    contacts_limit = _box("contacts_limit", on=True)
    discovered_contacts = _number("discovered_contacts")
    discovered_report_minutes = _number("discovered_report_minutes")
    mark_verifiable = _box("mark_verifiable", on=True)
    clearing_house = _box("clearing_house")
    keep_crls = _box("keep_crls", on=True)
    user_replicator = _box("user_replicator")
    tls_count = _number("tls_count")
    accepted_certificates = _number("accepted_certificates")
    rejected_certificates = _number("rejected_certificates")
    certificates_deleted = _number("certificates_deleted")

    objects = OneRowManager()

    AUDITED = (
        *rules.SWITCHES,
        "routing",
        "default_route",
        "route_is_public",
        "route_verification",
        "discovered_verification",
        *rules.HIDDEN_SWITCHES,
        *rules.EDGE_NUMBERS,
    )
    PAGE = "edge:access-details"

    class Meta:
        verbose_name = _("Access Edge configuration")
        verbose_name_plural = _("Access Edge configuration")
        constraints = (
            _one_row("edge_access_one_row"),
            models.CheckConstraint(
                condition=Q(discovery=False) | Q(federation=True),
                name="edge_discovery_needs_federation",
                violation_error_message=NEEDS_SENTENCES["discovery"],
            ),
            models.CheckConstraint(
                condition=Q(archiving_disclaimer=False) | Q(federation=True),
                name="edge_disclaimer_needs_federation",
                violation_error_message=NEEDS_SENTENCES["archiving_disclaimer"],
            ),
            models.CheckConstraint(
                condition=Q(routing=Routing.DNS_SRV) | (Q(discovery=False) & ~Q(default_route="")),
                name="edge_default_route_complete",
                violation_error_message=_("Default routing needs a route, and excludes partner discovery."),
            ),
            *_in_range("edge", rules.EDGE_NUMBERS),
        )

    def __str__(self) -> str:
        return "Global"


class XmppGatewayConfiguration(Recorded):
    """How the gateways hold their connections with XMPP partners.

    ``dialback_secret`` is what dialback keys are made from (XEP-0185); all gateways share it. It is kept
    sealed, is no field of any form and no fact of any event.
    """

    connection_limit = _number("connection_limit")
    partner_connection_limit = _number("partner_connection_limit")
    keep_alive = _number("keep_alive")
    establishment_timeout = _number("establishment_timeout")
    inactivity_timeout = _number("inactivity_timeout")
    subscription_refresh = _number("subscription_refresh")
    log_bodies = _box("log_bodies")
    sealed_secret = models.TextField(editable=False)
    secret_made_at = models.DateTimeField(_("dialback secret made"), editable=False)

    objects = OneRowManager()

    AUDITED = (*rules.GATEWAY_NUMBERS, "log_bodies", "secret_made_at")
    SECRETS = ("sealed_secret",)
    PAGE = "edge:xmpp-details"

    class Meta:
        verbose_name = _("XMPP gateway configuration")
        verbose_name_plural = _("XMPP gateway configuration")
        constraints = (
            _one_row("edge_xmpp_one_row"),
            models.CheckConstraint(
                condition=Q(partner_connection_limit__lte=models.F("connection_limit")),
                name="edge_partner_limit_within_limit",
                violation_error_message=_("One partner cannot have more connections than all together."),
            ),
            *_in_range("edge_xmpp", rules.GATEWAY_NUMBERS),
        )

    def __str__(self) -> str:
        return "Global"

    def get_absolute_url(self) -> str:
        """Its page."""
        return reverse(self.PAGE, args=[self.pk])

    @property
    def secret_id(self) -> str:
        """A name for the dialback secret that tells nothing of it: when it was made."""
        return self.secret_made_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")

    @property
    def dialback_secret(self) -> str:
        """The secret, for the gateways alone. Raises sealing.SealBroken."""
        return unsealed(self.sealed_secret)

    @property
    def secret_is_lost(self) -> bool:
        """Whether the secret was sealed under another SECRET_KEY, so that no gateway can be given it."""
        try:
            unsealed(self.sealed_secret)
        except SealBroken:
            return True
        return False
