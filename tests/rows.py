"""One row of every model on the support desk's pages, with all that it can hold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.utils import timezone

from controlpanel.audit.models import AuditEvent
from federation.certificates.models import Certificate, Request, TrustedAuthority
from federation.domains.models import FederatedDomain
from federation.gateway.models import Gateway, Refusal, Report, Stream
from federation.partners.models import Partner
from federation.topology.models import LocalDomain, Site
from tests.certificates.doors import a_certificate, a_request, an_authority
from tests.domains.doors import a_domain as a_sip_domain
from tests.makers import make_policy, make_pool, make_site_policy, make_user
from tests.partners.doors import a_partner
from tests.status.doors import a_gateway
from tests.topology.doors import a_domain

if TYPE_CHECKING:
    from django.db.models import Model

MAKERS: dict[type[Model], Any] = {
    Certificate: a_certificate,
    Request: a_request,
    TrustedAuthority: an_authority,
    FederatedDomain: a_sip_domain,
    Partner: a_partner,
    LocalDomain: a_domain,
    Gateway: a_gateway,
}


def a_row_of_each() -> dict[type[Model], Any]:
    """A row of each registered model; what installation makes is there. Fails when a model has no row."""
    policy = make_site_policy("Berlin")
    pool = make_pool("pool01.contoso.com", policy.site)
    user = make_user("dora@contoso.com", pool, policy=make_policy("Support"), display_name="Dora")
    rows: dict[type[Model], Any] = {type(each): each for each in (policy, user, pool)}
    rows |= {model: model._default_manager.get(pk=maker()[0]) for model, maker in MAKERS.items()}
    rows[Site] = rows[Gateway].site
    rows[AuditEvent] = AuditEvent.objects.filter(object_type="directory.user").latest("pk")
    _report(rows[Gateway])
    for model in admin.site._registry:
        rows.setdefault(model, model._default_manager.first())
    without = [model._meta.label for model, row in rows.items() if row is None]
    assert not without, f"Make a row of {without} in tests/rows.py: what is empty tells nothing"
    return rows


def _report(gateway: Gateway) -> None:
    """What the gateway said of itself, so that what hangs on it can be asked about."""
    now, domain = timezone.now(), "fabrikam.com"
    Report.objects.filter(gateway=gateway).update(seen_at=now, panel="panel", module="1.0")
    Stream.objects.create(gateway=gateway, remote=domain, local="contoso.com", direction="out", since=now)
    Refusal.objects.create(gateway=gateway, at=now, code="edge-federation-off", direction="out", count=1)
