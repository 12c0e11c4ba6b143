"""The tab Gateway certificates."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_POST, require_safe

from controlpanel.accounts.doors import door
from controlpanel.accounts.rights import Right
from controlpanel.audit.actor import Actor
from controlpanel.audit.commits import Changed, Gone
from controlpanel.lists import actions
from controlpanel.lists.selection import selected
from controlpanel.shell import aftermath, details
from controlpanel.shell.question import Question
from federation.certificates.forms import AssignForm, ExportForm, NameForm
from federation.certificates.models import Assignment, Certificate, CertificateQuerySet
from federation.certificates.services import assignments, certificates, exporting
from federation.certificates.services.exporting import Format
from federation.certificates.tables import GATEWAY
from federation.certificates.timeline import timeline
from federation.certificates.words import left, said

if TYPE_CHECKING:
    from django.http import HttpResponseBase

    from controlpanel.shell.http import PanelRequest


@require_safe
@door(see=Right.VIEW, act=Right.SECRETS)
def certificate_list(request: PanelRequest) -> HttpResponseBase:
    """All certificates, the one that ends first on top."""
    now = timezone.now()
    shown = {
        "now": now,
        "current": Assignment.objects.in_force(now),
        "previous": Assignment.objects.previous(now),
    }
    return GATEWAY.respond(request, Certificate.objects.listed(now), "certificates/list.html", shown)


@door(see=Right.VIEW, act=Right.SECRETS)
def certificate_details(request: PanelRequest, pk: int) -> HttpResponse:
    """One certificate: its facts, its chain, what there is to say of it; its friendly name."""
    now = timezone.now()
    row = get_object_or_404(Certificate.objects.listed(now).select_related("renews"), pk=pk)
    form = NameForm(request, row)
    saved = details.committed(
        form, lambda: certificates.change_certificate(row, actor=Actor.of(request), **form.write_values())
    )
    if saved:
        return details.done(
            request, form, saved, _("Certificate “%(name)s” was committed.") % {"name": saved}
        )
    report = certificates.looked_at(row, now=now, in_use=bool(getattr(row, "used", False)))
    shown: dict[str, Any] = {
        "title": _("Certificate - %(name)s") % {"name": row},
        "row": row,
        "facts": row.facts,
        "served": row.served,
        "findings": said(report.findings),
        "left": left(row.not_before, row.not_after, now),
        "assignments": row.assignments.all()[:10],
        "now": now,
    }
    return details.respond(request, form, "certificates/certificate.html", **shown)


@require_safe
@door(see=Right.VIEW)
def open_certificate(request: PanelRequest) -> HttpResponse:
    """Edit > Show details."""
    return actions.open_selected(request, GATEWAY, _listed(), "certificates:gateway-details")


@door(see=Right.SECRETS)
def delete_certificates(request: PanelRequest) -> HttpResponse:
    """Edit > Delete."""

    def act(rows: CertificateQuerySet, reason: str) -> str:
        count = certificates.delete_certificates(rows, actor=Actor.of(request), reason=reason)
        text = ngettext("%(count)s certificate was deleted.", "%(count)s certificates were deleted.", count)
        return text % {"count": count}

    return actions.confirm(request, selected(request, GATEWAY, _listed()), "certificates/delete.html", act)


@door(see=Right.SECRETS)
def assign_certificate(request: PanelRequest, pk: int) -> HttpResponse:
    """What the gateway uses now, and from when it uses this one."""
    row = get_object_or_404(Certificate, pk=pk)
    form = AssignForm(request.POST if request.method == "POST" else None, initial=_first_moment(row))
    if form.is_valid() and _assigning(request, row)[0].is_answered:

        def check() -> None:
            if not _assigning(request, row)[0].is_answered:
                raise Changed

        try:
            made = assignments.assign(row, actor=Actor.of(request), check=check, **form.cleaned_data)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        except Changed:
            row = get_object_or_404(Certificate, pk=pk)
        else:
            aftermath.say(request, _assigned(made))
            return redirect("certificates:gateway-details", pk=pk)
    question, shown = _assigning(request, row)
    return question.asked(request, "certificates/assign.html", form, back=row_address(row), **shown)


def _assigning(request: PanelRequest, row: Certificate) -> tuple[Question, dict[str, Any]]:
    """The question before ``row`` is assigned: what is used, what is planned, what there is to say."""
    now = timezone.now()
    current, planned = Assignment.objects.in_force(now), list(Assignment.objects.planned(now))
    findings = said(certificates.looked_at(row, now=max(now, row.not_before), in_use=True).findings)
    sentences = [
        _("The gateway uses “%(name)s”.") % {"name": current}
        if current
        else _("The gateway uses no certificate."),
        *(_assigned(each) for each in planned),
        *(str(each.sentence) for each in findings),
    ]
    shown = {"row": row, "current": current, "planned": planned, "findings": findings}
    return Question.of(request, [row], sentences), shown


def _first_moment(row: Certificate) -> dict[str, Any]:
    """The minute from which a certificate that is not valid yet can be used."""
    if row.not_before <= timezone.now():
        return {}
    try:
        return {"use_from": (row.not_before + timedelta(seconds=59)).replace(second=0, microsecond=0)}
    except OverflowError:  # in the last minute of all (RFC 5280, 4.1.2.5) none begins
        return {}


def _assigned(made: Assignment) -> str:
    if made.use_from > timezone.now():
        return _("The gateway uses “%(name)s” from %(moment)s on.") % {
            "name": made,
            "moment": f"{made.use_from:%Y-%m-%d %H:%M} UTC",
        }
    return _("The gateway uses “%(name)s” now.") % {"name": made}


@require_POST
@door(see=Right.SECRETS)
def put_back(request: PanelRequest) -> HttpResponse:
    """One click: the certificate from before, if it still is the one that the list named."""
    seen = request.POST.get("previous", "")
    key = int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 19 else 0
    try:
        made = assignments.put_back(seen=key, actor=Actor.of(request))
    except Changed:
        messages.warning(
            request,
            _(
                "Nothing was changed: another certificate was assigned meanwhile, so the one from before is "
                "another one now. Look again, then put it back."
            ),
        )
    except ValidationError as refusal:
        for sentence in refusal.messages:
            messages.error(request, sentence)
    else:
        aftermath.say(request, _assigned(made))
    return redirect("certificates:gateway-list")


@require_POST
@door(see=Right.SECRETS)
def call_off(request: PanelRequest, pk: int) -> HttpResponse:
    """Drop a planned assignment."""
    row = get_object_or_404(Assignment.objects.select_related("certificate"), pk=pk)
    try:
        assignments.call_off(row, actor=Actor.of(request))
        messages.success(request, _("The planned change to “%(name)s” was called off.") % {"name": row})
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    except Gone:
        messages.warning(request, _("It was called off already."))
    return redirect("certificates:gateway-details", pk=row.certificate_id)


@sensitive_post_parameters()
@sensitive_variables()
@door(see=Right.SECRETS)
def export_certificate(request: PanelRequest, pk: int) -> HttpResponse:
    """The certificate as a file, with its key only under a password."""
    row = get_object_or_404(Certificate.objects.select_related("key_pair"), pk=pk)
    form = ExportForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            values = form.cleaned_data
            file = exporting.export(
                row,
                form=Format(values["form"]),
                password=values["password"],
                reason=values["reason"],
                actor=Actor.of(request),
            )
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            response = HttpResponse(file.content, content_type=file.content_type)
            response["Content-Disposition"] = f'attachment; filename="{file.name}"'
            response["Cache-Control"] = "no-store"
            return response
    shown = {"row": row, "form": form, "back": row_address(row)}
    return render(request, "certificates/export.html", shown, status=422 if form.errors else 200)


@require_safe
@door(see=Right.VIEW)
def show_timeline(request: PanelRequest) -> HttpResponse:
    """All certificates on one picture."""
    now = timezone.now()
    rows = Certificate.objects.listed(now).order_by("not_after", "pk")
    return render(request, "certificates/timeline.html", {"picture": timeline(list(rows[:500]), now)})


def row_address(row: Certificate) -> str:
    """The page of a certificate."""
    return reverse("certificates:gateway-details", args=[row.pk])


def _listed() -> Any:
    return Certificate.objects.listed(timezone.now())
