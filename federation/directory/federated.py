"""What this room says when federation is turned off at the edge (edge.dependents)."""

from __future__ import annotations

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import ngettext

from controlpanel.lists.paging import count_of
from federation.directory.models import User
from federation.edge.dependents import Dependent, register
from federation.policies.models import ExternalAccessPolicy, Scope
from federation.topology.models import Pool


def users() -> Dependent:
    """The enabled users whose governing policy allows federated users; estimated when they are very many."""
    number, exact = count_of(User.objects.filter(_allowed(), enabled=True))
    label = ngettext("user who may talk to federated users", "users who may talk to federated users", number)
    return Dependent(label, number, reverse("directory:list"), exact)


def _allowed() -> Q:
    """Assigned a policy that allows it; or without one, at a pool whose site's policy, else Global, does."""
    pools = Pool.objects.filter(site__policies__federated=True)
    if ExternalAccessPolicy.objects.filter(scope=Scope.GLOBAL, federated=True).exists():
        pools = Pool.objects.filter(Q(site__policies__federated=True) | Q(site__policies=None))
    return Q(assignment__policy__federated=True) | Q(
        assignment=None, pool__in=list(pools.values_list("pk", flat=True))
    )


def stand_by() -> None:
    """Register with the edge."""
    register(users)
