"""The tab XMPP Federated Partners."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

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
from federation.partners import dependents, services
from federation.partners.forms import Consequences, PartnerForm
from federation.partners.models import Partner
from federation.partners.tables import LISTING
from federation.partners.words import meanings

if TYPE_CHECKING:
    from django.http import HttpResponse, HttpResponseBase

    from controlpanel.shell.http import PanelRequest


@require_safe
@door(see=Right.VIEW, act=Right.CHANGE)
def partner_list(request: PanelRequest) -> HttpResponseBase:
    """All partners; the CSV file names their additional domains, the page counts them."""
    partners = Partner.objects.listed()
    if request.GET.get("format") == "csv":
        partners = partners.with_domains()
    return LISTING.respond(request, partners, "partners/list.html")


@door(see=Right.VIEW, act=Right.CHANGE)
def partner_details(request: PanelRequest, pk: int) -> HttpResponse:
    """One partner."""
    partner = get_object_or_404(Partner.objects.with_domains(), pk=pk)
    form = PartnerForm(request, partner)
    saved = details.committed(
        form,
        lambda: services.change_partner(
            partner, actor=Actor.of(request), agreed=bool(form.asked), **form.write_values()
        ),
    )
    if saved:
        said = _("Partner “%(name)s” was committed.") % {"name": saved}
        return details.done(request, form, saved, said)
    title = _("Edit XMPP Federated Partner - %(name)s") % {"name": partner}
    return _dialog(request, form, title, partner=partner)


@door(see=Right.CHANGE)
def new_partner(request: PanelRequest) -> HttpResponse:
    """New; ``?domain=`` fills in the primary domain."""
    form = PartnerForm(request, domain=request.GET.get("domain", "").replace("\x00", "")[:255])
    saved = details.committed(
        form,
        lambda: services.create_partner(
            actor=Actor.of(request), agreed=bool(form.asked), **form.write_values()
        ),
    )
    if saved:
        said = _("Partner “%(name)s” was committed.") % {"name": saved}
        return details.done(request, form, saved, said)
    return _dialog(request, form, _("New XMPP Federated Partner"))


@require_safe
@door(see=Right.CHANGE)
def consequences(request: PanelRequest) -> HttpResponse:
    """What the chosen type and negotiation come to, while they are chosen: a fragment of the dialog."""
    key = request.GET.get("partner", "")
    is_key = key.isascii() and key.isdigit() and len(key) < 19
    partner = Partner.objects.filter(pk=key).first() if is_key else None
    values = {name: request.GET.get(name, "") for name in ("type", "tls", "sasl", "dialback")}
    return render(request, "partners/_consequences.html", {"consequences": Consequences(values, partner)})


@require_safe
@door(see=Right.VIEW)
def open_selected(request: PanelRequest) -> HttpResponse:
    """Edit > Show details."""
    return actions.open_selected(request, LISTING, Partner.objects.all(), "partners:details")


@door(see=Right.CHANGE)
def delete_selected(request: PanelRequest) -> HttpResponse:
    """Edit > Delete: says first who loses what."""

    def act(partners: list[Partner], reason: str) -> str:
        count = services.delete_partners(partners, actor=Actor.of(request), reason=reason)
        said = ngettext("%(count)s partner was deleted.", "%(count)s partners were deleted.", count)
        return said % {"count": count}

    chosen = selected(request, LISTING, Partner.objects.all())

    def tell() -> dict[str, Any]:
        effect = dependents.removal(chosen.rows.all())
        return {"effect": effect, "said": [*effect.loses, *effect.gains]}

    return actions.confirm(request, chosen, "partners/delete.html", act, tell=tell)


def _dialog(request: PanelRequest, form: PartnerForm, title: str, **context: Any) -> HttpResponse:
    context |= {"title": title, "meanings": meanings(), "consequences": form.consequences()}
    return details.respond(request, form, "partners/details.html", **context)
