"""On a partner's page: what its servers showed, and a button to look again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.middleware.csrf import get_token
from django.utils import timezone

from controlpanel.accounts.rights import Right
from controlpanel.shell.sections import Section
from federation.watch import telling
from federation.watch.models import Look

if TYPE_CHECKING:
    from controlpanel.shell.http import PanelRequest
    from federation.partners.models import Partner


def partner_look(request: PanelRequest, partner: Partner) -> Section:
    """The look at the partner's primary domain."""
    look = Look.objects.filter(domain=partner.domain).first()
    shown = {
        "look": look,
        "domain": partner.domain,
        "warnings": telling.warnings(look) if look else (),
        "left": look.left(timezone.now()) if look else None,
        "may_look": request.user.has_right(Right.SECRETS),
        "token": get_token(request),
    }
    return Section("watch/_partner_look.html", shown)
