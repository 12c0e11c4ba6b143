"""The facts about a pair of addresses, from the database, in a constant number of queries.

The gateway's snapshot holds the same facts for all users at once; here they are read for one pair, with the
rows they came from, so that a page can lead to where each is set.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from federation.decisions import facts
from federation.decisions.facts import Direction, Kind
from federation.decisions.rooms import is_rooms
from federation.decisions.rules import decide
from federation.decisions.sip import SipFacts, decide_sip
from federation.directory.models import User
from federation.domains.models import FederatedDomain
from federation.domains.models import Kind as ListKind
from federation.edge.models import AccessEdgeConfiguration
from federation.partners.models import Partner
from federation.partners.rules import PartnerType
from federation.policies.models import ExternalAccessPolicy
from federation.providers.models import FederatedProvider
from federation.providers.models import Kind as ProviderKind
from federation.topology.models import LocalDomain

if TYPE_CHECKING:
    from federation.decisions.facts import Decision
    from federation.topology.names import Address


class Question(NamedTuple):
    """What is asked: a local and a remote address, which way, and what kind of stanza."""

    local: Address
    remote: Address
    direction: Direction = Direction.OUTBOUND
    kind: Kind = Kind.MESSAGE_CHAT
    contact: bool = False


class Answer(NamedTuple):
    """What XMPP decides, what the SIP tabs say of a domain of no partner, and the rows that were read."""

    question: Question
    xmpp: Decision
    sip: Decision | None
    user: User | None
    policy: ExternalAccessPolicy | None
    partner: Partner | None
    listed: FederatedDomain | None = None
    provider: FederatedProvider | None = None
    by_sip: bool = False

    @property
    def decision(self) -> Decision:
        """What is enforced; where only the SIP tabs know the domain (``by_sip``) what they say, only told."""
        return self.sip if self.sip and self.by_sip else self.xmpp


def answer(question: Question) -> Answer:
    """May they talk? At most eight queries: six when the remote domain is a partner's or our own."""
    local, remote = question.local, question.remote
    edge = the_edge()
    partner = Partner.objects.of_domain(remote.domain)
    user = User.objects.listed().filter(address=str(local)).first()
    policy = policy_of(user) if user else None
    known = user_facts(user, policy) if user else None
    ours = _ours(remote.domain, *_upwards(local.domain))
    asked = facts.Facts(
        local=str(local),
        remote=str(remote),
        direction=question.direction,
        kind=question.kind,
        edge_on=edge.federation,
        partner=facts.Partner(partner.domain, PartnerType(partner.type)) if partner else None,
        user=known,
        contact=question.contact,
        component=known is None and _is_below(local.domain, ours),
        remote_is_rooms=partner is not None and is_rooms(remote.domain),
        remote_is_ours={local.domain, remote.domain} <= ours,
    )
    found = Answer(question, decide(asked), None, user, policy, partner)
    return found if partner or remote.domain in ours else _with_sip(found, asked, edge)


def the_edge() -> AccessEdgeConfiguration:
    """The Access Edge configuration as it stands."""
    edge: AccessEdgeConfiguration = AccessEdgeConfiguration.objects.the_global()
    return edge


def policy_of(user: User) -> ExternalAccessPolicy | None:
    """The policy that governs ``user`` (of ``listed()``); None for one who is not enabled."""
    if (found := user.governing) is None:
        return None
    policies = ExternalAccessPolicy.objects.select_related("site")
    return policies.get(pk=found.policy) if found.policy else policies.the_global()


def user_facts(user: User, policy: ExternalAccessPolicy | None) -> facts.User:
    """What the rules read of a user."""
    return facts.User(
        enabled=user.may_talk,
        policy=policy_facts(policy) if policy else None,
        pool=user.pool.fqdn,
        survivable=user.pool.is_survivable,
    )


def policy_facts(policy: ExternalAccessPolicy) -> facts.Policy:
    """What the rules read of a policy."""
    return facts.Policy(policy.identity, policy.federated, policy.xmpp, policy.public)


def _upwards(domain: str) -> list[str]:
    """``domain`` and all that it lies below: rooms at conference.contoso.com belong to contoso.com."""
    labels = domain.split(".")
    return [".".join(labels[start:]) for start in range(len(labels) - 1)]


def _ours(*domains: str) -> set[str]:
    return set(LocalDomain.objects.filter(domain__in=domains).values_list("domain", flat=True))


def _is_below(domain: str, ours: set[str]) -> bool:
    """Whether ``domain`` is none of ours but lies below one: a component such as the server of the rooms."""
    return domain not in ours and not ours.isdisjoint(_upwards(domain))


def _with_sip(found: Answer, asked: facts.Facts, edge: AccessEdgeConfiguration) -> Answer:
    """What the tabs for SIP say, too; no SIP server is ours, so it is told and not enforced."""
    domain = found.question.remote.domain
    listed = FederatedDomain.objects.filter(domain=domain).first()
    provider = next((each for each in _public_providers() if _is_of(each, domain)), None)
    told = decide_sip(
        SipFacts(
            local=asked.local,
            remote=asked.remote,
            edge_on=edge.federation,
            discovery=edge.discovery,
            blocked=domain if listed and listed.kind == ListKind.BLOCKED else "",
            allowed=domain if listed and listed.kind == ListKind.ALLOWED else "",
            provider=provider.name if provider else "",
            user=asked.user,
        )
    )
    by_sip = edge.discovery or listed is not None or provider is not None
    return found._replace(sip=told, listed=listed, provider=provider, by_sip=by_sip)


def _public_providers() -> list[FederatedProvider]:
    return list(FederatedProvider.objects.filter(kind=ProviderKind.PUBLIC, enabled=True).order_by("pk"))


def _is_of(provider: FederatedProvider, domain: str) -> bool:
    """Whether addresses at ``domain`` are the provider's: its server lies there, or it decorates with it."""
    return f".{provider.proxy_fqdn}".endswith(f".{domain}") or provider.name_decoration_domain == domain
