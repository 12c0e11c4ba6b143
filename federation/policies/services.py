"""Every write to external access policies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from controlpanel.audit import commits
from controlpanel.shell.text import fold, keys
from federation.policies import rules
from federation.policies.actions import Action
from federation.policies.dependents import registered
from federation.policies.models import ExternalAccessPolicy, Scope
from federation.policies.words import NEEDS_SENTENCES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from controlpanel.audit.actor import Actor
    from federation.topology.models import Site


@transaction.atomic
def create_user_policy(*, name: str, actor: Actor, reason: str = "", **values: Any) -> ExternalAccessPolicy:
    """Make a user policy; a typed ``Tag:`` is dropped. It governs nobody until it is assigned.

    ``values`` are switches (rules.SWITCHES) and ``description``. Raises ValidationError.
    """
    name = rules.bare_name(name)
    if not fold(name):
        raise ValidationError({"name": _("Type a name for the policy.")})
    policy = ExternalAccessPolicy(scope=Scope.USER, name=name, **keys("name", name), **values)
    return _create(policy, actor, reason)


@transaction.atomic
def create_site_policy(*, site: Site, actor: Actor, reason: str = "", **values: Any) -> ExternalAccessPolicy:
    """Make the policy of ``site``, which has none yet. It governs the site's users at once.

    Raises ValidationError, and commits.Gone when the site was deleted; it is locked, so that it stays.
    """
    place = commits.locked(site)
    return _create(ExternalAccessPolicy(scope=Scope.SITE, site=place, **values), actor, reason)


@transaction.atomic
def change_policy(
    policy: ExternalAccessPolicy,
    *,
    actor: Actor,
    version: int | None = None,
    reason: str = "",
    **values: Any,
) -> ExternalAccessPolicy:
    """Set switches or the description. Raises ValidationError, commits.Conflict, commits.Gone.

    Nothing else is set: the rest is the policy's identity (TypeError).
    """
    if others := values.keys() - rules.DEFAULTS.keys():
        raise TypeError(f"A policy keeps its {', '.join(sorted(others))}.")
    now = commits.locked(policy, version)
    _check({switch: values.get(switch, getattr(now, switch)) for switch in rules.SWITCHES})
    return commits.change(now, values, action=Action.CHANGE, actor=actor, version=version, reason=reason)


@transaction.atomic
def delete_policies(
    policies: Iterable[ExternalAccessPolicy], *, actor: Actor, reason: str = ""
) -> tuple[int, bool]:
    """Delete site and user policies, and reset the Global one; all or none. Nothing is left dangling.

    They are as the actor saw them: one that was changed or deleted since raises Conflict or Gone.
    Returns how many were deleted, and whether the Global one was among them and was reset.
    """
    deleted, was_reset = 0, False
    policies = sorted(policies, key=lambda policy: policy.pk)  # in one order, so that nobody deadlocks
    held = [commits.seen(policy) for policy in policies]
    going = [policy for policy in held if policy.scope != Scope.GLOBAL]
    for dependents in registered:
        dependents.release(going, actor=actor, reason=reason)
    for policy in held:
        if policy.scope == Scope.GLOBAL:
            commits.change(policy, rules.DEFAULTS, action=Action.RESET, actor=actor, reason=reason)
            was_reset = True
        else:
            commits.delete(policy, action=Action.DELETE, actor=actor, reason=reason)
            deleted += 1
    return deleted, was_reset


def _create(policy: ExternalAccessPolicy, actor: Actor, reason: str) -> ExternalAccessPolicy:
    _check({switch: getattr(policy, switch) for switch in rules.SWITCHES})
    return commits.create(policy, action=Action.CREATE, actor=actor, reason=reason)


def _check(switches: Mapping[str, bool]) -> None:
    """Refuse a switch that does nothing without another, with a sentence that says what to tick."""
    if broken := rules.missing(switches):
        raise ValidationError({one: NEEDS_SENTENCES[one] for one, _other in broken})
