"""Import of SIP federated domains: a file or a pasted list, checked first, all or nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import redirect, render
from django.urls import reverse

from controlpanel.accounts.doors import door
from controlpanel.accounts.rights import Right
from controlpanel.audit.actor import Actor
from controlpanel.shell.delimited import FileRefused
from federation.domains import services
from federation.domains.csvfile import decoded
from federation.domains.forms import ImportForm
from federation.domains.words import done, told, unreadable

if TYPE_CHECKING:
    from django.http import HttpResponse

    from controlpanel.shell.http import PanelRequest
    from federation.domains.planning import Plan

#: How many bad lines a page tells.
SHOWN_FAULTS = 200


@door(see=Right.CHANGE)
def import_domains(request: PanelRequest) -> HttpResponse:
    """Check says what an import would do; Import does it, unless a line cannot be used."""
    form = ImportForm(request.POST, request.FILES) if request.method == "POST" else ImportForm()
    plan = _carried_out(request, form) if form.is_valid() else None
    if plan and not plan.faults and "check" not in request.POST:
        messages.success(request, done(plan))
        return redirect("domains:list")
    if form.is_bound and form.files and "content" in form.cleaned_data:
        # A browser does not keep the chosen file, and lines can be mended.
        form.data = request.POST.copy()
        form.data["lines"] = decoded(form.cleaned_data["content"])
    shown: dict[str, Any] = {"form": form, "back": reverse("domains:list"), "plan": plan}
    if plan:
        shown["faults"] = [(fault.line, told(fault)) for fault in plan.faults[:SHOWN_FAULTS]]
    status = 422 if form.errors or (plan and plan.faults) else 200
    return render(request, "domains/import.html", shown, status=status)


def _carried_out(request: PanelRequest, form: ImportForm) -> Plan | None:
    """The plan, carried out unless it was only to be checked; None, and an error of the form, without one."""
    values = form.cleaned_data
    try:
        return services.import_domains(
            values["content"],
            kind=values["kind"],
            actor=Actor.of(request),
            reason=values["reason"],
            dry_run="check" in request.POST,
        )
    except FileRefused as refused:
        form.add_error("file" if form.files else "lines", unreadable(refused))
    except ValidationError as refusal:
        form.add_error(None, refusal)
    return None
