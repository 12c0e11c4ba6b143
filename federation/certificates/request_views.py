"""The tab Requests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from controlpanel.accounts.doors import door
from controlpanel.accounts.rights import Right
from controlpanel.audit.actor import Actor
from controlpanel.audit.models import AuditEvent
from controlpanel.lists import actions
from controlpanel.lists.selection import selected
from controlpanel.shell import details
from federation.certificates.forms import RequestForm
from federation.certificates.models import Certificate, Request, RequestQuerySet
from federation.certificates.namesfield import names_typed
from federation.certificates.services import requests as services
from federation.certificates.tables import REQUESTS
from federation.certificates.words import refused_too, said
from federation.x509.findings import Code
from federation.x509.requests import FIELDS, Plan, renewal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.http import HttpResponseBase

    from controlpanel.shell.http import PanelRequest


@require_safe
@door(see=Right.VIEW, act=Right.SECRETS)
def request_list(request: PanelRequest) -> HttpResponseBase:
    """All requests that no authority has answered yet."""
    rows = Request.objects.select_related("renews")
    return REQUESTS.respond(request, rows, "certificates/requests.html")


@require_safe
@door(see=Right.VIEW, act=Right.SECRETS)
def request_details(request: PanelRequest, pk: int) -> HttpResponse:
    """One request: to copy, to download, to cancel."""
    row = get_object_or_404(Request.objects.select_related("renews"), pk=pk)
    shown = {"row": row, "history": AuditEvent.objects.history(row), "back": details.list_of(request)}
    return render(request, "certificates/request.html", shown)


@door(see=Right.SECRETS)
def new_request(request: PanelRequest) -> HttpResponse:
    """Ask for a certificate; with ``renews`` in the address, for one like that."""
    renews = _renewed(request)
    form = RequestForm(request, **_start(renews))
    made = details.committed(
        form,
        lambda: services.create_request(
            name=form.cleaned_data["name"],
            plan=form.plan(),
            renews=renews,
            actor=Actor.of(request),
            reason=form.cleaned_data["reason"],
        ),
    )
    if made:
        messages.success(request, _("The request was made. Send it to your authority."))
        return redirect("certificates:requests-details", pk=made.pk)
    shown = {
        "title": _("Renew certificate - %(name)s") % {"name": renews}
        if renews
        else _("New certificate request"),
        "renews": renews,
        **_names_shown(request.POST if form.is_bound else form.initial),
    }
    return details.respond(request, form, "certificates/request_new.html", **shown)


@require_POST
@door(see=Right.SECRETS)
def judge_names(request: PanelRequest) -> HttpResponse:
    """While somebody types: which names are refused and why, and which local domain is not covered."""
    return render(request, "certificates/_names_judged.html", _names_shown(request.POST))


def _names_shown(typed: Mapping[str, Any]) -> dict[str, Any]:
    """What there is to say of the names that stand in the boxes, finished or not."""
    try:
        domains, others = names_typed(typed.get("domains", "")), names_typed(typed.get("others", ""))
    except ValidationError as refusal:
        return {"judged": refused_too(refusal), "covered": []}
    plan = Plan(
        str(typed.get("gateway", "")).strip(),
        domains=domains,
        others=others,
        srv_names=bool(typed.get("srv_names")),
        xmpp_addresses=bool(typed.get("xmpp_addresses")),
    )
    found = [each for each in services.examined(plan) if each.params.get("name") != ""]
    missing = {each.params["domain"] for each in found if each.code is Code.DOMAIN_UNREQUESTED}
    covered = [domain for domain in services.local_domains() if domain not in missing]
    return {"judged": said(found), "covered": covered}


def _renewed(request: PanelRequest) -> Certificate | None:
    key = request.GET.get("renews", "")
    if not key:
        return None
    return get_object_or_404(Certificate, pk=key if key.isascii() and key.isdigit() and len(key) < 19 else 0)


def _start(renews: Certificate | None) -> dict[str, Any]:
    """What the page holds at first: the old certificate's values, else the local domains."""
    local = services.local_domains()
    if renews is None:
        newest = Certificate.objects.order_by("-not_before").first()
        gateway = next(iter(newest.names.split()), "") if newest else ""
        return {"domains": "\n".join(local), "gateway": gateway}
    plan = renewal(renews.facts, local)
    domains = dict.fromkeys((*plan.domains, *local))
    return {
        "name": renews.name,
        "gateway": plan.gateway,
        "domains": "\n".join(domains),
        "others": "\n".join(plan.others),
        "key": plan.key.value,
        "country": plan.country,
        "srv_names": plan.srv_names,
        "xmpp_addresses": plan.xmpp_addresses,
        **{name: getattr(plan, name) for name in FIELDS},
    }


@require_safe
@door(see=Right.VIEW)
def download_request(_request: PanelRequest, pk: int) -> HttpResponse:
    """The request as a file."""
    row = get_object_or_404(Request, pk=pk)
    response = HttpResponse(row.pem, content_type="application/pkcs10")
    response["Content-Disposition"] = f'attachment; filename="{slugify(row.gateway) or "request"}.csr"'
    return response


@require_safe
@door(see=Right.VIEW)
def open_request(request: PanelRequest) -> HttpResponse:
    """Edit > Show details."""
    return actions.open_selected(request, REQUESTS, Request.objects.all(), "certificates:requests-details")


@door(see=Right.SECRETS)
def cancel_requests(request: PanelRequest) -> HttpResponse:
    """Edit > Cancel request: their keys are destroyed."""

    def act(rows: RequestQuerySet, reason: str) -> str:
        count = services.cancel_requests(rows, actor=Actor.of(request), reason=reason)
        said = ngettext("%(count)s request was cancelled.", "%(count)s requests were cancelled.", count)
        return said % {"count": count}

    chosen = selected(request, REQUESTS, Request.objects.select_related("key_pair"))
    return actions.confirm(request, chosen, "certificates/cancel.html", act)
