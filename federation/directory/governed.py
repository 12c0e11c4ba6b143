"""What users say when a policy changes or goes (policies.dependents)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Count
from django.urls import reverse
from django.utils.translation import ngettext

from controlpanel.lists.criteria import query
from controlpanel.lists.paging import count_of, count_text
from federation.directory import services
from federation.directory.actions import Action
from federation.directory.models import User
from federation.policies import dependents
from federation.policies.governing import Level, governing
from federation.topology.models import Pool, PoolKind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from controlpanel.audit.actor import Actor
    from federation.policies.models import ExternalAccessPolicy


class Users:
    """The directory's answer."""

    def governed(self, policy: ExternalAccessPolicy) -> tuple[int, bool]:
        """How many enabled users ``policy`` governs; estimated when they are very many."""
        return count_of(User.objects.governed_by(policy))

    def address(self, policy: ExternalAccessPolicy) -> str:
        """The list of users, narrowed to those it governs."""
        return f"{reverse('directory:list')}?{query('governing', 'is', policy.identity)}"

    def fall_back(self, policies: Sequence[ExternalAccessPolicy]) -> list[tuple[str, int]]:
        """Where the users of ``policies`` go: to the policy of their site if it stays, else to Global."""
        going = {policy.pk for policy in policies}
        users = User.objects.filter(User.objects.where_governed_by_any(policies))
        numbers: dict[str, int] = {}
        rows = users.values_list("pool__site__policies", "pool__site__name").annotate(number=Count("pk"))
        for site_policy, site_name, number in rows.order_by():
            left = None if site_policy in going else site_policy
            is_site = governing(None, left, 0).level == Level.SITE
            name = f"Site:{site_name}" if is_site else "Global"
            numbers[name] = numbers.get(name, 0) + number
        return sorted(numbers.items())

    def release(self, policies: Sequence[ExternalAccessPolicy], *, actor: Actor, reason: str) -> None:
        """Take user policies away from their users, enabled or not; they fall back to <Automatic>."""
        users = User.objects.filter(assignment__policy__in=[policy.pk for policy in policies])
        services.assign_policy(users, None, actor=actor, reason=reason, action=Action.RELEASE)


def out_of_reach(policy: ExternalAccessPolicy, then: Mapping[str, bool]) -> list[str]:
    """Whom a change of XMPP does not reach: users homed on a Survivable Branch Appliance (reference 4.5)."""
    if then["xmpp"] == policy.xmpp:
        return []
    pools = list(Pool.objects.filter(kind=PoolKind.SURVIVABLE).values_list("pk", flat=True))
    number, is_exact = count_of(User.objects.governed_by(policy).filter(pool__in=pools))
    if not number:
        return []
    said = ngettext(
        "XMPP is not available to %(count)s of them, homed on a Survivable Branch Appliance.",
        "XMPP is not available to %(count)s of them, homed on a Survivable Branch Appliance.",
        number,
    )
    return [said % {"count": count_text(number, is_exact)}]


def stand_by() -> None:
    """Register with the policies room."""
    dependents.register(_USERS)
    dependents.register_switching(out_of_reach)


_USERS = Users()
