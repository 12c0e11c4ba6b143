"""Every write of the room: looks at servers, reminders, the calendar's address."""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables

from controlpanel.audit import commits
from controlpanel.audit.records import facts, record
from federation.certificates.models import Assignment
from federation.certificates.services import keys
from federation.partners.models import PartnerDomain
from federation.topology.models import LocalDomain
from federation.watch.actions import Action
from federation.watch.models import Feed, Look, Reminder, SrvLook
from federation.watch.words import FAILED
from federation.x509.facts import read_certificate
from federation.x509.findings import Refused
from federation.x509.outgoing import Allowed
from federation.x509.probing import Probe, probe_now
from federation.x509.visits import Identity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from controlpanel.audit.actor import Actor
    from federation.watch.srv import Seen
    from federation.x509 import visits
    from federation.x509.facts import Certificate

_LOG = logging.getLogger(__name__)

#: How many domains are looked at side by side.
_AT_ONCE = 8


def look_at(domain: str, *, actor: Actor) -> Look:
    """Look at the servers of ``domain`` (stored form) now, as our gateway would, and keep what was seen.

    Takes up to ``PROBE_SECONDS``; outside of any transaction.
    Raises ValidationError without a domain of ours.
    """
    (row,) = look_at_all([domain], actor=actor)
    return row


@sensitive_variables()
def look_at_all(domains: Sequence[str], *, actor: Actor) -> list[Look]:
    """Look at the servers of many domains, several at a time; as look_at() does, in the same order.

    One that cannot be looked at, for whatever reason, stops none of the others.
    """
    own = LocalDomain.objects.order_by("pk").values_list("domain", flat=True).first()
    if own is None:
        raise ValidationError(_("Add a domain of ours under Topology first: servers ask who is there."))
    look = partial(
        probe_now,
        own_domain=own,
        nameservers=settings.PROBE_NAMESERVERS,
        nameserver_port=settings.PROBE_NAMESERVER_PORT,
        identity=_identity(),
        seconds=settings.PROBE_SECONDS,
        allowed=Allowed(private=settings.PROBE_PRIVATE, loopback=settings.PROBE_LOOPBACK),
    )
    with ThreadPoolExecutor(_AT_ONCE) as pool:  # they ask the network and no database
        seen = pool.map(partial(_looked, look), domains)
        return [_kept(domain, each, actor=actor) for domain, each in zip(domains, seen, strict=True)]


def _looked(look: Callable[[str], Probe], domain: str) -> Probe | None:
    """What ``look`` saw; None, with a line in the log, when it failed in a way that nobody foresaw."""
    try:
        return look(domain)
    except Exception:
        _LOG.exception("The servers of %s could not be looked at.", domain)
        return None


def _kept(domain: str, seen: Probe | None, *, actor: Actor) -> Look:
    """The row of what was seen, or of the failure when there is nothing, or nothing that can be stored."""
    if seen is not None:
        try:
            return _keep(seen, actor=actor)
        except Exception:
            _LOG.exception("What the servers of %s showed could not be kept.", domain)
    return _keep(Probe(domain), actor=actor, failed=True)


def to_look_at() -> list[str]:
    """All domains of partners, and ours, in stored form."""
    partners = PartnerDomain.objects.order_by("domain").values_list("domain", flat=True)
    ours = LocalDomain.objects.order_by("domain").values_list("domain", flat=True)
    return list(dict.fromkeys([*partners, *ours]))


@sensitive_variables()
def _identity() -> Identity | None:
    """What our gateway shows; without its certificate or key, servers are looked at anonymously."""
    current = Assignment.objects.in_force(timezone.now())
    if current is None:
        return None
    row = current.certificate
    try:
        return Identity(row.facts, row.served, keys.opened(row.key_pair))
    except (ValidationError, Refused):
        return None


@transaction.atomic
def _keep(seen: Probe, *, actor: Actor, failed: bool = False) -> Look:
    """Store what was seen over what stood; record it when something that matters is new."""
    row = Look.objects.select_for_update().filter(domain=seen.domain).first() or Look(domain=seen.domain)
    before = facts(row) if row.pk else {}
    row.seen_at, row.seen_by = timezone.now(), actor.name
    row.trouble, row.params = (FAILED, {}) if failed else _trouble(seen)
    row.places = [_place(look) for look in seen.looks]
    _keep_certificate(row, seen)
    row.save()
    after = facts(row)
    if before != after:
        record(Action.SEEN, row, actor=actor, before=before, after=after)
    return row


def _trouble(seen: Probe) -> tuple[str, dict[str, str]]:
    """The DNS's, or when no place works, that of the place that others try first; none is ""."""
    failing: Probe | visits.Look = seen if seen.trouble or seen.best or not seen.looks else seen.looks[0]
    return failing.trouble.value if failing.trouble else "", dict(failing.params)


def _keep_certificate(row: Look, seen: Probe) -> None:
    """Of the certificates that the places show, the one that ends first; none when nobody shows one.

    The issuer stays then, so that a change of it is noticed when somebody does. It has changed when nobody
    shows one of the former issuer any more.
    """
    shown = {leaf: chain for leaf, chain in map(_shown, seen.looks) if leaf}
    if not shown:
        row.chain, row.sha256, row.not_before, row.not_after = b"", "", None, None
        return
    leaf = min(shown, key=lambda each: each.not_after)
    if row.issuer and row.issuer not in {each.issuer for each in shown}:
        row.issuer_before, row.issuer_changed_at = row.issuer, row.seen_at
    row.chain = b"".join(_readable(shown[leaf]))
    row.sha256, row.issuer = leaf.sha256, leaf.issuer
    row.not_before, row.not_after = leaf.not_before, leaf.not_after


def _shown(look: visits.Look) -> tuple[Certificate | None, tuple[bytes, ...]]:
    """The server's own certificate, None without a readable one, and all that it sent."""
    chain = look.tls.chain if look.tls else ()
    try:
        return read_certificate(chain[0]) if chain else None, chain
    except Refused:
        return None, chain


def _readable(chain: Iterable[bytes]) -> list[bytes]:
    """The certificates that can be read."""
    kept = []
    for der in chain:
        try:
            kept.append(read_certificate(der).der)
        except Refused:
            continue
    return kept


def _place(look: visits.Look) -> dict[str, Any]:
    """What a place showed, as JSON."""
    leaf, _chain = _shown(look)
    return {
        "host": look.target.host,
        "port": look.target.port,
        "method": look.target.method.value,
        "address": look.address,
        "tls": look.tls.version if look.tls else "",
        "cipher": look.tls.cipher if look.tls else "",
        "mechanisms": list(look.after_tls.mechanisms) if look.after_tls else [],
        "dialback": bool(
            (look.after_tls and look.after_tls.dialback) or (look.before_tls and look.before_tls.dialback)
        ),
        "methods": sorted(look.methods),
        "trouble": look.trouble.value if look.trouble else "",
        "params": dict(look.params),
        "sha256": leaf.sha256 if leaf else "",
        "issuer": leaf.issuer if leaf else "",
        "not_after": leaf.not_after.isoformat() if leaf else "",
    }


@transaction.atomic
def delete_looks(rows: Iterable[Look], *, actor: Actor, reason: str = "") -> int:
    """Forget what servers showed, all or none. Returns how many."""
    return commits.delete_all(rows, action=Action.DELETE, actor=actor, reason=reason)


@transaction.atomic
def keep_srv(seen: Iterable[Seen], *, actor: Actor) -> list[SrvLook]:
    """Store where SRV records led, and forget domains that are ours no longer; record what is another."""
    SrvLook.objects.exclude(domain__in=LocalDomain.objects.values("domain")).delete()
    return [_keep_srv(each, actor=actor) for each in seen]


def _keep_srv(seen: Seen, *, actor: Actor) -> SrvLook:
    row = SrvLook.objects.select_for_update().filter(domain=seen.domain).first() or SrvLook(
        domain=seen.domain
    )
    before = facts(row) if row.pk else {}
    row.seen_at, row.seen_by = timezone.now(), actor.name
    row.trouble, row.params = seen.trouble.value if seen.trouble else "", dict(seen.params)
    row.targets = seen.targets
    row.save()
    after = facts(row)
    if before != after:
        record(Action.SRV, row, actor=actor, before=before, after=after)
    return row


@transaction.atomic
def note_reminders(sent: Iterable[tuple[str, int]]) -> None:
    """Remember mails (thumbprint and occasion), so that none is sent twice."""
    for sha256, days in sent:
        Reminder.objects.get_or_create(sha256=sha256, days=days)


@transaction.atomic
def renew_feed(*, actor: Actor, reason: str = "") -> Feed:
    """Give the calendar a new address; the old one finds nothing any more."""
    feed = Feed.objects.select_for_update().first() or Feed(number=0)
    feed.number += 1
    feed.save()
    record(Action.FEED, feed, actor=actor, after={"number": feed.number}, reason=reason)
    return feed
