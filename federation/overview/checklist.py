"""The first-run checklist: each item ticks itself from what is true."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from controlpanel.accounts.rights import Right
from federation.directory.models import Assignment, User
from federation.gateway.models import Gateway
from federation.partners.models import Partner
from federation.policies.models import ExternalAccessPolicy, Scope
from federation.status import certificate, srv, words
from federation.status.hosts import unserved
from federation.status.live import all_partners_have_a_stream
from federation.status.standing import stands
from federation.topology.models import Pool, Site

if TYPE_CHECKING:
    from datetime import datetime

    from django.utils.functional import _StrPromise


@dataclass(frozen=True)
class Step:
    """One thing to do first: whether it is done, where it is done, and the right it takes.

    ``note`` is what else stands there, such as what is wrong and how old that is.
    """

    label: _StrPromise | str
    done: bool
    url: str
    right: Right = Right.CHANGE
    note: str = ""


def steps(now: datetime) -> list[Step]:
    """The steps in their order; a query or two each."""
    return [*_organisation(), *_federation(now)]


def _organisation() -> list[Step]:
    policies = ExternalAccessPolicy.objects
    return [
        Step(
            _("Make the sites of your organisation"),
            Site.objects.exists(),
            reverse("topology:sites-new"),
        ),
        Step(
            _("Make the pools on which users are homed"),
            Pool.objects.exists(),
            reverse("topology:pools-new"),
        ),
        Step(
            _("Enable users"),
            User.objects.filter(enabled=True).exists(),
            reverse("directory:new"),
            Right.USERS,
        ),
        Step(
            _("Make an external access policy for a site or for users"),
            policies.exclude(scope=Scope.GLOBAL).exists(),
            reverse("policies:new-user"),
        ),
        Step(
            _("Enable communications with XMPP federated users in a policy"),
            policies.filter(Q(federated=True, xmpp=True)).exists(),
            reverse("policies:list"),
        ),
        Step(
            _("Assign user policies to users"),
            Assignment.objects.exists(),
            reverse("directory:list"),
            Right.USERS,
        ),
    ]


def _federation(now: datetime) -> list[Step]:
    found = srv.leads()
    gateways = stands(Gateway.objects.filter(enabled=True).listed(), now)
    without = unserved(each.gateway for each in gateways)
    return [
        Step(
            _("List the domains of your organisation"),
            bool(found),
            reverse("topology:domains-new"),
        ),
        Step(
            _("Add the XMPP gateways, and let each report"),
            bool(gateways) and all(each.holds for each in gateways) and not without,
            reverse("status:list"),
            Right.SECRETS,
            note=words.note(gateways, without),
        ),
        Step(
            _("Assign a certificate that covers every domain, and see it served"),
            certificate.is_served_everywhere(now),
            reverse("certificates:gateway-list"),
            Right.SECRETS,
        ),
        Step(
            _("List the XMPP federated partners"),
            Partner.objects.exists(),
            reverse("partners:new"),
        ),
        Step(
            _("Let the SRV record of each domain lead to a gateway, on port 5269"),
            bool(found) and all(lead.is_right for lead in found),
            reverse("topology:domains-list"),
            note=srv.note(found, now),
        ),
        Step(
            _("See a stream with each partner come up and authenticate"),
            all_partners_have_a_stream(),
            reverse("status:list"),
        ),
    ]
