"""An organisation for tests of decisions: who is where, under which policy, with which switches."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from django.utils import timezone

from federation.directory.models import Assignment, User
from federation.directory.services import completed
from federation.edge import services as edge
from federation.policies.models import ExternalAccessPolicy, Scope
from federation.topology.models import Pool, PoolKind
from tests.makers import MAKER, make_policy, make_pool, make_site, make_site_policy, make_user
from tests.partners.makers import make_partner

if TYPE_CHECKING:
    from federation.partners.models import Partner

STAMP = {"changed_at": timezone.now(), "changed_by": MAKER.name}


def open_everything() -> tuple[User, Partner]:
    """Dora, enabled, under a policy that allows XMPP, and the federated partner fabrikam.com; edge on."""
    edge.change_access(actor=MAKER, federation=True)
    policy = make_policy("Open", federated=True, xmpp=True)
    user = make_user("dora@contoso.com", make_pool(), policy=policy)
    return user, make_partner("fabrikam.com", "research.fabrikam2.com", type="federated")


def make_world(seed: int, users: int) -> None:
    """Sites with and without policies, pools of each kind, and ``users`` spread over it all by ``seed``."""
    dice = random.Random(seed)  # a die, not a secret
    sites = [make_site(f"Site {number}") for number in range(5)]
    for site in sites[:3]:
        make_site_policy(site, **_switches(dice))
    pools = [
        make_pool(f"pool{number}.contoso.com", dice.choice(sites), kind=dice.choice(PoolKind.values))
        for number in range(8)
    ]
    policies = [make_policy(f"Policy {number}", **_switches(dice)) for number in range(4)]
    ExternalAccessPolicy.objects.filter(scope=Scope.GLOBAL).update(**_switches(dice))
    spread_users(users, pools, policies, dice)


def spread_users(
    count: int, pools: list[Pool], policies: list[ExternalAccessPolicy], dice: random.Random
) -> None:
    """``count`` users, one in ten disabled, one in three assigned a policy; without events."""
    rows = [
        User(
            **completed({"display_name": f"User {number:06}"}),
            address=f"user{number}@contoso.com",
            pool=dice.choice(pools),
            enabled=dice.random() > 0.1,
            **STAMP,
        )
        for number in range(count)
    ]
    made = User.objects.bulk_create(rows, batch_size=5000)
    assigned = [user for user in made if dice.random() < 0.33]
    Assignment.objects.bulk_create(
        (Assignment(user=user, policy=dice.choice(policies)) for user in assigned), batch_size=5000
    )


def _switches(dice: random.Random) -> dict[str, bool]:
    federated = dice.random() > 0.3
    return {"federated": federated, "xmpp": federated and dice.random() > 0.4}
