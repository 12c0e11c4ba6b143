"""The Action menu of the tab Users: what is done to many at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Count
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from controlpanel.accounts.doors import door
from controlpanel.accounts.rights import Right
from controlpanel.audit.actor import Actor
from controlpanel.lists import actions
from controlpanel.lists.paging import count_text
from controlpanel.lists.selection import selected
from federation.directory import services
from federation.directory.forms import KEEP, AssignForm
from federation.directory.models import User
from federation.directory.tables import LISTING
from federation.directory.words import AUTOMATIC_LABEL

if TYPE_CHECKING:
    from django.http import HttpResponse

    from controlpanel.lists.actions import Many
    from controlpanel.lists.selection import Selection
    from controlpanel.shell.http import PanelRequest


@door(see=Right.USERS)
def assign(request: PanelRequest) -> HttpResponse:
    """Action > Assign policies: choose, see who changes from what to what, then OK."""
    chosen = _chosen(request)
    form = AssignForm(request.POST if request.method == "POST" else None)
    is_chosen = form.is_bound and form.is_valid()
    policy = form.cleaned_data["policy"] if is_chosen else None

    def tell() -> dict[str, Any]:
        effect = _effect(chosen, policy) if is_chosen else None
        return {"effect": effect, "said": [each["said"] for each in effect or ()]}

    return actions.confirm(
        request,
        chosen,
        "directory/assign.html",
        lambda users, reason: _assign(request, users, policy, reason),
        form=form if not is_chosen or form.was_shown() else form.showing(),
        many=True,
        links=(services.ASSIGNED,),
        tell=tell,
    )


@door(see=Right.USERS)
def disable(request: PanelRequest) -> HttpResponse:
    """Action > Temporarily disable."""
    return _switch(request, enabled=False)


@door(see=Right.USERS)
def enable(request: PanelRequest) -> HttpResponse:
    """Action > Re-enable."""
    return _switch(request, enabled=True)


@door(see=Right.USERS)
def remove(request: PanelRequest) -> HttpResponse:
    """Action > Remove."""

    def act(users: Many, reason: str) -> str:
        count = services.remove_users(users.rows, seen=users.seen, actor=Actor.of(request), reason=reason)
        said = ngettext("%(count)s user was removed.", "%(count)s users were removed.", count)
        return said % {"count": count_text(count)}

    return actions.confirm(request, _chosen(request), "directory/remove.html", act, many=True)


def _chosen(request: PanelRequest) -> Selection:
    return selected(request, LISTING, User.objects.all())


def _switch(request: PanelRequest, *, enabled: bool) -> HttpResponse:
    def act(users: Many, reason: str) -> str:
        actor = Actor.of(request)
        count = services.set_enabled(users.rows, enabled, seen=users.seen, actor=actor, reason=reason)
        if enabled:
            said = ngettext("%(count)s user was re-enabled.", "%(count)s users were re-enabled.", count)
        else:
            said = ngettext("%(count)s user was disabled.", "%(count)s users were disabled.", count)
        return said % {"count": count_text(count)}

    return actions.confirm(
        request, _chosen(request), "directory/enable.html", act, many=True, tell=lambda: {"enabling": enabled}
    )


def _assign(request: PanelRequest, users: Many, policy: Any, reason: str) -> str:
    if policy == KEEP:
        return _("Nothing was changed: every user keeps the policy as it is.")
    options: Any = {"seen": users.seen, "actor": Actor.of(request), "reason": reason}
    count = services.assign_policy(users.rows, policy, **options)
    said = ngettext("%(count)s user now has %(policy)s.", "%(count)s users now have %(policy)s.", count)
    return said % {"count": count_text(count), "policy": policy or AUTOMATIC_LABEL}


def _effect(chosen: Selection, policy: Any) -> list[dict[str, Any]]:
    """How many users change from what to what, the most first; one query."""
    rows = chosen.rows.order_by().values_list("assignment__policy__name").annotate(number=Count("pk"))
    target = str(policy or AUTOMATIC_LABEL)
    effect = []
    for name, number in rows:
        now = str(AUTOMATIC_LABEL) if name is None else f"Tag:{name}"
        changes = policy != KEEP and now != target
        then = target if changes else ""
        said = f"{count_text(number)}: {now} → {then or now}"
        effect.append({"now": now, "then": then, "number": number, "said": said})
    return sorted(effect, key=lambda each: (not each["then"], -each["number"], each["now"]))
