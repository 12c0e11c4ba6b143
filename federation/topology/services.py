"""Every write to the topology."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from controlpanel.audit import commits
from controlpanel.shell.text import fold, keys
from federation.topology import names, ours
from federation.topology.actions import Action
from federation.topology.models import LocalDomain, Pool, Site, SiteKind
from federation.topology.words import refused

if TYPE_CHECKING:
    from collections.abc import Iterable

    from controlpanel.audit.actor import Actor


@transaction.atomic
def create_site(*, name: str, actor: Actor, reason: str = "", **values: Any) -> Site:
    """Make a site: ``description``, ``kind`` and, for a branch, ``parent``. Raises ValidationError."""
    site = Site(**_named(name), **values)
    _check_parent(site.parent)
    return commits.create(site, action=Action.SITE_CREATE, actor=actor, reason=reason)


@transaction.atomic
def change_site(
    site: Site, *, actor: Actor, version: int | None = None, reason: str = "", **values: Any
) -> Site:
    """Rename, describe or move a site. Policies of the site follow its name."""
    if "name" in values:
        values |= _named(values["name"])
    _check_parent(values.get("parent"))
    if values.get("kind") == SiteKind.BRANCH and site.branches.exists():
        raise ValidationError({"kind": _("Branch sites hang on this site, so it stays a central one.")})
    return commits.change(
        site, values, action=Action.SITE_CHANGE, actor=actor, version=version, reason=reason
    )


@transaction.atomic
def delete_sites(sites: Iterable[Site], *, actor: Actor, reason: str = "") -> int:
    """Delete sites, all or none. Raises ValidationError that says what hangs on one. Returns how many."""
    return commits.delete_all(sites, action=Action.SITE_DELETE, actor=actor, reason=reason)


@transaction.atomic
def create_pool(*, fqdn: str, site: Site, actor: Actor, reason: str = "", **values: Any) -> Pool:
    """Make a pool of ``site``: ``kind`` and ``description``. Raises ValidationError for a bad FQDN."""
    _hold("site", site)
    pool = Pool(fqdn=_fqdn(fqdn), site=site, **values)
    return commits.create(pool, action=Action.POOL_CREATE, actor=actor, reason=reason)


@transaction.atomic
def change_pool(
    pool: Pool, *, actor: Actor, version: int | None = None, reason: str = "", **values: Any
) -> Pool:
    """Rename a pool, move it to another site or change its kind: its users follow at once."""
    if "fqdn" in values:
        values["fqdn"] = _fqdn(values["fqdn"])
    _hold("site", values.get("site"))
    return commits.change(
        pool, values, action=Action.POOL_CHANGE, actor=actor, version=version, reason=reason
    )


@transaction.atomic
def delete_pools(pools: Iterable[Pool], *, actor: Actor, reason: str = "") -> int:
    """Delete pools, all or none. Raises ValidationError that says how many users are homed on one."""
    return commits.delete_all(pools, action=Action.POOL_DELETE, actor=actor, reason=reason)


@transaction.atomic
def create_domain(*, domain: str, actor: Actor, reason: str = "", **values: Any) -> LocalDomain:
    """List a domain of the organisation, with ``description``. Raises ValidationError for a bad name."""
    row = LocalDomain(**_domain(domain), **values)
    return commits.create(row, action=Action.DOMAIN_CREATE, actor=actor, reason=reason)


@transaction.atomic
def change_domain(
    row: LocalDomain, *, actor: Actor, version: int | None = None, reason: str = "", **values: Any
) -> LocalDomain:
    """Describe a domain of the organisation, or mend its name."""
    if "domain" in values:
        values |= _domain(values["domain"])
    return commits.change(
        row, values, action=Action.DOMAIN_CHANGE, actor=actor, version=version, reason=reason
    )


@transaction.atomic
def delete_domains(rows: Iterable[LocalDomain], *, actor: Actor, reason: str = "") -> int:
    """Take domains off the list, all or none. Returns how many."""
    return commits.delete_all(rows, action=Action.DOMAIN_DELETE, actor=actor, reason=reason)


def _hold(field: str, site: Site | None) -> None:
    """Keep ``site`` from being deleted until this transaction ends."""
    if site is not None and not Site.objects.select_for_update().filter(pk=site.pk).exists():
        raise ValidationError({field: _("This site was deleted meanwhile.")})


def _check_parent(parent: Site | None) -> None:
    _hold("parent", parent)
    if parent is not None and parent.kind != SiteKind.CENTRAL:
        raise ValidationError({"parent": _("Only a central site can stand above a branch site.")})


def _fqdn(text: str, field: str = "fqdn") -> str:
    try:
        return names.domain(text)
    except names.NameRefused as refusal:
        raise ValidationError({field: refused(refusal)}) from refusal


def _domain(text: str) -> dict[str, str]:
    """The columns of a typed domain. Raises ValidationError when it is none, or somebody else's."""
    domain = _fqdn(text, "domain")
    LocalDomain.objects.hold(to_add=True)
    if claim := ours.claim_on(domain):
        raise ValidationError({"domain": claim})
    return {"domain": domain, "shown": names.shown_domain(domain)}


def _named(name: str) -> dict[str, str]:
    """The columns of a typed name, its spaces tidied. Raises ValidationError when nothing is left."""
    name = " ".join(part for part in name.split(" ") if part)
    if not fold(name):
        raise ValidationError({"name": _("Type a name for the site.")})
    return {"name": name, **keys("name", name)}
