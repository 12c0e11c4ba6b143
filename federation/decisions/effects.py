"""Who gains and who loses what by a change, before it is committed."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from django.utils.formats import number_format
from django.utils.translation import ngettext

from federation.decisions import words
from federation.decisions.gathering import the_edge
from federation.decisions.reach import Standing, census, reach, reach_today
from federation.partners.dependents import Effect
from federation.partners.models import Partner, PartnerDomain
from federation.partners.rules import MEANINGS, PartnerType

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Mapping

    from federation.partners.models import PartnerQuerySet
    from federation.policies.models import ExternalAccessPolicy


class Difference(NamedTuple):
    """How many users may talk to XMPP partners before a change and after it."""

    before: int
    after: int

    def __str__(self) -> str:
        number = abs(self.after - self.before)
        said = ""
        if self.after > self.before:
            said = ngettext(
                "%(number)s user may then talk to all XMPP federated partners.",
                "%(number)s users may then talk to all XMPP federated partners.",
                number,
            )
        elif self.after < self.before:
            said = ngettext(
                "%(number)s user can then no longer talk to any XMPP federated partner.",
                "%(number)s users can then no longer talk to any XMPP federated partner.",
                number,
            )
        return said and said % {"number": shown(number)}


def of_removal(partners: PartnerQuerySet) -> Effect:
    """What becomes of whom when ``partners`` go. Nobody gains."""
    users = reach_today().allowed
    domains = PartnerDomain.objects.filter(partner__in=partners.order_by().values("pk")).count()
    if not users or not domains:
        return Effect()
    said = ngettext(
        "%(number)s user can then no longer talk to anybody at these partners (%(domains)s domains in all).",
        "%(number)s users can then no longer talk to anybody at these partners (%(domains)s domains in all).",
        users,
    )
    return Effect(loses=(said % {"number": shown(users), "domains": shown(domains)},))


def of_type(partner: Partner, wanted: PartnerType) -> Effect:
    """What people of ``partner`` may do when it is of another type, and how many users that concerns."""
    now, then = MEANINGS[PartnerType(partner.type)], MEANINGS[wanted]
    differing = [name for name in now._fields if getattr(now, name) != getattr(then, name)]
    users = reach_today(wanted).allowed if differing else 0
    gains: list[str] = []
    loses: list[str] = []
    for name in differing:
        said = words.MEANING_CHANGES[name][getattr(then, name)]
        told = said % {"partner": partner.shown, "number": shown(users)}
        (gains if getattr(then, name) else loses).append(told)
    return Effect(tuple(gains), tuple(loses))


def of_edge(*, federation: bool) -> Difference:
    """Communications with federated users at the edge become ``federation``."""
    numbers = census()
    return Difference(_allowed(numbers, the_edge().federation), _allowed(numbers, federation))


def of_policy(policy: ExternalAccessPolicy, *, federated: bool, xmpp: bool) -> Difference:
    """The switches of ``policy`` become these; those whom another policy governs are not concerned."""
    numbers, edge_on = census(policy), the_edge().federation
    changed: Counter[Standing] = type(numbers)()
    for standing, number in numbers.items():
        changed[standing._replace(federated=federated, xmpp=xmpp)] += number
    return Difference(_allowed(numbers, edge_on), _allowed(changed, edge_on))


def told_of_edge(federation: bool) -> list[str]:
    """The same in sentences; none while there is no partner to talk to."""
    return _sentences(str(of_edge(federation=federation))) if Partner.objects.exists() else []


def told_of_policy(policy: ExternalAccessPolicy, then: Mapping[str, bool]) -> list[str]:
    """The same in sentences, and what else stands in the way; none when the switches of XMPP stay."""
    switches = {name: then[name] for name in ("federated", "xmpp")}
    gains = all(switches.values())
    if gains == (policy.federated and policy.xmpp) or not Partner.objects.exists():
        return []
    if not the_edge().federation:
        return [str(words.EDGE_IS_OFF)] if gains else []
    return _sentences(str(of_policy(policy, **switches)))


def _sentences(*said: str) -> list[str]:
    return [each for each in said if each]


def _allowed(numbers: Counter[Standing], edge_on: bool) -> int:
    return reach(PartnerType.FEDERATED, numbers, edge_on=edge_on).allowed


def shown(number: int) -> str:
    """A number for a reader."""
    return number_format(number, force_grouping=True)
