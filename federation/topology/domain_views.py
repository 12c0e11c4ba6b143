"""The tab Domains: the organisation's own."""

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
from federation.topology import services
from federation.topology.forms import DomainForm
from federation.topology.models import LocalDomain, LocalDomainQuerySet
from federation.topology.tables import DOMAINS

if TYPE_CHECKING:
    from django.http import HttpResponse, HttpResponseBase

    from controlpanel.shell.http import PanelRequest


@require_safe
@door(see=Right.VIEW, act=Right.CHANGE)
def domain_list(request: PanelRequest) -> HttpResponseBase:
    """All domains of ours."""
    return DOMAINS.respond(request, LocalDomain.objects.all(), "topology/domains.html")


@door(see=Right.VIEW, act=Right.CHANGE)
def domain_details(request: PanelRequest, pk: int) -> HttpResponse:
    """One domain."""
    domain = get_object_or_404(LocalDomain, pk=pk)
    form = DomainForm(request, domain)
    saved = details.committed(
        form, lambda: services.change_domain(domain, actor=Actor.of(request), **form.write_values())
    )
    if saved:
        return details.done(request, form, saved, _("Domain “%(name)s” was committed.") % {"name": saved})
    title = _("Edit domain - %(name)s") % {"name": domain}
    return details.respond(request, form, "topology/details.html", title=title)


@door(see=Right.CHANGE)
def new_domain(request: PanelRequest) -> HttpResponse:
    """New domain."""
    form = DomainForm(request)
    saved = details.committed(
        form, lambda: services.create_domain(actor=Actor.of(request), **form.write_values())
    )
    if saved:
        return details.done(request, form, saved, _("Domain “%(name)s” was committed.") % {"name": saved})
    return details.respond(request, form, "topology/details.html", title=_("New domain"))


@require_safe
@door(see=Right.VIEW)
def open_domain(request: PanelRequest) -> HttpResponse:
    """Edit > Show details."""
    return actions.open_selected(request, DOMAINS, LocalDomain.objects.all(), "topology:domains-details")


@door(see=Right.CHANGE)
def delete_domains(request: PanelRequest) -> HttpResponse:
    """Edit > Delete."""

    def act(domains: LocalDomainQuerySet, reason: str) -> str:
        count = services.delete_domains(domains, actor=Actor.of(request), reason=reason)
        said = ngettext("%(count)s domain was deleted.", "%(count)s domains were deleted.", count)
        return said % {"count": count}

    chosen = selected(request, DOMAINS, LocalDomain.objects.all())
    return actions.confirm(request, chosen, "topology/delete_domains.html", act)
