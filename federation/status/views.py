"""The tab Status."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from controlpanel.accounts.doors import door
from controlpanel.accounts.rights import Right
from controlpanel.audit.actor import Actor
from controlpanel.audit.commits import Changed
from controlpanel.lists import actions
from controlpanel.lists.selection import selected
from controlpanel.shell import aftermath, details
from controlpanel.shell.question import Question
from federation.gateway import services
from federation.gateway.models import Gateway
from federation.replication import histories
from federation.replication.models import Revision
from federation.status import certificate, dialback, installing, live, misread, words
from federation.status.forms import GatewayForm
from federation.status.hosts import hosts_of
from federation.status.in_force import in_force
from federation.status.standing import stands
from federation.status.tables import GATEWAYS

if TYPE_CHECKING:
    from django.http import HttpResponseBase

    from controlpanel.shell.http import PanelRequest
    from federation.gateway.models import GatewayQuerySet


@require_safe
@door(see=Right.VIEW, act=Right.SECRETS)
def gateway_list(request: PanelRequest) -> HttpResponseBase:
    """All gateways, and how each stands."""
    shown = {"misnamed": list(islice(misread.misnamed(), misread.MOST_SHOWN))}
    return GATEWAYS.respond(request, Gateway.objects.listed(), "status/list.html", shown)


@door(see=Right.VIEW, act=Right.SECRETS)
def gateway_details(request: PanelRequest, pk: int) -> HttpResponse:
    """One gateway: its record, its report, its streams and what it refused."""
    gateway = get_object_or_404(Gateway.objects.listed(), pk=pk)
    form = GatewayForm(request, gateway)
    saved = details.committed(
        form, lambda: services.change_gateway(gateway, actor=Actor.of(request), **form.write_values())
    )
    if saved:
        return details.done(request, form, saved, _("Gateway “%(name)s” was committed.") % {"name": saved})
    (stand,) = stands([gateway], timezone.now())
    shown = {
        "gateway": gateway,
        "stand": stand,
        "label": words.LABELS[stand.standing],
        "look": words.LOOKS[stand.standing],
        "explained": words.explained(stand),
        "hosts": hosts_of(gateway),
        "alarms": list(words.alarms(stand.report)),
        "partners": live.by_partner(gateway.streams.order_by("pk")),
        "refused": live.by_code(gateway),
        "unsealable": words.sealing(gateway),
        "dialback": dialback.in_use(stand.report),
        "dialback_lost_at": dialback.lost_at(),
        "shown": certificate.shown(stand.report, timezone.now()),
    }
    title = _("Edit gateway - %(name)s") % {"name": gateway}
    return details.respond(request, form, "status/details.html", title=title, **shown)


@door(see=Right.SECRETS)
def new_gateway(request: PanelRequest) -> HttpResponse:
    """New gateway; the answer shows its secret, which nobody can read again."""
    form, made = GatewayForm(request), list[tuple[Gateway, str]]()

    def write() -> Gateway:
        made.append(services.create_gateway(actor=Actor.of(request), **form.write_values()))
        return made[0][0]

    if details.committed(form, write):
        return _install(request, *made[0])
    return details.respond(request, form, "topology/details.html", title=_("New gateway"))


@door(see=Right.SECRETS)
def replace_secret(request: PanelRequest, pk: int) -> HttpResponse:
    """Ask, then make a new secret and show it."""
    gateway = get_object_or_404(Gateway, pk=pk)
    form = details.ReasonForm(request.POST if request.method == "POST" else None)
    question = Question.of(request, [gateway])
    if form.is_valid() and question.is_answered:
        values = {"version": gateway.version, "reason": form.cleaned_data["reason"]}
        try:
            return _install(request, *services.replace_secret(gateway, actor=Actor.of(request), **values))
        except Changed:
            gateway = get_object_or_404(Gateway, pk=pk)
            question = Question.of(request, [gateway])
    back = reverse("status:details", args=[pk])
    return question.asked(request, "status/secret.html", form, gateway=gateway, back=back)


@door(see=Right.SECRETS)
def follow(request: PanelRequest) -> HttpResponse:
    """Ask, then let gateways that run another history follow this panel."""
    back, standing = reverse("status:list"), histories.standing()
    form = details.ReasonForm(request.POST if request.method == "POST" else None)
    if not histories.strayed():
        messages.info(request, _("No gateway runs another history of this panel."))
        return redirect(back)
    question, shown = _following(request)
    if form.is_valid() and question.is_answered:
        try:
            reason = form.cleaned_data["reason"]
            histories.supersede(seen=standing, actor=Actor.of(request), reason=reason)
            said = _("The gateways follow this panel, within half a minute.")
            messages.success(request, said, extra_tags=aftermath.follow_up())
        except ValidationError as refusal:
            messages.info(request, " ".join(refusal.messages))
        except Changed:
            question, shown = _following(request)
        else:
            return redirect(back)
        if not histories.strayed():
            return redirect(back)
    return question.asked(request, "status/follow.html", form, back=back, **shown)


def _following(request: PanelRequest) -> tuple[Question, dict[str, Any]]:
    """The question before gateways follow: who has which revision, and which one this panel is at."""
    strayed, latest = histories.strayed(), Revision.objects.first()
    theirs = [words.has_revision(each) for each in strayed]
    ours = [words.panel_at(latest)] if latest else []
    question = Question.of(request, [], [*theirs, *ours])
    return question, {"strayed": strayed, "theirs": theirs[:20], "ours": ours}


@require_safe
@door(see=Right.VIEW)
def open_gateway(request: PanelRequest) -> HttpResponse:
    """Edit > Show details."""
    return actions.open_selected(request, GATEWAYS, Gateway.objects.all(), "status:details")


@door(see=Right.SECRETS)
def delete_gateways(request: PanelRequest) -> HttpResponse:
    """Edit > Delete."""

    def act(gateways: GatewayQuerySet, reason: str) -> str:
        count = services.delete_gateways(gateways, actor=Actor.of(request), reason=reason)
        said = ngettext("%(count)s gateway was removed.", "%(count)s gateways were removed.", count)
        return said % {"count": count}

    chosen = selected(request, GATEWAYS, Gateway.objects.listed())
    return actions.confirm(request, chosen, "status/delete.html", act)


@require_safe
@door(see=Right.VIEW)
def module(_request: PanelRequest) -> HttpResponse:
    """The server's module, to unpack among its modules."""
    response = HttpResponse(installing.module_zip(), content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="{installing.MODULE}.zip"'
    return response


@require_safe
@door(see=Right.VIEW)
def in_force_fragment(request: PanelRequest, number: int) -> HttpResponse:
    """What the message bar says after Commit; it asks again until every gateway has the revision."""
    found = in_force(number, timezone.now())
    if found is None:
        raise Http404
    response = render(
        request, "status/_in_force.html", {"in_force": found, "warnings": words.warnings(found)}
    )
    response["Cache-Control"] = "no-store"
    return response


def _install(request: PanelRequest, gateway: Gateway, secret: str) -> HttpResponse:
    """Three steps on the gateway's machine, with the secret in the lines."""
    url = request.build_absolute_uri(reverse("replication:exchange"))
    lines = installing.configuration(gateway.name, url, secret)
    shown = {"gateway": gateway, "lines": lines, "unsealable": words.sealing(gateway)}
    response = render(request, "status/install.html", shown)
    response["Cache-Control"] = "no-store"
    return response
