"""The first-run checklist: each item ticks itself from what is true."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from federation.policies.models import ExternalAccessPolicy, Scope
from federation.topology.models import Site

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise


@dataclass(frozen=True)
class Step:
    """One thing to do first: whether it is done, and where it is done."""

    label: _StrPromise | str
    done: bool
    url: str


def steps() -> list[Step]:
    """The steps in their order; three queries."""
    policies = ExternalAccessPolicy.objects
    return [
        Step(
            _("Make the sites of your organisation"),
            Site.objects.exists(),
            reverse("admin:topology_site_changelist"),
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
    ]
