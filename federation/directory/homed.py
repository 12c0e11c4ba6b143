"""What this room says on the pages of pools and sites: how many users are homed there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import reverse

from controlpanel.lists.criteria import query
from controlpanel.lists.paging import count_of, count_text
from controlpanel.shell import sections
from federation.directory.models import User
from federation.topology.models import Pool

if TYPE_CHECKING:
    from controlpanel.shell.http import PanelRequest
    from federation.directory.models import UserQuerySet
    from federation.topology.models import Site


def at_pool(_request: PanelRequest, pool: Pool) -> sections.Section:
    """On a pool's page: its users, and that they follow it."""
    return _section(User.objects.filter(pool=pool), "pool", pool.fqdn, is_pool=True)


def at_site(_request: PanelRequest, site: Site) -> sections.Section:
    """On a site's page: the users of its pools."""
    pools = list(Pool.objects.filter(site=site).values_list("pk", flat=True))
    return _section(User.objects.filter(pool__in=pools), "site", site.name, is_pool=False)


def _section(users: UserQuerySet, name: str, value: str, *, is_pool: bool) -> sections.Section:
    number, is_exact = count_of(users)
    shown = {
        "number": number,
        "text": count_text(number, is_exact),
        "url": f"{reverse('directory:list')}?{query(name, 'is', value)}",
        "is_pool": is_pool,
    }
    return sections.Section("directory/_homed.html", shown)


def stand_by() -> None:
    """Add to the pages of the topology room."""
    sections.add("topology.pool", at_pool)
    sections.add("topology.site", at_site)
