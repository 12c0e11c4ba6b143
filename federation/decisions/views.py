"""The page Test access."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from controlpanel.accounts.doors import door
from controlpanel.accounts.rights import Right
from controlpanel.lists.selection import one_selected
from federation.decisions import links, telling
from federation.decisions.enforcement import hindrances
from federation.decisions.forms import TestForm
from federation.decisions.gathering import answer
from federation.decisions.kinds import KIND_LABELS
from federation.directory.models import User
from federation.directory.tables import LISTING as USERS
from federation.partners.models import Partner
from federation.partners.tables import LISTING as PARTNERS

if TYPE_CHECKING:
    from django.http import HttpResponse

    from controlpanel.shell.http import PanelRequest

#: How many users are offered while an address is typed.
OFFERED = 20


@require_safe
@door(see=Right.VIEW)
def test_access(request: PanelRequest) -> HttpResponse:
    """Ask about two addresses; the answer with every rule on the way."""
    form = TestForm(request.GET)
    shown: dict[str, Any] = {"form": form}
    if form.is_asked and form.is_valid():
        found = answer(form.question)
        shown |= {
            "answer": found,
            "headline": telling.headline(found),
            "kind": KIND_LABELS[found.question.kind],
            "notes": telling.notes(found),
            "hindrances": hindrances(),
            "chain": telling.chain(found, found.decision),
            "other": telling.chain(found, found.xmpp) if found.by_sip else None,
        }
    return render(request, "decisions/test_access.html", shown, status=422 if form.errors else 200)


@require_safe
@door(see=Right.VIEW)
def suggest(request: PanelRequest) -> HttpResponse:
    """Users who fit what is typed, as the options of a datalist."""
    text = request.GET.get("local", "").replace("\x00", "").strip()[:128]
    users = User.objects.starting_with(text).order_by("name_sort", "pk") if text else User.objects.none()
    values = [user.shown_address for user in users[:OFFERED]]
    return render(request, "shell/_options.html", {"values": values})


@require_safe
@door(see=Right.VIEW)
def of_selected_user(request: PanelRequest) -> HttpResponse:
    """Users > Action > Test access."""
    user = one_selected(request, USERS, User.objects.all())
    return redirect(links.asking_of_user(user) if user else "directory:list")


@require_safe
@door(see=Right.VIEW)
def of_selected_partner(request: PanelRequest) -> HttpResponse:
    """XMPP Federated Partners > Action > Test access."""
    partner = one_selected(request, PARTNERS, Partner.objects.all())
    return redirect(links.asking_of_partner(partner) if partner else "partners:list")
