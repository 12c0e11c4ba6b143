"""The tab External Access Policy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from controlpanel.accounts.doors import door
from controlpanel.accounts.rights import Right
from controlpanel.audit.actor import Actor
from controlpanel.audit.commits import Gone
from controlpanel.shell import details
from controlpanel.shell.details import ReasonForm
from controlpanel.shell.selection import selected
from federation.policies import services
from federation.policies.forms import PolicyForm
from federation.policies.models import ExternalAccessPolicy, Scope
from federation.policies.tables import LISTING
from federation.topology.models import Site

if TYPE_CHECKING:
    from django.http import HttpResponse, HttpResponseBase

    from controlpanel.shell.http import PanelRequest

#: How many sites the picker shows at once; the search finds the others.
PICKER_LIMIT = 100
#: How many names a confirmation prints.
SHOWN_NAMES = 20


@require_safe
@door(see=Right.VIEW)
def policy_list(request: PanelRequest) -> HttpResponseBase:
    """All policies: Global first, then sites, then user policies."""
    request.may_act = request.user.has_right(Right.CHANGE)
    return LISTING.respond(request, ExternalAccessPolicy.objects.listed(), "policies/list.html")


@door(see=Right.VIEW, act=Right.CHANGE)
def policy_details(request: PanelRequest, pk: int) -> HttpResponse:
    """Look at one policy, and commit changes to it."""
    policy = get_object_or_404(ExternalAccessPolicy.objects.select_related("site"), pk=pk)
    form = PolicyForm(request, policy)
    saved = details.committed(
        form,
        lambda: services.change_policy(
            policy,
            actor=Actor.of(request),
            version=form.cleaned_data["version"],
            reason=form.cleaned_data["reason"],
            **form.changes(),
        ),
    )
    if saved:
        return _said(request, _("Policy “%(name)s” was committed.") % {"name": saved})
    title = _("Edit External Access Policy - %(name)s") % {"name": policy}
    return _dialog(request, form, title, policy=policy)


@door(see=Right.CHANGE)
def new_user_policy(request: PanelRequest) -> HttpResponse:
    """New > User policy; with ``?copy=`` the dialog starts with another policy's values."""
    form = PolicyForm(request, named=True, **_copied(request))
    saved = details.committed(
        form,
        lambda: services.create_user_policy(actor=Actor.of(request), **_values(form)),
    )
    if saved:
        said = _("Policy “%(name)s” was committed. It governs nobody until it is assigned.")
        return _said(request, said % {"name": saved})
    return _dialog(request, form, _("New External Access Policy"), scope=Scope.USER)


@require_safe
@door(see=Right.CHANGE)
def select_site(request: PanelRequest) -> HttpResponse:
    """New > Site policy > Select a Site: the sites that have no policy yet."""
    if chosen := request.GET.get("site", ""):
        return redirect(
            "policies:new-site",
            pk=int(chosen) if chosen.isascii() and chosen.isdigit() and len(chosen) < 19 else 0,
        )
    text = request.GET.get("q", "")[:200].replace("\x00", "")
    sites = Site.objects.filter(policies=None).matching(text)
    context = {
        "sites": sites[:PICKER_LIMIT],
        "count": sites.count(),
        "limit": PICKER_LIMIT,
        "text": text,
    }
    return render(request, "policies/select_site.html", context)


@door(see=Right.CHANGE)
def new_site_policy(request: PanelRequest, pk: int) -> HttpResponse:
    """The dialog of a site's policy; its name is the site's."""
    site = get_object_or_404(Site, pk=pk)
    form = PolicyForm(request)
    saved = details.committed(
        form,
        lambda: services.create_site_policy(site=site, actor=Actor.of(request), **_values(form)),
    )
    if saved:
        said = _("Policy “%(name)s” was committed. It governs all users of the site.")
        return _said(request, said % {"name": saved})
    return _dialog(request, form, _("New External Access Policy"), scope=Scope.SITE, site=site)


@require_safe
@door(see=Right.VIEW)
def open_selected(request: PanelRequest) -> HttpResponse:
    """Edit > Show details: to the page of the selected policy."""
    policy = _one(request)
    return redirect("policies:details", pk=policy.pk) if policy else redirect("policies:list")


@require_safe
@door(see=Right.CHANGE)
def copy_selected(request: PanelRequest) -> HttpResponse:
    """Edit > Copy: a new user policy that starts with the values of the selected one."""
    policy = _one(request)
    return redirect(f"{reverse('policies:new-user')}?copy={policy.pk}" if policy else "policies:list")


@door(see=Right.CHANGE)
def delete_selected(request: PanelRequest) -> HttpResponse:
    """Edit > Delete: asks first; deletes site and user policies, resets the Global one, all or nothing."""
    chosen = selected(request, LISTING, ExternalAccessPolicy.objects.listed())
    if not chosen.count:
        _say_none_selected(request)
        return redirect("policies:list")
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if form.is_valid() and (rows := chosen.confirmed(request)):
        reason = form.cleaned_data["reason"]
        try:
            deleted, was_reset = services.delete_policies(rows, actor=Actor.of(request), reason=reason)
        except Gone:
            chosen.say_changed(request)
        else:
            _say_deleted(request, deleted, was_reset=was_reset)
        return redirect("policies:list")
    has_global = chosen.rows.filter(scope=Scope.GLOBAL).exists()
    shown = {"selection": chosen, "form": form, "back": reverse("policies:list")}
    shown |= {"has_global": has_global, "rows": chosen.rows[:SHOWN_NAMES]}
    status = 422 if form.errors else 409 if form.is_bound else 200
    return render(request, "policies/delete.html", shown, status=status)


def _say_deleted(request: PanelRequest, deleted: int, *, was_reset: bool) -> None:
    if deleted:
        said = ngettext("%(count)s policy was deleted.", "%(count)s policies were deleted.", deleted)
        messages.success(request, said % {"count": deleted})
    if was_reset:
        messages.warning(
            request,
            _("The Global policy cannot be deleted. It was reset to its defaults: everything off."),
        )


def _say_none_selected(request: PanelRequest) -> None:
    messages.warning(request, _("Select at least one policy first."))


def _one(request: PanelRequest) -> ExternalAccessPolicy | None:
    """The selected policy (the first of several); None, and a message, when there is none."""
    rows = selected(request, LISTING, ExternalAccessPolicy.objects.all()).rows
    policy: ExternalAccessPolicy | None = rows.order_by("pk").first()
    if policy is None:
        _say_none_selected(request)
    return policy


def _values(form: PolicyForm) -> dict[str, Any]:
    return {name: form.cleaned_data[name] for name in (*form.own_fields, "reason")}


def _copied(request: PanelRequest) -> dict[str, Any]:
    """The values to start with when ``?copy=`` names a policy."""
    key = request.GET.get("copy", "")
    if not (key.isascii() and key.isdigit() and len(key) < 19):
        return {}
    return PolicyForm.values_of(get_object_or_404(ExternalAccessPolicy, pk=key))


def _said(request: PanelRequest, sentence: str) -> HttpResponse:
    messages.success(request, sentence)
    return redirect("policies:list")


def _dialog(request: PanelRequest, form: PolicyForm, title: str, **context: Any) -> HttpResponse:
    context |= {"title": title, "back": reverse("policies:list")}
    return details.respond(request, form, "policies/details.html", **context)
