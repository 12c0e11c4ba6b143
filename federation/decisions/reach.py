"""How many users may reach a partner, and why the others may not: one count over all users, then decide().

What decides is the same for many users, so the database counts them by what the rules read, and each of the
few kinds that there are is decided once. It agrees with decide() because it is decide().
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
from federation.topology.models import PoolKind

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


#: From a user to the policies that may govern, in the order of policies.governing.
_POLICIES = ("assignment__policy", "pool__site__policies")


class Reach(NamedTuple):
    """How many of ``total`` users may reach a partner, and how many may not, by the rule that refuses."""

    total: int
    allowed: int
    refused: list[tuple[Code, int]]


def census(policy: ExternalAccessPolicy | None = None) -> Counter[Standing]:
    """How many users there are of each standing; with ``policy`` of those whom it governs. Two queries."""
    row = ExternalAccessPolicy.objects.the_global()
    the_global = _Switches(row.federated, row.xmpp)
    users = User.objects.governed_by(policy) if policy else User.objects.all()
    numbers: Counter[Standing] = Counter()
    for enabled, kind, *switches, number in _counted(users):
        assigned, of_site = _of(*switches[:2]), _of(*switches[2:])
        found = governing(assigned, of_site, the_global).policy if enabled else _Switches(False, False)
        numbers[Standing(enabled, kind == PoolKind.SURVIVABLE, *found)] += number
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
    """As reach(), of all users and with the edge as they stand: three queries.

    The type makes no difference to what leaves; it is asked, so that a rule that made one would be heard.
    """
    return reach(type_, census(), edge_on=the_edge().federation)


def _counted(users: UserQuerySet) -> Any:
    """Rows of what the rules read of ``users``, with their number: one GROUP BY, and few rows.

    A site has one policy at most, so the joins multiply nobody.
    """
    switches = [f"{where}__{name}" for where in _POLICIES for name in _Switches._fields]
    return users.order_by().values_list("enabled", "pool__kind", *switches).annotate(number=Count("pk"))


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
