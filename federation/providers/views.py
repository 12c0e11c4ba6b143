"""The tab SIP Federated Providers."""

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
from federation.providers import services, words
from federation.providers.forms import ProviderForm
from federation.providers.models import FederatedProvider, Kind
from federation.providers.tables import LISTING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.http import HttpResponse, HttpResponseBase

    from controlpanel.shell.http import PanelRequest


@require_safe
@door(see=Right.VIEW, act=Right.CHANGE)
def provider_list(request: PanelRequest) -> HttpResponseBase:
    """Hosted and public providers in one list."""
    return LISTING.respond(request, FederatedProvider.objects.all(), "providers/list.html")


@door(see=Right.VIEW, act=Right.CHANGE)
def provider_details(request: PanelRequest, pk: int) -> HttpResponse:
    """One provider."""
    provider = get_object_or_404(FederatedProvider, pk=pk)
    form = ProviderForm(request, provider)
    saved = details.committed(
        form, lambda: services.change_provider(provider, actor=Actor.of(request), **form.write_values())
    )
    if saved:
        return details.done(request, form, saved, _("Provider “%(name)s” was committed.") % {"name": saved})
    shown = {"kind": Kind(provider.kind), "provider": provider}
    return details.respond(
        request, form, "providers/details.html", title=_("Edit SIP Federated Provider"), **shown
    )


@door(see=Right.CHANGE)
def new_hosted(request: PanelRequest) -> HttpResponse:
    """New > Hosted provider."""
    return _new(request, Kind.HOSTED, _("New Hosted Provider"))


@door(see=Right.CHANGE)
def new_public(request: PanelRequest) -> HttpResponse:
    """New > Public provider."""
    return _new(request, Kind.PUBLIC, _("New Public Provider"))


@require_safe
@door(see=Right.VIEW)
def open_selected(request: PanelRequest) -> HttpResponse:
    """Edit > Show details."""
    return actions.open_selected(request, LISTING, FederatedProvider.objects.all(), "providers:details")


@door(see=Right.CHANGE)
def delete_selected(request: PanelRequest) -> HttpResponse:
    """Edit > Delete."""

    def act(providers: Sequence[FederatedProvider], reason: str) -> str:
        count = services.delete_providers(providers, actor=Actor.of(request), reason=reason)
        said = ngettext("%(count)s provider was deleted.", "%(count)s providers were deleted.", count)
        return said % {"count": count}

    chosen = selected(request, LISTING, FederatedProvider.objects.all())
    return actions.confirm(
        request, chosen, "providers/delete.html", act, tell=lambda: {"said": words.lost(chosen.rows.all())}
    )


def _new(request: PanelRequest, kind: Kind, title: str) -> HttpResponse:
    form = ProviderForm(request, kind=kind)
    saved = details.committed(
        form,
        lambda: services.create_provider(kind=kind, actor=Actor.of(request), **form.write_values()),
    )
    if saved:
        return details.done(request, form, saved, _("Provider “%(name)s” was committed.") % {"name": saved})
    return details.respond(request, form, "providers/details.html", title=title, kind=kind)
