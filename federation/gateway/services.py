"""Every write to gateways and to what they report."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables

from controlpanel.audit import commits
from federation.certificates.services import keys
from federation.gateway import reports
from federation.gateway import secret as secrets
from federation.gateway.actions import Action
from federation.gateway.models import Gateway, Refusal, Report, Stream
from federation.topology import names
from federation.topology.words import refused

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from controlpanel.audit.actor import Actor
    from federation.gateway.requests import Request
    from federation.topology.models import LocalDomain

#: How many refusals are kept of a gateway.
KEPT_REFUSALS = 1000
#: Where the keys are that are sealed with, and what they are.
SEALING_KEYS = keys.Kind(Gateway, "secret_hash", "sealing_key", "sealing-key-of-a-gateway")


@sensitive_variables()
@transaction.atomic
def create_gateway(
    *, name: str, domains: Iterable[LocalDomain] = (), actor: Actor, reason: str = "", **values: Any
) -> tuple[Gateway, str]:
    """Add a gateway of a ``site``. Returns it and its secret, which nobody can read again.

    Raises ValidationError.
    """
    secret = secrets.new()
    gateway = Gateway(name=_fqdn(name), **_kept_of(secret), **values)
    served = sorted(map(str, domains := list(domains)))
    after = {"domains": served} if served else {}
    commits.create(gateway, action=Action.CREATE, actor=actor, reason=reason, after=after)
    gateway.domains.set(domains)
    Report.objects.create(gateway=gateway)
    return gateway, secret


@transaction.atomic
def change_gateway(
    gateway: Gateway,
    *,
    domains: Iterable[LocalDomain] | None = None,
    actor: Actor,
    version: int | None = None,
    reason: str = "",
    **values: Any,
) -> Gateway:
    """Set fields, and the served domains as a whole (None: leave them). Raises ValidationError, Conflict."""
    current = commits.locked(gateway, version)
    if "name" in values:
        values["name"] = _fqdn(values["name"])
    before = {"domains": sorted(map(str, current.domains.all()))}
    wanted = list(domains) if domains is not None else None
    after = before if wanted is None else {"domains": sorted(map(str, wanted))}
    changed = commits.change(
        current,
        values,
        action=Action.CHANGE,
        actor=actor,
        version=version,
        reason=reason,
        before=before,
        after=after,
    )
    if wanted is not None:
        changed.domains.set(wanted)
    return changed


@sensitive_variables()
@transaction.atomic
def replace_secret(
    gateway: Gateway, *, version: int | None = None, actor: Actor, reason: str = ""
) -> tuple[Gateway, str]:
    """Make a new secret; the old one is refused from now on. Returns the gateway and the secret.

    Raises Conflict, Gone.
    """
    secret = secrets.new()
    options: Any = {"version": version, "actor": actor, "reason": reason}
    changed = commits.change(gateway, _kept_of(secret), action=Action.REPLACE_SECRET, **options)
    return changed, secret


@sensitive_variables()
def sealing_key(gateway: Gateway) -> bytes:
    """What is sealed with for ``gateway``. Raises ValidationError when the panel cannot open it."""
    return keys.unsealed(gateway, SEALING_KEYS)


@transaction.atomic
def delete_gateways(gateways: Iterable[Gateway], *, actor: Actor, reason: str = "") -> int:
    """Remove gateways with what they reported. What they enforce, they go on enforcing until turned off.

    They are as the actor saw them: one that was changed or removed since raises Conflict or Gone.
    """
    return commits.delete_all(gateways, action=Action.DELETE, actor=actor, reason=reason)


@transaction.atomic
def keep_report(gateway: Gateway, request: Request, now: datetime) -> None:
    """Keep what ``gateway`` says of itself. No event: nobody of ours did anything."""
    told = reports.read(request.report, now)
    before = Report.objects.select_for_update().get_or_create(gateway=gateway)[0]
    columns = told.report | {"seen_at": now, "streams_mark": told.streams_mark}
    have = request.have
    revision = have.revision if have else None
    columns |= {"panel": have.panel if have else "", "state_hash": have.hash if have else ""}
    if revision != before.revision:
        columns |= {"revision": revision, "revision_seen_at": now}
    Report.objects.filter(pk=gateway.pk).update(**columns)
    if told.streams_mark != before.streams_mark:
        Stream.objects.filter(gateway=gateway).delete()
        Stream.objects.bulk_create([Stream(gateway=gateway, **each) for each in told.streams])
    if told.refusals:
        Refusal.objects.bulk_create([Refusal(gateway=gateway, **each) for each in told.refusals])
        _prune(gateway)


def note_wrong_secret(gateway: Gateway, now: datetime) -> None:
    """Count an exchange that claimed to be ``gateway`` and did not know its secret."""
    Report.objects.filter(pk=gateway.pk).update(wrong_secrets=F("wrong_secrets") + 1, wrong_secret_at=now)


def _prune(gateway: Gateway) -> None:
    """Keep the latest refusals only."""
    latest = Refusal.objects.filter(gateway=gateway).order_by("-pk").values_list("pk", flat=True)
    for oldest in latest[KEPT_REFUSALS - 1 : KEPT_REFUSALS]:
        Refusal.objects.filter(gateway=gateway, pk__lt=oldest).delete()


@sensitive_variables()
def _kept_of(secret: str) -> dict[str, Any]:
    """What the panel keeps of a secret. Without the master key a gateway gets its rules all the same."""
    digest = sha256(secrets.token(secret).encode()).hexdigest()
    try:
        sealed = keys.sealed(secrets.sealing_key(secret), record=digest, purpose=SEALING_KEYS.purpose)
    except ValidationError:
        sealed = b""
    return {"secret_hash": digest, "sealing_key": sealed, "secret_made_at": timezone.now()}


def _fqdn(text: str) -> str:
    try:
        return names.domain(text)
    except names.NameRefused as refusal:
        raise ValidationError({"name": refused(refusal)}) from refusal


def is_rooms(domain: str) -> bool:
    """Whether a gateway found ``domain`` to be a service of rooms. One query, of a row for each gateway."""
    reports = Report.objects.exclude(rooms=[]).filter(gateway__enabled=True).values_list("rooms", flat=True)
    return any(domain in found for found in reports)
