"""The pools and user policies that rows name, and those that are made because it was asked for."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from controlpanel.shell.damage import Damage, in_ascii
from controlpanel.shell.text import fold
from federation.directory.models import Assignment
from federation.intake.rows import Refused, RowCode
from federation.policies.models import ExternalAccessPolicy, Scope
from federation.topology.models import Pool, Site

if TYPE_CHECKING:
    from federation.directory.models import User

#: More unknown names than this are a wrong column, not new pools: the others are neither listed nor made.
MOST_NEW = 1000

_key = lru_cache(maxsize=4096)(fold)


@dataclass(frozen=True)
class Choices:
    """What is decided beside the file: whether unknown pools (at ``site``) and policies are made.

    ``source`` names the directory server that the rows come from; "" is a file. ``ambiguous`` are addresses
    that it gives to several entries. ``pool`` is for new users whose row names none.
    """

    site: Site | None = None
    make_policies: bool = False
    source: str = ""
    ambiguous: frozenset[str] = frozenset()
    pool: str = ""


@dataclass
class Names:
    """Names that rows gave, each with the number of rows: used as they stand, to be made, or unknown."""

    used: Counter[str] = field(default_factory=Counter)
    new: Counter[str] = field(default_factory=Counter)
    unknown: Counter[str] = field(default_factory=Counter)

    def may_add(self, name: str) -> bool:
        """Whether one more new name is believable."""
        return name in self.new or len(self.new) < MOST_NEW

    def count_unknown(self, name: str) -> None:
        """Count a row that is refused for ``name``."""
        if name in self.unknown or len(self.unknown) < MOST_NEW:
            self.unknown[name] += 1


class Catalogue:
    """Pools by FQDN and user policies by folded name.

    What is new stands as an unsaved object; services save it before a row uses it.
    """

    def __init__(self, choices: Choices) -> None:
        self.choices = choices
        self.pools, self.policies = Names(), Names()
        self._pool_of = {pool.pk: pool for pool in Pool.objects.all()}
        policies = ExternalAccessPolicy.objects.filter(scope=Scope.USER)
        self._policy_of = {policy.pk: policy for policy in policies}
        self._by_fqdn = {pool.fqdn: pool for pool in self._pool_of.values()}
        self._by_key = {policy.name_key: policy for policy in self._policy_of.values()}

    def find(self, fqdn: str | None, name: str | None) -> tuple[Pool | None, ExternalAccessPolicy | None]:
        """The pool and the policy that a row names, None for what it does not name, and count them.

        Raises Refused for one that is unknown and not to be made; both are counted first.
        """
        pool = self._pool(fqdn) if fqdn else None
        policy = self._policy(name) if name else None
        if fqdn and pool is None:
            self.pools.count_unknown(fqdn)
        if name and policy is None:
            self.policies.count_unknown(name)
        if fqdn and pool is None:
            raise Refused(RowCode.UNKNOWN_POOL, "pool", fqdn)
        if name and (policy is None or policy.pk is None) and self._lost_letters(name):
            raise Refused(Damage.QUESTION_MARKS, "policy", name)
        if name and policy is None:
            raise Refused(RowCode.UNKNOWN_POLICY, "policy", name)
        if pool:
            (self.pools.used if pool.pk else self.pools.new)[pool.fqdn] += 1
        if policy:
            (self.policies.used if policy.pk else self.policies.new)[policy.name] += 1
        return pool, policy

    def pool_of(self, user: User) -> Pool:
        """The pool of a stored user, without a query but for one made since."""
        return self._pool_of.get(user.pool_id) or user.pool

    def policy_of(self, user: User) -> ExternalAccessPolicy | None:
        """The policy assigned to a stored user, without a query but for one made since."""
        try:
            assignment = user.assignment
        except Assignment.DoesNotExist:
            return None
        return self._policy_of.get(assignment.policy_id) or assignment.policy

    def _lost_letters(self, name: str) -> bool:
        """Whether ``name`` is what an export in ASCII leaves of a policy's name."""
        return "?" in name and name in self._in_ascii

    @cached_property
    def _in_ascii(self) -> frozenset[str]:
        names = [policy.name for policy in self._policy_of.values() if not policy.name.isascii()]
        return frozenset(in_ascii(name, pairs=pairs) for name in names for pairs in (False, True))

    def _pool(self, fqdn: str) -> Pool | None:
        pool = self._by_fqdn.get(fqdn)
        if pool is None and self.choices.site and self.pools.may_add(fqdn):
            pool = self._by_fqdn[fqdn] = Pool(fqdn=fqdn, site=self.choices.site)
        return pool

    def _policy(self, name: str) -> ExternalAccessPolicy | None:
        policy = self._by_key.get(_key(name))
        if policy is None and self.choices.make_policies and self.policies.may_add(name):
            policy = ExternalAccessPolicy(scope=Scope.USER, name=name, name_key=_key(name))
            self._by_key[policy.name_key] = policy
        return policy
