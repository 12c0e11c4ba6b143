"""The tabs Access Edge Configuration and XMPP Gateway Configuration."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from controlpanel.accounts.doors import door
from controlpanel.accounts.rights import Right
from controlpanel.audit.actor import Actor
from controlpanel.audit.commits import Changed
from controlpanel.lists import actions
from controlpanel.shell import aftermath, details
from controlpanel.shell.details import ReasonForm
from controlpanel.shell.question import Question
from federation.edge import services
from federation.edge.dependents import all_dependents, who_gains_and_loses
from federation.edge.forms import AccessForm, XmppForm
from federation.edge.models import AccessEdgeConfiguration, XmppGatewayConfiguration
from federation.edge.tables import ACCESS, XMPP

if TYPE_CHECKING:
    from django.http import HttpResponse, HttpResponseBase

    from controlpanel.shell.http import PanelRequest


@require_safe
@door(see=Right.VIEW, act=Right.CHANGE)
def access_list(request: PanelRequest) -> HttpResponseBase:
    """One row, Global."""
    return ACCESS.respond(request, AccessEdgeConfiguration.objects.all(), "edge/access_list.html")


@door(see=Right.VIEW, act=Right.CHANGE)
def access_details(request: PanelRequest, pk: int) -> HttpResponse:
    """What may pass the edge, and what stops or starts with a commit."""
    edge = get_object_or_404(AccessEdgeConfiguration, pk=pk)
    form = AccessForm(request, edge)
    saved = details.committed(
        form, lambda: services.change_access(actor=Actor.of(request), **form.write_values())
    )
    if saved:
        return details.done(request, form, saved, _("The Access Edge configuration was committed."))
    effect = _effect(is_on=edge.federation, wanted=bool(form["federation"].value()))
    title = _("Edit Access Edge Configuration")
    return details.respond(request, form, "edge/access.html", title=title, **effect)


@require_safe
@door(see=Right.VIEW)
def access_effect(request: PanelRequest) -> HttpResponse:
    """What a commit would stop or start, as the box stands in the page."""
    edge = AccessEdgeConfiguration.objects.the_global()
    effect = _effect(is_on=edge.federation, wanted="federation" in request.GET)
    return render(request, "edge/_effect.html", effect)


@require_safe
@door(see=Right.VIEW)
def open_access(request: PanelRequest) -> HttpResponse:
    """Edit > Show details."""
    return actions.open_selected(
        request, ACCESS, AccessEdgeConfiguration.objects.all(), "edge:access-details"
    )


@require_safe
@door(see=Right.VIEW, act=Right.CHANGE)
def xmpp_list(request: PanelRequest) -> HttpResponseBase:
    """One row, Global."""
    return XMPP.respond(request, XmppGatewayConfiguration.objects.all(), "edge/xmpp_list.html")


@door(see=Right.VIEW, act=Right.CHANGE)
def xmpp_details(request: PanelRequest, pk: int) -> HttpResponse:
    """How the gateway holds its connections."""
    gateway = get_object_or_404(XmppGatewayConfiguration, pk=pk)
    form = XmppForm(request, gateway)
    saved = details.committed(
        form, lambda: services.change_gateway(actor=Actor.of(request), **form.write_values())
    )
    if saved:
        return details.done(request, form, saved, _("The XMPP gateway configuration was committed."))
    shown = {"gateway": gateway, "may_replace": request.user.has_right(Right.SECRETS)}
    title = _("Edit XMPP Gateway Configuration")
    return details.respond(request, form, "edge/xmpp.html", title=title, **shown)


@require_safe
@door(see=Right.VIEW)
def open_xmpp(request: PanelRequest) -> HttpResponse:
    """Edit > Show details."""
    return actions.open_selected(request, XMPP, XmppGatewayConfiguration.objects.all(), "edge:xmpp-details")


@door(see=Right.SECRETS)
def replace_secret(request: PanelRequest) -> HttpResponse:
    """Ask, then make a new dialback secret. The page shows neither."""
    gateway = XmppGatewayConfiguration.objects.the_global()
    form = ReasonForm(request.POST if request.method == "POST" else None)
    question = Question.of(request, [gateway])
    if form.is_valid() and question.is_answered:
        values = {"version": gateway.version, "reason": form.cleaned_data["reason"]}
        try:
            services.replace_secret(actor=Actor.of(request), **values)
        except Changed:
            question = Question.of(request, [XmppGatewayConfiguration.objects.the_global()])
        else:
            aftermath.say(request, _("The dialback secret was replaced."))
            return redirect(gateway)
    return question.asked(request, "edge/secret.html", form, gateway=gateway)


def _effect(*, is_on: bool, wanted: bool) -> dict[str, Any]:
    """What depends on federation, whether it stops or starts with the box at ``wanted``, and for whom."""
    return {
        "dependents": all_dependents(),
        "people": who_gains_and_loses(federation=wanted) if is_on != wanted else [],
        "is_on": is_on,
        "stops": is_on and not wanted,
        "starts": wanted and not is_on,
    }
