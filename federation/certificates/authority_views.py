"""The tab Trusted authorities."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from controlpanel.accounts.doors import door
from controlpanel.accounts.rights import Right
from controlpanel.audit.actor import Actor
from controlpanel.lists import actions
from controlpanel.lists.selection import selected
from controlpanel.shell import details
from federation.certificates.forms import FilesForm, NameForm
from federation.certificates.models import AuthorityQuerySet, TrustedAuthority
from federation.certificates.services import authorities as services
from federation.certificates.tables import AUTHORITIES

if TYPE_CHECKING:
    from django.http import HttpResponse, HttpResponseBase

    from controlpanel.shell.http import PanelRequest


@require_safe
@door(see=Right.VIEW, act=Right.SECRETS)
def authority_list(request: PanelRequest) -> HttpResponseBase:
    """All trusted authorities."""
    rows = TrustedAuthority.objects.all()
    return AUTHORITIES.respond(request, rows, "certificates/authorities.html", {"now": timezone.now()})


@door(see=Right.VIEW, act=Right.SECRETS)
def authority_details(request: PanelRequest, pk: int) -> HttpResponse:
    """One authority: its facts, its friendly name."""
    row = get_object_or_404(TrustedAuthority, pk=pk)
    form = NameForm(request, row)
    saved = details.committed(
        form, lambda: services.change_authority(row, actor=Actor.of(request), **form.write_values())
    )
    if saved:
        return details.done(request, form, saved, _("Authority “%(name)s” was committed.") % {"name": saved})
    shown = {"title": _("Trusted authority - %(name)s") % {"name": row}, "facts": row.facts}
    return details.respond(request, form, "certificates/authority.html", **shown)


@door(see=Right.SECRETS)
def new_authority(request: PanelRequest) -> HttpResponse:
    """Trust the authorities in a file."""
    form = FilesForm(request.POST, request.FILES) if request.method == "POST" else FilesForm()
    if form.is_valid():
        try:
            made = services.trust(form.given(), actor=Actor.of(request), reason=form.cleaned_data["reason"])
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            said = ngettext(
                "%(count)s authority is trusted now.", "%(count)s authorities are trusted now.", len(made)
            )
            messages.success(request, said % {"count": len(made)})
            return redirect("certificates:authorities-list")
    shown = {"form": form, "back": details.list_of(request)}
    return render(request, "certificates/trust.html", shown, status=422 if form.errors else 200)


@require_safe
@door(see=Right.VIEW)
def open_authority(request: PanelRequest) -> HttpResponse:
    """Edit > Show details."""
    rows = TrustedAuthority.objects.all()
    return actions.open_selected(request, AUTHORITIES, rows, "certificates:authorities-details")


@door(see=Right.SECRETS)
def distrust(request: PanelRequest) -> HttpResponse:
    """Edit > Trust no longer."""

    def act(rows: AuthorityQuerySet, reason: str) -> str:
        count = services.distrust(rows, actor=Actor.of(request), reason=reason)
        said = ngettext(
            "%(count)s authority is no longer trusted.", "%(count)s authorities are no longer trusted.", count
        )
        return said % {"count": count}

    chosen = selected(request, AUTHORITIES, TrustedAuthority.objects.all())
    return actions.confirm(request, chosen, "certificates/distrust.html", act)
