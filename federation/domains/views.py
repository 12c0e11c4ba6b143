"""The tab SIP Federated Domains."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from controlpanel.accounts.doors import door
from controlpanel.accounts.rights import Right
from controlpanel.audit.actor import Actor
from controlpanel.lists import actions
from controlpanel.lists.selection import selected
from controlpanel.shell import details
from federation.domains import services, words
from federation.domains.forms import DomainForm
from federation.domains.models import FederatedDomain, Kind
from federation.domains.tables import LISTING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.http import HttpResponse, HttpResponseBase

    from controlpanel.shell.http import PanelRequest


@require_safe
@door(see=Right.VIEW, act=Right.CHANGE)
def domain_list(request: PanelRequest) -> HttpResponseBase:
    """Allowed and blocked domains in one list."""
    return LISTING.respond(request, FederatedDomain.objects.listed(), "domains/list.html")


@door(see=Right.VIEW, act=Right.CHANGE)
def domain_details(request: PanelRequest, pk: int) -> HttpResponse:
    """One domain."""
    domain = get_object_or_404(FederatedDomain, pk=pk)
    form = DomainForm(request, domain)
    saved = details.committed(
        form, lambda: services.change_domain(domain, actor=Actor.of(request), **form.write_values())
    )
    if saved:
        return details.done(request, form, saved, _("Domain “%(name)s” was committed.") % {"name": saved})
    title = _("Edit Federated Domain - %(name)s") % {"name": domain}
    shown = {"kind": Kind(domain.kind), "domain": domain}
    return details.respond(request, form, "domains/details.html", title=title, **shown)


@door(see=Right.CHANGE)
def new_allowed(request: PanelRequest) -> HttpResponse:
    """New > Allowed domain."""
    return _new(request, Kind.ALLOWED)


@door(see=Right.CHANGE)
def new_blocked(request: PanelRequest) -> HttpResponse:
    """New > Blocked domain."""
    return _new(request, Kind.BLOCKED)


@require_safe
@door(see=Right.VIEW)
def open_selected(request: PanelRequest) -> HttpResponse:
    """Edit > Show details."""
    return actions.open_selected(request, LISTING, FederatedDomain.objects.all(), "domains:details")


@door(see=Right.CHANGE)
def delete_selected(request: PanelRequest) -> HttpResponse:
    """Edit > Delete."""

    def act(domains: Sequence[FederatedDomain], reason: str) -> str:
        count = services.delete_domains(domains, actor=Actor.of(request), reason=reason)
        said = ngettext("%(count)s domain was deleted.", "%(count)s domains were deleted.", count)
        return said % {"count": count}

    chosen = selected(request, LISTING, FederatedDomain.objects.all())
    return actions.confirm(
        request, chosen, "domains/delete.html", act, tell=lambda: {"said": words.lost(chosen.rows.all())}
    )


def _new(request: PanelRequest, kind: Kind) -> HttpResponse:
    form = DomainForm(request, kind=kind)
    saved = details.committed(
        form,
        lambda: services.create_domain(
            kind=kind, actor=Actor.of(request), agreed=bool(form.asked), **form.write_values()
        ),
    )
    if saved:
        said = _("“%(name)s” is allowed now.") if kind == Kind.ALLOWED else _("“%(name)s” is blocked now.")
        return details.done(request, form, saved, said % {"name": saved})
    return details.respond(request, form, "domains/details.html", title=_("New Federated Domains"), kind=kind)
