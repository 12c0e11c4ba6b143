"""The tab External Access Policy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from controlpanel.accounts.doors import door
from controlpanel.accounts.rights import Right
from controlpanel.audit.actor import Actor
from controlpanel.lists import actions
from controlpanel.lists.paging import count_text
from controlpanel.lists.selection import one_selected, selected
from controlpanel.shell import aftermath, details
from federation.policies import dependents, rules, services
from federation.policies.consequences import consequences, effect
from federation.policies.forms import PolicyForm
from federation.policies.models import ExternalAccessPolicy, Scope
from federation.policies.tables import LISTING
from federation.topology.models import Site

if TYPE_CHECKING:
    from django.http import HttpResponse, HttpResponseBase

    from controlpanel.shell.http import PanelRequest

#: How many sites the picker shows at once; the search finds the others.
PICKER_LIMIT = 100


@require_safe
@door(see=Right.VIEW, act=Right.CHANGE)
def policy_list(request: PanelRequest) -> HttpResponseBase:
    """All policies: Global first, then sites, then user policies."""
    return LISTING.respond(request, ExternalAccessPolicy.objects.listed(), "policies/list.html")


@door(see=Right.VIEW, act=Right.CHANGE)
def policy_details(request: PanelRequest, pk: int) -> HttpResponse:
    """Look at one policy, and commit changes to it."""
    policy = get_object_or_404(ExternalAccessPolicy.objects.select_related("site"), pk=pk)
    form = PolicyForm(request, policy)
    saved = details.committed(
        form, lambda: services.change_policy(policy, actor=Actor.of(request), **form.write_values())
    )
    if saved:
        return details.done(request, form, saved, _("Policy “%(name)s” was committed.") % {"name": saved})
    title = _("Edit External Access Policy - %(name)s") % {"name": policy}
    return _dialog(request, form, title, policy=policy, **effect(policy, _posted(form)))


@require_safe
@door(see=Right.CHANGE)
def switch_effect(request: PanelRequest, pk: int) -> HttpResponse:
    """What the switches in the address would change for the governed users: the fragment below them."""
    policy = get_object_or_404(ExternalAccessPolicy.objects.select_related("site"), pk=pk)
    then = {switch: switch in request.GET for switch in rules.SWITCHES}
    return render(request, "policies/_effect.html", effect(policy, then))


@require_safe
@door(see=Right.VIEW)
def view_named(request: PanelRequest) -> HttpResponse:
    """To the page of the policy that prints as ``?identity=``: View, beside a drop-down of policies."""
    policy = ExternalAccessPolicy.objects.named(request.GET.get("identity", "").replace("\x00", "")[:300])
    if policy is None:
        raise Http404
    return redirect("policies:details", pk=policy.pk)


@door(see=Right.CHANGE)
def new_user_policy(request: PanelRequest) -> HttpResponse:
    """New > User policy; with ``?copy=`` the dialog starts with another policy's values."""
    form = PolicyForm(request, named=True, **_copied(request))
    saved = details.committed(
        form, lambda: services.create_user_policy(actor=Actor.of(request), **form.write_values())
    )
    if saved:
        said = _("Policy “%(name)s” was committed. It governs nobody until it is assigned.")
        return details.done(request, form, saved, said % {"name": saved})
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
        form, lambda: services.create_site_policy(site=site, actor=Actor.of(request), **form.write_values())
    )
    if saved:
        said = _("Policy “%(name)s” was committed.") % {"name": saved}
        return details.done(request, form, saved, f"{said} {_governs_now(saved)}".strip())
    return _dialog(request, form, _("New External Access Policy"), scope=Scope.SITE, site=site)


@require_safe
@door(see=Right.VIEW)
def open_selected(request: PanelRequest) -> HttpResponse:
    """Edit > Show details: to the page of the selected policy."""
    return actions.open_selected(request, LISTING, ExternalAccessPolicy.objects.all(), "policies:details")


@require_safe
@door(see=Right.CHANGE)
def copy_selected(request: PanelRequest) -> HttpResponse:
    """Edit > Copy: a new user policy that starts with the values of the selected one."""
    policy = one_selected(request, LISTING, ExternalAccessPolicy.objects.all())
    return redirect(f"{reverse('policies:new-user')}?copy={policy.pk}" if policy else "policies:list")


@door(see=Right.CHANGE)
def delete_selected(request: PanelRequest) -> HttpResponse:
    """Edit > Delete: asks first; deletes site and user policies, resets the Global one, all or nothing."""
    chosen = selected(request, LISTING, ExternalAccessPolicy.objects.listed())

    def act(rows: Any, reason: str) -> str:
        deleted, was_reset = services.delete_policies(rows, actor=Actor.of(request), reason=reason)
        if deleted:
            said = ngettext("%(count)s policy was deleted.", "%(count)s policies were deleted.", deleted)
            told = said % {"count": count_text(deleted)}
            messages.success(request, told, extra_tags=aftermath.follow_up())
        if was_reset:
            messages.warning(
                request,
                _("The Global policy cannot be deleted. It was reset to its defaults: everything off."),
            )
        return ""

    return actions.confirm(
        request, chosen, "policies/delete.html", act, tell=lambda: consequences(list(chosen.rows.all()))
    )


def _posted(form: PolicyForm) -> dict[str, bool]:
    """The switches as a page that comes back with errors or a conflict shows them."""
    return {switch: bool(form[switch].data) for switch in rules.SWITCHES} if form.is_bound else {}


def _governs_now(policy: ExternalAccessPolicy) -> str:
    """How many it governs from now on."""
    sentences = []
    for each in dependents.governed(policy):
        said = ngettext("It governs %(count)s user now.", "It governs %(count)s users now.", each.number)
        sentences.append(said % {"count": each.text} if each.number else _("It governs nobody yet."))
    return " ".join(sentences)


def _copied(request: PanelRequest) -> dict[str, Any]:
    """The values to start with when ``?copy=`` names a policy."""
    key = request.GET.get("copy", "")
    if not (key.isascii() and key.isdigit() and len(key) < 19):
        return {}
    return PolicyForm.values_of(get_object_or_404(ExternalAccessPolicy, pk=key))


def _dialog(request: PanelRequest, form: PolicyForm, title: str, **context: Any) -> HttpResponse:
    return details.respond(request, form, "policies/details.html", title=title, **context)
