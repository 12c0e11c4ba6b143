"""The tab Users: the list and a user's page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from controlpanel.accounts.doors import door
from controlpanel.accounts.rights import Right
from controlpanel.audit.actor import Actor
from controlpanel.lists import actions
from controlpanel.shell import details
from federation.directory import services
from federation.directory.forms import UserForm
from federation.directory.models import User
from federation.directory.tables import LISTING, PROPERTIES
from federation.directory.words import MISREAD, NOT_ENABLED, REASONS
from federation.policies.models import ExternalAccessPolicy
from federation.policies.rules import SWITCHES
from federation.policies.words import SWITCH_LABELS

if TYPE_CHECKING:
    from django.http import HttpResponse, HttpResponseBase

    from controlpanel.shell.http import PanelRequest


@require_safe
@door(see=Right.VIEW, act=Right.USERS)
def user_list(request: PanelRequest) -> HttpResponseBase:
    """All users that match the search and the filters."""
    return LISTING.respond(request, User.objects.listed(), "directory/list.html")


@door(see=Right.VIEW, act=Right.USERS)
def user_details(request: PanelRequest, pk: int) -> HttpResponse:
    """One user: which policy governs and why, and what else is known."""
    user = get_object_or_404(User.objects.listed(), pk=pk)
    form = UserForm(request, user)
    saved = details.committed(form, lambda: _change(request, user, form))
    if saved:
        return details.done(request, form, saved, _("User “%(name)s” was committed.") % {"name": saved})
    title = _("Edit user - %(name)s") % {"name": user.display_name}
    return _dialog(request, form, title, user=user, governed=_governed(user))


@door(see=Right.USERS)
def new_user(request: PanelRequest) -> HttpResponse:
    """Enable users: make one record."""
    form = UserForm(request)
    saved = details.committed(
        form, lambda: services.create_user(actor=Actor.of(request), **form.write_values())
    )
    if saved:
        return details.done(request, form, saved, _("User “%(name)s” was enabled.") % {"name": saved})
    return _dialog(request, form, _("New user"))


@require_safe
@door(see=Right.VIEW)
def open_selected(request: PanelRequest) -> HttpResponse:
    """Edit > Show details: to the page of the selected user."""
    return actions.open_selected(request, LISTING, User.objects.all(), "directory:details")


@require_safe
@door(see=Right.VIEW)
def suggest(request: PanelRequest) -> HttpResponse:
    """Values of a property that fit what is typed, as the options of a datalist."""
    name = request.GET.get("property", "")
    text = next((request.GET[key] for key in ("value", "pool", "policy") if request.GET.get(key)), "")
    found = next((each.suggest for each in PROPERTIES if each.name == name and each.suggest), None)
    values = list(found(text.replace("\x00", "")[:128])) if found else []
    return render(request, "shell/_options.html", {"values": values})


def _change(request: PanelRequest, user: User, form: UserForm) -> User:
    values = form.write_values()
    if "policy" in values:
        seen = (form.cleaned_data["loaded"] or {}).get("policy") or ""
        values["seen_policy"] = ExternalAccessPolicy.objects.named(str(seen)) if seen else None
    return services.change_user(user, actor=Actor.of(request), **values)


def _governed(user: User) -> dict[str, Any]:
    """Which policy governs ``user``, why, and each switch as it applies."""
    if (found := user.governing) is None:
        return {"policy": None, "reason": MISREAD if user.enabled else NOT_ENABLED, "switches": []}
    policies = ExternalAccessPolicy.objects.select_related("site")
    policy = policies.get(pk=found.policy) if found.policy else policies.the_global()
    off = {"xmpp"} if user.pool.is_survivable else set()
    switches = [(SWITCH_LABELS[name], getattr(policy, name) and name not in off) for name in SWITCHES]
    return {"policy": policy, "reason": REASONS[found.why], "switches": switches}


def _dialog(request: PanelRequest, form: UserForm, title: str, **context: Any) -> HttpResponse:
    return details.respond(request, form, "directory/details.html", title=title, **context)
