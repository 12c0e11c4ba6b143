"""On a partner's page: what its servers showed, and a button to look again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.middleware.csrf import get_token
from django.utils import timezone

from controlpanel.accounts.rights import Right
from controlpanel.shell.sections import Section
from federation.partners.models import PartnerDomain
from federation.watch import telling, words
from federation.watch.models import Look

if TYPE_CHECKING:
    from collections.abc import Iterable

    from controlpanel.shell.http import PanelRequest
    from federation.partners.models import Partner


#: How many additional domains a partner's page shows, those with trouble and those that end first.
_MOST = 20


def partner_look(request: PanelRequest, partner: Partner) -> Section:
    """The look at the partner's primary domain, and in a line each those at its additional ones."""
    now = timezone.now()
    look = Look.objects.filter(domain=partner.domain).first()
    shown = {
        "look": look,
        "domain": partner.domain,
        "warnings": telling.warnings(look) if look else (),
        "left": look.left(now) if look else None,
        "others": [
            {"look": each, "left": each.left(now), "trouble": words.told(each.trouble, each.params)}
            for each in _at_additional(partner)
        ],
        "may_look": request.user.has_right(Right.SECRETS),
        "token": get_token(request),
    }
    return Section("watch/_partner_look.html", shown)


def _at_additional(partner: Partner) -> Iterable[Look]:
    domains = PartnerDomain.objects.filter(partner=partner, is_primary=False).values("domain")
    looks = Look.objects.filter(domain__in=domains).defer("chain", "places")
    return looks.order_by("-trouble", "not_after", "domain")[:_MOST]
