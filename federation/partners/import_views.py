"""Import of partners: a CSV file or its text, checked first, all or nothing."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from controlpanel.accounts.doors import door
from controlpanel.accounts.rights import Right
from controlpanel.audit.actor import Actor
from controlpanel.shell.delimited import FileRefused
from controlpanel.shell.upload import UploadForm
from federation.partners import services
from federation.partners.csvfile import open_partners, partner_rows
from federation.partners.words import told, unreadable

if TYPE_CHECKING:
    from django.http import HttpResponse

    from controlpanel.shell.http import PanelRequest
    from federation.partners.planning import Plan

#: How many bad or warned lines a page tells.
SHOWN_FAULTS = 200


@door(see=Right.CHANGE)
def import_partners(request: PanelRequest) -> HttpResponse:
    """Check says what an import would do; Import does it, unless a line cannot be used."""
    form = UploadForm(request.POST, request.FILES) if request.method == "POST" else UploadForm()
    plan = _carried_out(request, form) if form.is_valid() else None
    if plan and not plan.faults and "check" not in request.POST:
        messages.success(request, _said(plan))
        return redirect("partners:list")
    if form.is_bound:
        form.keep_text()
    shown: dict[str, Any] = {"form": form, "back": reverse("partners:list"), "plan": plan}
    if plan:
        shown["faults"] = [(fault.line, told(fault)) for fault in plan.faults[:SHOWN_FAULTS]]
        shown["warnings"] = [(fault.line, told(fault)) for fault in plan.warnings[:SHOWN_FAULTS]]
    status = 422 if form.errors or (plan and plan.faults) else 200
    return render(request, "partners/import.html", shown, status=status)


def _said(plan: Plan) -> str:
    """What an import did, in numbers."""
    numbers = {"new": len(plan.new), "changed": len(plan.changed), "unchanged": plan.unchanged}
    shown = {name: number_format(number, force_grouping=True) for name, number in numbers.items()}
    return _("Partners made: %(new)s, changed: %(changed)s, as they were: %(unchanged)s.") % shown


def _carried_out(request: PanelRequest, form: UploadForm) -> Plan | None:
    """The plan, carried out unless it was only to be checked; None, and an error of the form, without one."""
    values = form.cleaned_data
    try:
        return services.import_partners(
            partner_rows(open_partners(io.BytesIO(values["content"]))),
            actor=Actor.of(request),
            reason=values["reason"],
            dry_run="check" in request.POST,
        )
    except FileRefused as refused:
        form.add_error("file" if form.files else "lines", unreadable(refused))
    except ValidationError as refusal:
        form.add_error(None, refusal)
    return None
