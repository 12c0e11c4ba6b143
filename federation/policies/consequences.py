"""What becomes of users when policies change or go, in sentences, before it is done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from federation.policies import dependents, rules
from federation.policies.models import Scope
from federation.policies.words import ACCESS_LABELS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from federation.policies.models import ExternalAccessPolicy


def effect(policy: ExternalAccessPolicy, then: dict[str, bool]) -> dict[str, Any]:
    """How many ``policy`` governs, and what they gain and lose when its switches become ``then``."""
    now = {switch: getattr(policy, switch) for switch in rules.SWITCHES}
    gained, lost = rules.gains_and_losses(now, {**now, **then})
    return {
        "governed": dependents.governed(policy),
        "gained": [ACCESS_LABELS[switch] for switch in gained],
        "lost": [ACCESS_LABELS[switch] for switch in lost],
        "talk": dependents.switched(policy, {**now, **then}) if gained or lost else [],
    }


def consequences(policies: Sequence[ExternalAccessPolicy]) -> dict[str, Any]:
    """What the question before ``policies`` go (the Global one is reset) says beside their names."""
    going = [policy for policy in policies if policy.scope != Scope.GLOBAL]
    reset = next((policy for policy in policies if policy.scope == Scope.GLOBAL), None)
    falls = [_falls(identity, number) for identity, number in dependents.fall_back(going)]
    loses = _loses(reset) if reset else []
    nobody = [_("No user is governed, so nobody falls back.")] if going and not falls else []
    return {"resets": reset is not None, "falls": falls, "loses": loses, "nobody": nobody} | {
        "said": [*falls, *loses, *nobody]
    }


def _falls(identity: str, number: int) -> str:
    said = ngettext("%(number)s user to %(identity)s", "%(number)s users to %(identity)s", number)
    return said % {"number": number_format(number, force_grouping=True), "identity": identity}


def _loses(policy: ExternalAccessPolicy) -> list[str]:
    """What a reset takes from whom."""
    told = effect(policy, dict.fromkeys(rules.SWITCHES, False))
    sentences = []
    for each in told["governed"]:
        if each.number and told["lost"]:
            start = ngettext("%(count)s user loses:", "%(count)s users lose:", each.number)
            lost = ", ".join(map(str, told["lost"]))
            sentences.append(f"{start % {'count': each.text}} {lost}")
    return [*sentences, *told["talk"]]
