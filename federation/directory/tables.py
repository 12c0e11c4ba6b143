"""The columns, the search and the filters of the list of users (lync-reference.md, 6.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from controlpanel.lists.criteria import Property
from controlpanel.lists.listing import Column, Listing
from controlpanel.lists.prefix import starts
from controlpanel.shell.text import fold, sort_key
from federation.directory.models import User
from federation.directory.words import AUTOMATIC_LABEL, is_automatic
from federation.policies.models import ExternalAccessPolicy, Scope
from federation.policies.rules import bare_name
from federation.topology import names
from federation.topology.models import Pool, Site

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from federation.directory.models import UserQuerySet

#: How many values are offered while one is typed.
OFFERED = 20


def _search(rows: UserQuerySet, text: str) -> UserQuerySet:
    return rows.starting_with(text)


def _pool(value: str) -> Q | None:
    try:
        fqdn = names.domain(value)
    except names.NameRefused:
        return None
    pool = Pool.objects.filter(fqdn=fqdn).first()
    return Q(pool=pool) if pool else None


def _pool_starts(value: str) -> Q:
    return _homed(Pool.objects.filter(fqdn__startswith=value.casefold()))


def _site(value: str) -> Q | None:
    site = Site.objects.filter(name_key=fold(value)).first()
    return _homed(Pool.objects.filter(site=site)) if site else None


def _site_starts(value: str) -> Q:
    return _homed(Pool.objects.filter(site__name_sort__startswith=sort_key(value)))


def _homed(pools: Any) -> Q:
    """Users of ``pools``; their keys are fetched first, so that the database knows how many that is."""
    return Q(pool__in=list(pools.values_list("pk", flat=True)))


def _enabled(value: str) -> Q | None:
    """In the words of both languages: the address of a list may come from a colleague's mail."""
    yes, no = {"yes", "true", "oui", "1"}, {"no", "false", "non", "0"}
    value = value.casefold()
    # One of a list, since SQLite uses no index for a bare NOT.
    return Q(enabled__in=[value in yes]) if value in yes | no else None


def _assigned(value: str) -> Q | None:
    if is_automatic(value):
        return Q(assignment=None)
    policy = ExternalAccessPolicy.objects.named(value)
    return Q(assignment__policy=policy) if policy and policy.scope == Scope.USER else None


def _assigned_starts(value: str) -> Q:
    name = sort_key(bare_name(value))
    found = ExternalAccessPolicy.objects.filter(scope=Scope.USER, name_sort__startswith=name)
    return Q(assignment__policy__in=list(found.values_list("pk", flat=True)))


def _governing(value: str) -> Q | None:
    policy = ExternalAccessPolicy.objects.named(value)
    return User.objects.where_governed_by(policy) if policy else None


def _pools(text: str) -> Iterable[str]:
    return Pool.objects.filter(fqdn__contains=text.casefold()).values_list("fqdn", flat=True)[:OFFERED]


def _sites(text: str) -> Iterable[str]:
    return Site.objects.matching(text).values_list("name", flat=True)[:OFFERED]


def _departments(text: str) -> Iterator[str]:
    """Each is found from the last by index: a million users have few departments."""
    last = ""
    for _number in range(OFFERED):
        beyond = User.objects.filter(starts("department", text), department__gt=last)
        last = beyond.order_by("department").values_list("department", flat=True).first() or ""
        if not last:
            return
        yield last


def _user_policies(text: str) -> Iterable[str]:
    found = ExternalAccessPolicy.objects.filter(scope=Scope.USER).matching(text).order_by("name_sort")
    return [str(AUTOMATIC_LABEL), *(policy.identity for policy in found[:OFFERED])]


def _policies(text: str) -> Iterable[str]:
    found: Any = ExternalAccessPolicy.objects.matching(text).listed()
    found = found.order_by("scope", "shown_name")
    return [policy.identity for policy in found[:OFFERED]]


PROPERTIES = (
    Property("pool", _("Registrar pool"), _pool, _pool_starts, _pools),
    Property("site", _("Site"), _site, _site_starts, _sites),
    Property(
        "enabled",
        pgettext_lazy("user", "Enabled"),
        _enabled,
        suggest=lambda _text: (gettext("yes"), gettext("no")),
    ),
    Property(
        "department",
        _("Department"),
        lambda value: Q(department=value),
        lambda value: starts("department", value),
        _departments,
    ),
    Property("assigned", _("Assigned policy"), _assigned, _assigned_starts, _user_policies),
    Property("governing", _("Governing policy"), _governing, suggest=_policies),
)

LISTING = Listing(
    name="users",
    search_label=_("Search users"),
    order="name",
    columns=(
        Column("name", _("Display name"), lambda user: user.display_name, ("name_sort",)),
        Column("address", _("SIP address"), lambda user: user.shown_address, ("address",)),
        Column(
            "enabled",
            pgettext_lazy("user", "Enabled"),
            lambda user: user.enabled,
            ("enabled", "name_sort"),
            centred=True,
        ),
        Column("pool", _("Registrar pool"), lambda user: user.pool.fqdn, ("pool__fqdn", "name_sort")),
        Column("site", _("Site"), lambda user: user.pool.site.name, ("pool__site__name_sort", "name_sort")),
        Column("assigned", _("Assigned policy"), lambda user: user.assigned_identity),
        Column("governing", _("Governing policy"), lambda user: user.governing_identity),
    ),
    export_only=(
        Column("first_name", _("First name"), lambda user: user.first_name),
        Column("last_name", _("Last name"), lambda user: user.last_name),
        Column("email", _("E-mail"), lambda user: user.email),
        Column("department", _("Department"), lambda user: user.department),
    ),
    properties=PROPERTIES,
    search=_search,
)
