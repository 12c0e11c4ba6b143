"""What tests start with, made as the product makes it: by our services, with an event each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from controlpanel.audit.actor import Actor
from federation.policies import services as policies
from federation.policies.models import ExternalAccessPolicy
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


def make_policies(count: int) -> list[ExternalAccessPolicy]:
    """``count`` user policies "Policy 001" ..., half of them with federated users."""
    return [make_policy(f"Policy {number:03}", federated=number % 2 == 0) for number in range(1, count + 1)]


def global_policy() -> ExternalAccessPolicy:
    """The Global policy as it stands."""
    return ExternalAccessPolicy.objects.the_global()


def fresh(policy: ExternalAccessPolicy) -> ExternalAccessPolicy:
    """``policy`` as the database has it now."""
    return ExternalAccessPolicy.objects.get(pk=policy.pk)
