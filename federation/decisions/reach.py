"""How many users may reach a partner, and why the others may not: one count over all users, then decide().

What decides is the same for many users, so the database counts them by home and assigned policy, and each of
the few standings that there are is decided once. It agrees with decide() because it is decide().
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db.models import Count

from federation.decisions import facts
from federation.decisions.facts import Code, Direction, Facts, Kind, Policy
from federation.decisions.gathering import the_edge
from federation.decisions.rules import decide
from federation.directory.models import User
from federation.partners.rules import PartnerType
from federation.policies.governing import governing
from federation.policies.models import ExternalAccessPolicy
from federation.topology.models import Pool, PoolKind

if TYPE_CHECKING:
    from federation.directory.models import UserQuerySet


class Standing(NamedTuple):
    """All that the rules read of a user; users of one standing are decided alike."""

    enabled: bool
    survivable: bool
    federated: bool
    xmpp: bool


class _Switches(NamedTuple):
    federated: bool
    xmpp: bool


class _Home(NamedTuple):
    """What the rules read of a pool: what it is, and the policy of its site (None: there is none)."""

    survivable: bool
    policy: _Switches | None


#: Of a user whom nothing governs, and of a pool that was deleted between two queries.
_OFF = _Switches(federated=False, xmpp=False)
_GONE = _Home(survivable=False, policy=None)


class Reach(NamedTuple):
    """How many of ``total`` users may reach a partner, and how many may not, by the rule that refuses."""

    total: int
    allowed: int
    refused: list[tuple[Code, int]]


def census(policy: ExternalAccessPolicy | None = None) -> Counter[Standing]:
    """How many users there are of each standing; with ``policy`` of those whom it governs. Three queries."""
    row = ExternalAccessPolicy.objects.the_global()
    the_global = _Switches(row.federated, row.xmpp)
    rows = list(_counted(User.objects.governed_by(policy) if policy else User.objects.all()))
    homes = _homes()
    numbers: Counter[Standing] = Counter()
    for enabled, pool, federated, xmpp, number in rows:
        home = homes.get(pool, _GONE)
        found = governing(_of(federated, xmpp), home.policy, the_global).policy
        numbers[Standing(enabled, home.survivable, *(found if enabled else _OFF))] += number
    return numbers


def reach(type_: PartnerType, numbers: Counter[Standing], *, edge_on: bool) -> Reach:
    """Who may write to people of a partner of this type."""
    refused: Counter[Code] = Counter()
    for standing, number in numbers.items():
        step = decide(_facts(standing, type_, edge_on=edge_on)).decided_by
        if step is not None:
            refused[step.code] += number
    total = numbers.total()
    in_order = [(code, refused[code]) for code in Code if refused[code]]
    return Reach(total, total - refused.total(), in_order)


def reach_today(type_: PartnerType = PartnerType.FEDERATED) -> Reach:
    """As reach(), of all users and with the edge as they stand: four queries.

    The type makes no difference to what leaves; it is asked, so that a rule that made one would be heard.
    """
    return reach(type_, census(), edge_on=the_edge().federation)


def _homes() -> dict[int, _Home]:
    """What the rules read of each pool; a site has one policy at most."""
    switches = [f"site__policies__{name}" for name in _Switches._fields]
    rows = Pool.objects.order_by().values_list("pk", "kind", *switches)
    return {pk: _Home(kind == PoolKind.SURVIVABLE, _of(*found)) for pk, kind, *found in rows}


def _counted(users: UserQuerySet) -> Any:
    """Rows of (enabled, pool, the switches of the assigned policy, number): one GROUP BY, and few rows.

    Pools and their sites stay out of it: to look up each user's home again would take as long as the count.
    """
    switches = [f"assignment__policy__{name}" for name in _Switches._fields]
    return users.order_by().values_list("enabled", "pool_id", *switches).annotate(number=Count("pk"))


def _of(federated: bool | None, xmpp: bool | None) -> _Switches | None:
    """The switches of a joined policy; None when there is no such policy."""
    return None if federated is None else _Switches(federated, bool(xmpp))


def _facts(standing: Standing, type_: PartnerType, *, edge_on: bool) -> Facts:
    policy = Policy("", standing.federated, standing.xmpp) if standing.enabled else None
    return Facts(
        local="user@local.invalid",
        remote="somebody@partner.invalid",
        direction=Direction.OUTBOUND,
        kind=Kind.MESSAGE_CHAT,
        edge_on=edge_on,
        partner=facts.Partner("partner.invalid", type_),
        user=facts.User(standing.enabled, policy, survivable=standing.survivable),
    )
