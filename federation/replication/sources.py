"""Where the objects on the wire come from: for each kind the table, and its rows as lines."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from federation.certificates.models import Assignment
from federation.directory.models import User
from federation.edge.models import AccessEdgeConfiguration, XmppGatewayConfiguration
from federation.gateway import objects, wire
from federation.partners.models import Partner
from federation.partners.rules import negotiate
from federation.policies.models import ExternalAccessPolicy, Scope
from federation.topology.models import LocalDomain, Pool, PoolKind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from django.db.models import Model
    from django.db.models.query import QuerySet

    from federation.gateway.objects import Object


class Published(NamedTuple):
    """An object as it is to be published."""

    key: str
    value: str  # canonical JSON


class Source(NamedTuple):
    """A table whose rows are objects of one kind. ``read`` gives (key of the row, object)."""

    model: type[Model]
    kind: str
    read: Callable[[QuerySet[Any]], Iterator[tuple[int, Object]]]

    @property
    def number(self) -> int:
        """The kind as a number: its place in a full document."""
        return wire.KINDS.index(self.kind)

    def published(self, **where: object) -> dict[int, Published]:
        """The rows that ``where`` is true of, by their keys."""
        found = {}
        for pk, (key, value) in self.read(self.model._default_manager.filter(**where).order_by()):
            found[pk] = Published(wire.line(key, None), self.text(value))
        return found

    def text(self, value: dict[str, Any]) -> str:
        """Canonical JSON. Of a million users few differ in it, so theirs is made once."""
        return _user_text(*value.items()) if self.kind == "user" else wire.canonical(value)


@lru_cache(10_000)
def _user_text(*items: tuple[str, Any]) -> str:
    return wire.canonical(dict(items))


def _edge(rows: QuerySet[AccessEdgeConfiguration]) -> Iterator[tuple[int, Object]]:
    for pk, federation in rows.values_list("pk", "federation"):
        yield pk, objects.edge(federation=federation)


def _xmpp(rows: QuerySet[XmppGatewayConfiguration]) -> Iterator[tuple[int, Object]]:
    for row in rows:
        yield (
            row.pk,
            objects.xmpp(
                connection_limit=row.connection_limit,
                partner_connection_limit=row.partner_connection_limit,
                keep_alive=row.keep_alive,
                establishment_timeout=row.establishment_timeout,
                inactivity_timeout=row.inactivity_timeout,
                dialback=row.secret_id,
            ),
        )


def _domain(rows: QuerySet[LocalDomain]) -> Iterator[tuple[int, Object]]:
    for pk, name in rows.values_list("pk", "domain"):
        yield pk, objects.domain(name)


def _policy(rows: QuerySet[ExternalAccessPolicy]) -> Iterator[tuple[int, Object]]:
    for pk, scope, site, federated, xmpp in rows.values_list("pk", "scope", "site", "federated", "xmpp"):
        default = scope == Scope.GLOBAL
        yield pk, objects.policy(pk, federation=federated, xmpp=xmpp, default=default, site=site)


def _pool(rows: QuerySet[Pool]) -> Iterator[tuple[int, Object]]:
    for pk, site, kind in rows.values_list("pk", "site", "kind"):
        yield pk, objects.pool(pk, site=site, survivable=kind == PoolKind.SURVIVABLE)


def _partner(rows: QuerySet[Partner]) -> Iterator[tuple[int, Object]]:
    for partner in rows.prefetch_related("domains"):
        yield (
            partner.pk,
            objects.partner(
                partner.pk,
                domains=[partner.domain, *partner.additional_domains],
                type=partner.type,
                methods=[method.value for method in negotiate(*partner.choice).methods],
                limit=partner.connection_limit,
                proxy=partner.proxy,
                keep_alive=partner.keep_alive,
            ),
        )


def _user(rows: QuerySet[User]) -> Iterator[tuple[int, Object]]:
    users: Any = rows
    columns = users.with_misread().values_list(
        "pk", "address", "enabled", "is_misread", "pool_id", "assignment__policy_id"
    )
    for pk, address, enabled, is_misread, pool, policy in columns:
        yield pk, objects.user(address, enabled=enabled and not is_misread, pool=pool, policy=policy)


def _certificate(rows: QuerySet[Assignment]) -> Iterator[tuple[int, Object]]:
    for pk, sha256, use_from in rows.values_list("pk", "certificate__sha256", "use_from"):
        yield pk, objects.certificate(pk, sha256=sha256.lower(), use_from=int(use_from.timestamp()))


SOURCES = (
    Source(AccessEdgeConfiguration, "edge", _edge),
    Source(XmppGatewayConfiguration, "xmpp", _xmpp),
    Source(LocalDomain, "domain", _domain),
    Source(ExternalAccessPolicy, "policy", _policy),
    Source(Pool, "pool", _pool),
    Source(Partner, "partner", _partner),
    Source(User, "user", _user),
    Source(Assignment, "certificate", _certificate),
)
_BY_LABEL = {source.model._meta.label_lower: source for source in SOURCES}


def source_of(object_type: str) -> Source | None:
    """The source that the objects of an event belong to."""
    return _BY_LABEL.get(object_type)
