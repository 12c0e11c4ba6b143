"""What this room says on the pages and in the dialogs of rooms below it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Count
from django.urls import reverse
from django.utils.translation import ngettext

from controlpanel.shell import sections
from federation.decisions import effects, links, telling, words
from federation.decisions.facts import Direction
from federation.decisions.gathering import Question, answer
from federation.decisions.reach import reach_today
from federation.edge import dependents as edge
from federation.partners import dependents as partners
from federation.partners.models import Partner
from federation.partners.rules import MEANINGS, PartnerType
from federation.policies import dependents as policies
from federation.topology import names

if TYPE_CHECKING:
    from controlpanel.shell.http import PanelRequest
    from federation.directory.models import User
    from federation.partners.dependents import Effect
    from federation.partners.models import PartnerQuerySet

#: How many partners a user's page names.
SHOWN_PARTNERS = 10


class Talkers:
    """Those who talk to partners (partners.dependents)."""

    def removal(self, partners: PartnerQuerySet) -> Effect:
        """What becomes of them when ``partners`` go."""
        return effects.of_removal(partners)

    def retyping(self, partner: Partner, wanted: PartnerType) -> Effect:
        """What becomes of them when ``partner`` becomes of another type."""
        return effects.of_type(partner, wanted)


def partner_reach(_request: PanelRequest, partner: Partner) -> sections.Section:
    """On a partner's page: how many users may reach it today, and why the others may not."""
    type_ = PartnerType(partner.type)
    found = reach_today(type_)
    shown = {
        "reach": found,
        "allowed": effects.shown(found.allowed),
        "total": effects.shown(found.total),
        "refused": [(effects.shown(number), words.REFUSED_FOR[code]) for code, number in found.refused],
        "contacts_only": not MEANINGS[type_].may_write,
        "test_url": links.asking_of_partner(partner),
    }
    return sections.Section("decisions/_partner_reach.html", shown)


def user_reach(_request: PanelRequest, user: User) -> sections.Section:
    """On a user's page: which partners the user may reach today, or the rule that stands in the way."""
    local = names.Address(*user.address.split("@", 1))
    first = Partner.objects.order_by("shown")[:SHOWN_PARTNERS]
    numbers = dict(Partner.objects.order_by().values_list("type").annotate(Count("pk")))
    shown: dict[str, Any] = {
        "partners": first,
        "total": sum(numbers.values()),
        "total_text": effects.shown(sum(numbers.values())),
        "more": sum(numbers.values()) > SHOWN_PARTNERS,
        "contacts_only": numbers.get(PartnerType.PUBLIC_UNVERIFIED.value, 0),
        "test_url": links.asking_of_user(user),
    }
    if partner := next(iter(first), None):
        found = answer(Question(local, names.Address("somebody", partner.domain), Direction.OUTBOUND))
        shown["chain"] = telling.chain(found, found.xmpp)
    return sections.Section("decisions/_user_reach.html", shown)


def partners_at_the_edge() -> edge.Dependent:
    """The partners, whom nobody can reach while federation is off (edge.dependents)."""
    number = Partner.objects.count()
    label = ngettext("XMPP federated partner", "XMPP federated partners", number)
    return edge.Dependent(label, number, reverse("partners:list"))


def stand_by() -> None:
    """Register with the rooms below."""
    partners.register(_TALKERS)
    edge.register(partners_at_the_edge)
    edge.register_switching(effects.told_of_edge)
    policies.register_switching(effects.told_of_policy)
    sections.add("partners.partner", partner_reach)
    sections.add("directory.user", user_reach)


_TALKERS = Talkers()
