"""Which policy governs a user (design.md, section 4; lync-reference.md, 2.2). Pure Python.

The only place that knows the precedence: whoever asks the database builds the query from ``PRECEDENCE``. The
whole policy applies; switches are never merged across scopes. A user who is not enabled, or has no record, is
governed by nothing: ask only for those who are.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Generic, NamedTuple, TypeVar

Policy = TypeVar("Policy")


class Level(StrEnum):
    """Where a governing policy can stand."""

    USER = "user"
    SITE = "site"
    GLOBAL = "global"


class Why(StrEnum):
    """Why the policy of a level governs: it is there, and those before it are not."""

    ASSIGNED = "assigned-to-user"
    SITE = "no-user-policy"
    GLOBAL = "no-user-and-no-site-policy"


#: From the closest to the farthest: the first level with a policy governs.
PRECEDENCE = ((Level.USER, Why.ASSIGNED), (Level.SITE, Why.SITE), (Level.GLOBAL, Why.GLOBAL))


class Governing(NamedTuple, Generic[Policy]):
    """The policy that governs, at which level it stands, and why it is this one."""

    policy: Policy
    level: Level
    why: Why


def governing(
    user_policy: Policy | None, site_policy: Policy | None, global_policy: Policy
) -> Governing[Policy]:
    """The policy assigned to the user, else that of the site of the user's pool, else Global.

    None is "no such policy"; any object is one, whatever its truth value. Global always exists.
    """
    for policy, (level, why) in zip((user_policy, site_policy), PRECEDENCE, strict=False):
        if policy is not None:
            return Governing(policy, level, why)
    return Governing(global_policy, *PRECEDENCE[-1])
