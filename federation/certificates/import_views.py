"""Import of a certificate: what is wrong is said before anything is stored."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables

from controlpanel.accounts.doors import door
from controlpanel.accounts.rights import Right
from controlpanel.audit.actor import Actor
from controlpanel.shell import details
from federation.certificates import drafts
from federation.certificates.forms import ImportForm
from federation.certificates.services import importing
from federation.certificates.words import said
from federation.x509.findings import Severity

if TYPE_CHECKING:
    from django.http import HttpResponse

    from controlpanel.shell.http import PanelRequest
    from federation.certificates.drafts import Draft
    from federation.certificates.models import Certificate
    from federation.certificates.services.importing import Examined


@sensitive_post_parameters()
@sensitive_variables()
@door(see=Right.SECRETS)
def import_certificate(request: PanelRequest) -> HttpResponse:
    """Check tells the findings; Import stores the certificate, unless there is more to say first."""
    form = ImportForm(request.POST, request.FILES) if request.method == "POST" else ImportForm()
    found = _examined(request, form) if form.is_valid() else None
    if found and "check" not in request.POST and (stored := _stored(request, form, found)):
        messages.success(request, _("Certificate “%(name)s” was imported.") % {"name": stored})
        return redirect("certificates:gateway-details", pk=stored.pk)
    shown = {
        "form": form,
        "back": details.list_of(request),
        "found": found,
        "findings": said(found.report.findings) if found else (),
    }
    status = 422 if form.errors else 200
    return render(request, "certificates/import.html", shown, status=status)


@sensitive_variables()
def _examined(request: PanelRequest, form: ImportForm) -> Examined | None:
    """What was given, looked at; None, and an error of the form, when it cannot be used at all."""
    owner = str(request.user.pk)
    given, password = list(form.given()), form.cleaned_data["password"]
    draft: Draft | None = None
    if not given and form.cleaned_data["draft"]:
        draft = drafts.unpacked(form.cleaned_data["draft"], owner=owner)
        if draft is None:
            form.add_error(None, _("What you chose is no longer here. Choose the files again."))
            return None
        given, password = draft.files, password or draft.password
    try:
        found = importing.examine(given, password=password)
        sealed = drafts.packed(given, password, owner=owner)
    except ValidationError as refusal:
        form.add_error(
            "password" if str(getattr(refusal, "code", "")).startswith("password") else None, refusal
        )
        return None
    data = QueryDict(mutable=True)
    data.update(form.data)
    data["draft"] = sealed
    form.data = data
    return found


@sensitive_variables()
def _stored(request: PanelRequest, form: ImportForm, found: Examined) -> Certificate | None:
    """The certificate; None when the page must come back with what there is to say."""
    values = form.cleaned_data
    if found.worst is Severity.ERROR or (found.worst is Severity.WARNING and not values["accept"]):
        return None  # the findings say it
    try:
        return importing.import_certificate(
            found,
            name=values["name"],
            accept_warnings=values["accept"],
            reason=values["reason"],
            actor=Actor.of(request),
        )
    except ValidationError as refusal:
        if hasattr(refusal, "error_dict"):
            for name, errors in refusal.error_dict.items():
                form.add_error(name if name in form.fields else None, errors)
        else:
            form.add_error(None, refusal)
    return None
