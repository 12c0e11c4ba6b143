"""Every write to the SIP federated providers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from controlpanel.audit import commits
from controlpanel.shell.text import keys
from federation.providers import rules
from federation.providers.actions import Action
from federation.providers.models import FederatedProvider
from federation.providers.words import NO_PROVIDERS
from federation.topology import names, routing, words

if TYPE_CHECKING:
    from collections.abc import Iterable

    from controlpanel.audit.actor import Actor


@transaction.atomic
def create_provider(
    *, kind: str, name: str, actor: Actor, reason: str = "", **values: Any
) -> FederatedProvider:
    """Make a hosted or public provider: ``proxy_fqdn`` is needed, ``rules.ADVANCED`` names the rest.

    Raises ValidationError, also while the edge uses default routing: then there can be none.
    """
    if routing.is_default_route():
        raise ValidationError(NO_PROVIDERS)
    values = _cleaned({"proxy_fqdn": "", **values}, kind)
    row = FederatedProvider(kind=kind, name=name, **keys("name", name), **values)
    return commits.create(row, action=Action.CREATE, actor=actor, reason=reason)


@transaction.atomic
def change_provider(
    provider: FederatedProvider,
    *,
    actor: Actor,
    version: int | None = None,
    reason: str = "",
    **values: Any,
) -> FederatedProvider:
    """Set what a provider has beside its name and its kind, which are what it is."""
    now = commits.locked(provider, version)
    values = _cleaned(values, now.kind)
    return commits.change(now, values, action=Action.CHANGE, actor=actor, version=version, reason=reason)


@transaction.atomic
def delete_providers(providers: Iterable[FederatedProvider], *, actor: Actor, reason: str = "") -> int:
    """Delete providers, all or none. Returns how many."""
    return commits.delete_all(providers, action=Action.DELETE, actor=actor, reason=reason)


def _cleaned(values: dict[str, Any], kind: str) -> dict[str, Any]:
    """``values`` with names in stored form; raises ValidationError for what the kind does not have."""
    for field in ("proxy_fqdn", "name_decoration_domain"):
        if field in values and (values[field] or field == "proxy_fqdn"):
            values = {**values, field: _name(field, values[field])}
    level = values.get("verification_level")
    if level and not rules.is_offered(level, rules.Kind(kind)):
        sentence = _("A public provider verifies everybody or nobody. Choose one of the other two.")
        raise ValidationError({"verification_level": sentence})
    return values


def _name(field: str, text: str) -> str:
    try:
        return names.domain(text)
    except names.NameRefused as refusal:
        raise ValidationError({field: words.refused(refusal)}) from refusal
