"""Every write to the topology."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.translation import gettext as _

from controlpanel.audit import commits
from controlpanel.shell.text import fold, sort_key
from federation.topology.actions import Action
from federation.topology.models import Site

if TYPE_CHECKING:
    from collections.abc import Iterable

    from controlpanel.audit.actor import Actor


@transaction.atomic
def create_site(*, name: str, actor: Actor, description: str = "", reason: str = "") -> Site:
    """Make a site. Raises ValidationError when the name is empty or taken."""
    site = Site(description=description, **_named(name))
    return commits.create(site, action=Action.SITE_CREATE, actor=actor, reason=reason)


@transaction.atomic
def change_site(
    site: Site,
    *,
    actor: Actor,
    version: int | None = None,
    reason: str = "",
    **values: str,
) -> Site:
    """Rename or describe a site. Policies of the site follow its name."""
    if "name" in values:
        values |= _named(values["name"])
    return commits.change(
        site,
        values,
        action=Action.SITE_CHANGE,
        actor=actor,
        version=version,
        reason=reason,
    )


@transaction.atomic
def delete_sites(sites: Iterable[Site], *, actor: Actor, reason: str = "") -> None:
    """Delete sites, all or none. Raises ValidationError that names what hangs on one."""
    for site in sorted(sites, key=lambda site: site.pk):  # in one order, so that nobody deadlocks
        try:
            commits.delete(site, action=Action.SITE_DELETE, actor=actor, reason=reason)
        except models.ProtectedError as fault:
            hanging = ", ".join(sorted(map(str, fault.protected_objects)))
            sentence = _("%(site)s is in use and was not deleted. On it hangs: %(objects)s.")
            raise ValidationError(sentence % {"site": site, "objects": hanging}) from fault


def _named(name: str) -> dict[str, str]:
    """The columns of a typed name, its spaces tidied. Raises ValidationError when nothing is left."""
    name = " ".join(part for part in name.split(" ") if part)
    if not fold(name):
        raise ValidationError({"name": _("Type a name for the site.")})
    return {"name": name, "name_key": fold(name), "name_sort": sort_key(name)}
