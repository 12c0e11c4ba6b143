"""What this room says when federation is turned off at the edge (edge.dependents)."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import ngettext

from federation.edge.dependents import Dependent, register
from federation.policies.models import ExternalAccessPolicy


def policies() -> Dependent:
    """The policies that allow federated users."""
    number = ExternalAccessPolicy.objects.filter(federated=True).count()
    label = ngettext("policy that allows federated users", "policies that allow federated users", number)
    return Dependent(label, number, reverse("policies:list"))


def stand_by() -> None:
    """Register with the edge."""
    register(policies)
