"""What tests start with, made as the product makes it: by our services, with an event each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils import timezone

from controlpanel.audit.actor import Actor
from controlpanel.shell.text import fold, sort_key
from federation.policies import services as policies
from federation.policies.models import ExternalAccessPolicy, Scope
from federation.topology import services as topology

if TYPE_CHECKING:
    from federation.topology.models import Site

#: Who made what was there before the test.
MAKER = Actor("maker")


def make_site(name: str = "Paris", *, description: str = "") -> Site:
    """A site that no policy hangs on."""
    return topology.create_site(name=name, description=description, actor=MAKER)


def make_policy(name: str = "Sales", /, **values: Any) -> ExternalAccessPolicy:
    """A user policy; ``values`` are switches and the description."""
    return policies.create_user_policy(name=name, actor=MAKER, **values)


def make_site_policy(site: Site | str = "Paris", /, **values: Any) -> ExternalAccessPolicy:
    """The policy of a site, which is made when ``site`` is a name."""
    place = make_site(site) if isinstance(site, str) else site
    return policies.create_site_policy(site=place, actor=MAKER, **values)


def make_policies(count: int, name: str = "Policy") -> list[ExternalAccessPolicy]:
    """``count`` user policies "Policy 001" ..., every other one federated; without events."""
    rows = [
        ExternalAccessPolicy(
            scope=Scope.USER,
            name=(full := f"{name} {number:03}"),
            name_key=fold(full),
            name_sort=sort_key(full),
            federated=number % 2 == 0,
            changed_at=timezone.now(),
            changed_by=MAKER.name,
        )
        for number in range(1, count + 1)
    ]
    return ExternalAccessPolicy.objects.bulk_create(rows)


def global_policy() -> ExternalAccessPolicy:
    """The Global policy as it stands."""
    return ExternalAccessPolicy.objects.the_global()


def fresh(policy: ExternalAccessPolicy) -> ExternalAccessPolicy:
    """``policy`` as the database has it now."""
    return ExternalAccessPolicy.objects.get(pk=policy.pk)
