"""May they talk by SIP? Told, not enforced: no SIP server is ours (design.md, section 5). Pure Python.

For a remote domain that is no XMPP partner, the other tabs answer, in this order: the edge; the blocked
list; the allowed list or partner discovery, then the policy's federated switch; the domain of a public
provider, then the policy's public switch; else the domain is unknown. A user who is unknown or disabled is
governed by no policy, so that is asked before the switch.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from federation.decisions.facts import Code, Decision, Outcome, Read, Step, Subject, User, Verdict
from federation.decisions.rules import read_policy

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, slots=True)
class SipFacts:
    """A pair of addresses and what the SIP tabs say; the names are empty where nothing matches."""

    local: str
    remote: str
    edge_on: bool
    discovery: bool  # partner domain discovery of the edge
    blocked: str  # the entry of the blocked list
    allowed: str  # the entry of the allowed list
    provider: str  # the enabled public provider whose domain it is
    user: User | None


def decide_sip(facts: SipFacts) -> Decision:
    """What Lync's other tabs would have answered; the chain ends at the rule that refuses."""
    chain: list[Step] = []
    for code, holds, read in _questions(facts):
        chain.append(Step(code, Outcome.HOLDS if holds else Outcome.REFUSES, read))
        if not holds:
            return Decision(Verdict.REFUSED, tuple(chain))
    return Decision(Verdict.ALLOWED, tuple(chain))


def _questions(facts: SipFacts) -> Iterator[tuple[Code, bool, Read]]:
    user = facts.user
    yield Code.EDGE_FEDERATION_OFF, facts.edge_on, Read(Subject.EDGE, "Global", "federation", facts.edge_on)
    domain = facts.remote.rpartition("@")[2]
    blocked = bool(facts.blocked)
    yield Code.DOMAIN_BLOCKED, not blocked, Read(Subject.DOMAIN, facts.blocked or domain, "blocked", blocked)
    federated = bool(facts.allowed) or facts.discovery
    yield Code.DOMAIN_UNKNOWN, federated or bool(facts.provider), _found(facts, domain)
    yield Code.USER_UNKNOWN, user is not None, Read(Subject.USER, facts.local, "exists", user is not None)
    enabled = user is not None and user.enabled
    yield Code.USER_DISABLED, enabled, Read(Subject.USER, facts.local, "enabled", enabled)
    if federated:
        yield Code.POLICY_FEDERATION_OFF, *read_policy(user, "federated")
    else:
        yield Code.POLICY_PUBLIC_OFF, *read_policy(user, "public")


def _found(facts: SipFacts, domain: str) -> Read:
    """Which tab knows the domain: the first of the allowed list, discovery and the providers that does."""
    if facts.allowed:
        return Read(Subject.DOMAIN, facts.allowed, "allowed", value=True)
    if facts.discovery:
        return Read(Subject.EDGE, "Global", "discovery", value=True)
    if facts.provider:
        return Read(Subject.PROVIDER, facts.provider, "enabled", value=True)
    return Read(Subject.DOMAIN, domain, "allowed", value=False)
