"""What this room says when federation is turned off at the edge (edge.dependents)."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import ngettext

from controlpanel.lists.paging import count_of
from federation.directory.models import User
from federation.edge.dependents import Dependent, register
from federation.policies.models import ExternalAccessPolicy


def users() -> Dependent:
    """The enabled users whose governing policy allows federated users; estimated when they are very many."""
    allowing = ExternalAccessPolicy.objects.filter(federated=True)
    number, exact = count_of(User.objects.filter(User.objects.where_governed_by_any(allowing)))
    label = ngettext("user who may talk to federated users", "users who may talk to federated users", number)
    return Dependent(label, number, reverse("directory:list"), exact)


def stand_by() -> None:
    """Register with the edge."""
    register(users)
