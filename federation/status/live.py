"""Live streams partner by partner, and the last refusals code by code, as pages draw them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.db.models import Count, Exists, OuterRef, Q, Sum
from django.urls import reverse
from django.utils.http import urlencode

from federation.gateway.models import Refusal, Stream
from federation.partners.models import Partner, PartnerDomain
from federation.partners.rules import Method, negotiate
from federation.status.words import METHOD_LABELS, REFUSAL_LABELS
from federation.topology.models import LocalDomain

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.utils.functional import _StrPromise

    from federation.gateway.models import Gateway

#: How gateways of ours authenticate to each other (rules.internal of the module).
_INTERNAL = frozenset({Method.SASL_TLS.value})
#: How many refusals of one code a page shows.
SHOWN = 10


@dataclass(frozen=True)
class Shown:
    """A stream; ``is_demanded`` is whether its partner's record allows how it authenticated."""

    stream: Stream
    method: _StrPromise | str
    is_demanded: bool


@dataclass
class OfPartner:
    """The streams with one partner, or (None) with a domain that is no partner's but perhaps ours."""

    partner: Partner | None
    name: str
    is_internal: bool = False
    streams: list[Shown] = field(default_factory=list)


@dataclass
class OfCode:
    """The refusals with one code: how many stanzas in all, and the last of them."""

    code: str
    why: str
    total: int
    refusals: list[Refusal] = field(default_factory=list)


def allowed_methods(partner: Partner) -> frozenset[str]:
    """How a stream with ``partner`` may authenticate."""
    return frozenset(method.value for method in negotiate(*partner.choice).methods)


def shown(stream: Stream, partner: Partner | None, *, is_internal: bool = False) -> Shown:
    """``stream`` against what the record of its partner demands; between our own gateways, the strictest."""
    label = METHOD_LABELS.get(stream.method, stream.method)
    allowed = allowed_methods(partner) if partner else _INTERNAL if is_internal else frozenset()
    return Shown(stream, label, not stream.method or stream.method in allowed)


def by_partner(streams: Iterable[Stream]) -> list[OfPartner]:
    """Streams in the order of their partners; three queries."""
    streams = list(streams)
    remotes = {stream.remote for stream in streams}
    rows = PartnerDomain.objects.filter(domain__in=remotes).select_related("partner")
    partners = {row.domain: row.partner for row in rows}
    ours = set(LocalDomain.objects.filter(domain__in=remotes).values_list("domain", flat=True))
    found: dict[str, OfPartner] = {}
    for stream in streams:
        partner = partners.get(stream.remote)
        name = partner.shown if partner else stream.remote
        internal = stream.remote in ours
        told = shown(stream, partner, is_internal=internal)
        found.setdefault(name, OfPartner(partner, name, internal)).streams.append(told)
    return [found[name] for name in sorted(found)]


def of_partner(partner: Partner) -> list[Stream]:
    """The live streams with any domain of ``partner``, on all gateways."""
    domains = partner.domains.values("domain")
    return list(Stream.objects.filter(remote__in=domains).select_related("gateway").order_by("gateway", "pk"))


def all_partners_have_a_stream() -> bool:
    """Whether there are partners, and with each a live stream that authenticated; one query."""
    authenticated = Stream.objects.exclude(method="").filter(remote=OuterRef("domain"))
    reached = PartnerDomain.objects.filter(Exists(authenticated)).values("partner")
    numbers = Partner.objects.aggregate(all=Count("pk"), reached=Count("pk", filter=Q(pk__in=reached)))
    return bool(0 < numbers["all"] == numbers["reached"])


def by_code(gateway: Gateway) -> list[OfCode]:
    """The last refusals, the code refused most often first; two queries."""
    rows = Refusal.objects.filter(gateway=gateway)
    totals = rows.order_by().values_list("code").annotate(total=Sum("count"))
    found = {code: OfCode(code, str(REFUSAL_LABELS.get(code, code)), total) for code, total in totals}
    for refusal in rows.order_by("-pk"):
        of_code = found[refusal.code].refusals
        if len(of_code) < SHOWN:
            refusal.test_url = test_url(refusal)  # type: ignore[attr-defined] # read by the template
            of_code.append(refusal)
    return sorted(found.values(), key=lambda each: -each.total)


def test_url(refusal: Refusal) -> str:
    """Test access, asked about the two addresses of ``refusal``."""
    asked = {name: getattr(refusal, name) for name in ("local", "remote", "direction", "kind")}
    return f"{reverse('decisions:list')}?{urlencode({k: v for k, v in asked.items() if v})}"
