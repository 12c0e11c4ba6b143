"""The tabs Sites and Pools."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import get_object_or_404, render
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
from federation.topology.forms import PoolForm, SiteForm
from federation.topology.models import Pool, PoolQuerySet, Site, SiteQuerySet
from federation.topology.tables import POOLS, SITES

if TYPE_CHECKING:
    from django.http import HttpResponse, HttpResponseBase

    from controlpanel.shell.http import PanelRequest

#: How many values are offered while one is typed.
OFFERED = 20


@require_safe
@door(see=Right.VIEW, act=Right.CHANGE)
def site_list(request: PanelRequest) -> HttpResponseBase:
    """All sites."""
    return SITES.respond(request, Site.objects.listed(), "topology/sites.html")


@door(see=Right.VIEW, act=Right.CHANGE)
def site_details(request: PanelRequest, pk: int) -> HttpResponse:
    """One site."""
    site = get_object_or_404(Site.objects.select_related("parent"), pk=pk)
    form = SiteForm(request, site)
    saved = details.committed(
        form, lambda: services.change_site(site, actor=Actor.of(request), **form.write_values())
    )
    if saved:
        return details.done(request, form, saved, _("Site “%(name)s” was committed.") % {"name": saved})
    title = _("Edit site - %(name)s") % {"name": site}
    return details.respond(request, form, "topology/details.html", title=title)


@door(see=Right.CHANGE)
def new_site(request: PanelRequest) -> HttpResponse:
    """New site."""
    form = SiteForm(request)
    saved = details.committed(
        form, lambda: services.create_site(actor=Actor.of(request), **form.write_values())
    )
    if saved:
        return details.done(request, form, saved, _("Site “%(name)s” was committed.") % {"name": saved})
    return details.respond(request, form, "topology/details.html", title=_("New site"))


@require_safe
@door(see=Right.VIEW)
def open_site(request: PanelRequest) -> HttpResponse:
    """Edit > Show details."""
    return actions.open_selected(request, SITES, Site.objects.all(), "topology:sites-details")


@door(see=Right.CHANGE)
def delete_sites(request: PanelRequest) -> HttpResponse:
    """Edit > Delete."""

    def act(sites: SiteQuerySet, reason: str) -> str:
        count = services.delete_sites(sites, actor=Actor.of(request), reason=reason)
        said = ngettext("%(count)s site was deleted.", "%(count)s sites were deleted.", count)
        return said % {"count": count}

    chosen = selected(request, SITES, Site.objects.listed())
    return actions.confirm(request, chosen, "topology/delete_sites.html", act)


@require_safe
@door(see=Right.VIEW)
def suggest_sites(request: PanelRequest) -> HttpResponse:
    """Sites that fit what is typed, as the options of a datalist."""
    text = request.GET.get("site", "") or request.GET.get("parent", "")
    values = Site.objects.matching(text.replace("\x00", "")[:128]).values_list("name", flat=True)[:OFFERED]
    return render(request, "shell/_options.html", {"values": values})


@require_safe
@door(see=Right.VIEW, act=Right.CHANGE)
def pool_list(request: PanelRequest) -> HttpResponseBase:
    """All pools."""
    return POOLS.respond(request, Pool.objects.listed(), "topology/pools.html")


@door(see=Right.VIEW, act=Right.CHANGE)
def pool_details(request: PanelRequest, pk: int) -> HttpResponse:
    """One pool."""
    pool = get_object_or_404(Pool.objects.listed(), pk=pk)
    form = PoolForm(request, pool)
    saved = details.committed(
        form, lambda: services.change_pool(pool, actor=Actor.of(request), **form.write_values())
    )
    if saved:
        return details.done(request, form, saved, _("Pool “%(name)s” was committed.") % {"name": saved})
    title = _("Edit pool - %(name)s") % {"name": pool}
    return details.respond(request, form, "topology/details.html", title=title, pool=pool)


@door(see=Right.CHANGE)
def new_pool(request: PanelRequest) -> HttpResponse:
    """New pool."""
    form = PoolForm(request)
    saved = details.committed(
        form, lambda: services.create_pool(actor=Actor.of(request), **form.write_values())
    )
    if saved:
        return details.done(request, form, saved, _("Pool “%(name)s” was committed.") % {"name": saved})
    return details.respond(request, form, "topology/details.html", title=_("New pool"))


@require_safe
@door(see=Right.VIEW)
def open_pool(request: PanelRequest) -> HttpResponse:
    """Edit > Show details."""
    return actions.open_selected(request, POOLS, Pool.objects.all(), "topology:pools-details")


@door(see=Right.CHANGE)
def delete_pools(request: PanelRequest) -> HttpResponse:
    """Edit > Delete."""

    def act(pools: PoolQuerySet, reason: str) -> str:
        count = services.delete_pools(pools, actor=Actor.of(request), reason=reason)
        said = ngettext("%(count)s pool was deleted.", "%(count)s pools were deleted.", count)
        return said % {"count": count}

    chosen = selected(request, POOLS, Pool.objects.listed())
    return actions.confirm(request, chosen, "topology/delete_pools.html", act)
