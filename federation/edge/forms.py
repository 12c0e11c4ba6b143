"""The dialogs of the Access Edge and of the XMPP gateway (lync-reference.md, 3.1 and 4.1)."""

from __future__ import annotations

from typing import Any

from crispy_forms.layout import HTML, Field, Fieldset, Layout
from django import forms
from django.utils.html import format_html
from django.utils.translation import gettext as _

from controlpanel.shell.details import DetailsForm
from controlpanel.shell.layout import Advanced
from controlpanel.shell.numbers import NumberField
from federation.edge.models import Routing
from federation.edge.rules import EDGE_NUMBERS, GATEWAY_NUMBERS, NEEDS, SWITCHES
from federation.edge.words import LABELS, NEEDS_SENTENCES, help_of
from federation.topology.fields import DomainField
from federation.topology.verification import VerificationLevel


def _box(name: str) -> forms.BooleanField:
    return forms.BooleanField(label=LABELS[name], required=False)


def _number(name: str) -> NumberField:
    _default, least, most = {**EDGE_NUMBERS, **GATEWAY_NUMBERS}[name]
    return NumberField(least=least, most=most, label=LABELS[name])


def _choice(name: str, choices: Any) -> forms.ChoiceField:
    return forms.ChoiceField(label=LABELS[name], choices=choices)


def _checks(*names: str) -> list[Field]:
    return [Field(name, wrapper_class="check") for name in names]


class AccessForm(DetailsForm):
    """What may pass the edge: the panel's boxes, and folded away what only the shell could set."""

    federation = _box("federation")
    discovery = _box("discovery")
    archiving_disclaimer = _box("archiving_disclaimer")
    remote = _box("remote")
    anonymous = _box("anonymous")
    routing = _choice("routing", Routing)
    default_route = DomainField(label=LABELS["default_route"], max_length=255, required=False)
    route_is_public = _box("route_is_public")
    route_verification = _choice("route_verification", VerificationLevel)
    discovered_verification = _choice("discovered_verification", VerificationLevel)
    discovered_rate = _number("discovered_rate")
    contacts_limit = _box("contacts_limit")
    discovered_contacts = _number("discovered_contacts")
    discovered_report_minutes = _number("discovered_report_minutes")
    mark_verifiable = _box("mark_verifiable")
    clearing_house = _box("clearing_house")
    keep_crls = _box("keep_crls")
    user_replicator = _box("user_replicator")
    tls_count = _number("tls_count")
    accepted_certificates = _number("accepted_certificates")
    rejected_certificates = _number("rejected_certificates")
    certificates_deleted = _number("certificates_deleted")

    def layout(self) -> Layout:
        """The page in Lync's order; a dependent box is indented below the one it needs."""
        _explain(self)
        return Layout(
            Fieldset(_("What may pass"), *self._switches()),
            Advanced(
                _("Advanced settings, which the original panel left to the shell"),
                Fieldset(
                    _("Routing"),
                    "routing",
                    "default_route",
                    *_checks("route_is_public"),
                    "route_verification",
                ),
                Fieldset(
                    _("Discovered partners"),
                    "discovered_verification",
                    "discovered_rate",
                    *_checks("contacts_limit"),
                    "discovered_contacts",
                    "discovered_report_minutes",
                ),
                Fieldset(
                    _("Connections and certificates"),
                    *_checks("mark_verifiable", "clearing_house", "keep_crls", "user_replicator"),
                    "tls_count",
                    "accepted_certificates",
                    "rejected_certificates",
                    "certificates_deleted",
                ),
            ),
        )

    def _switches(self) -> list[Any]:
        needs = dict(NEEDS)
        boxes: list[Any] = []
        for name in SWITCHES:
            if name in needs:
                self.fields[name].widget.attrs["data-needs"] = f"id_{needs[name]}"
                boxes += [Field(name, wrapper_class="check sub"), HTML(_reason(name))]
            else:
                boxes += _checks(name)
        return boxes


class XmppForm(DetailsForm):
    """How the gateway holds its connections. The dialback secret is no field: it is never shown."""

    connection_limit = _number("connection_limit")
    partner_connection_limit = _number("partner_connection_limit")
    keep_alive = _number("keep_alive")
    establishment_timeout = _number("establishment_timeout")
    inactivity_timeout = _number("inactivity_timeout")
    subscription_refresh = _number("subscription_refresh")
    log_bodies = _box("log_bodies")

    def layout(self) -> Layout:
        """Connections, times, and what is logged."""
        _explain(self)
        return Layout(
            Fieldset(_("Connections"), "connection_limit", "partner_connection_limit"),
            Fieldset(
                _("Times"),
                "keep_alive",
                "establishment_timeout",
                "inactivity_timeout",
                "subscription_refresh",
            ),
            Fieldset(_("Log"), *_checks("log_bodies")),
        )


def _explain(form: DetailsForm) -> None:
    for name in form.own_fields:
        form.fields[name].help_text = help_of(name)


def _reason(name: str) -> str:
    """Why the box ``name`` is greyed; shown by depends.js while it is."""
    return format_html(
        '<p class="reason-greyed" data-needs-reason-for="id_{}" hidden>{}</p>',
        name,
        NEEDS_SENTENCES[name],
    )
