"""May they talk? Facts in, verdict and the whole chain of rules out (design.md, section 5). Pure Python.

The gateway's module does the same in Lua, so the rules are few, total and asked in a fixed order; the first
that refuses decides. Every fact is passed in: the caller finds the partner whose primary or additional domain
*is* the remote domain (no implied subdomains) and the policy that governs the user.

What the design leaves open is decided here:

* **Withdrawals** (unsubscribe, unsubscribed) to and from a known partner always pass, in both directions.
  Neither the edge nor a policy nor a user who is gone holds them up: one lost while a switch was off would
  leave a subscription that comes alive again when it is on. With a domain of no partner they are asked like
  everything else, so rule 1 is named before rule 2. Where the same sender's chat message would be refused, a
  withdrawal goes on **emptied**: with its addresses, type and id alone, or it would carry what must not pass.
* **A domain of rooms** (its service says so of itself, XEP-0030) gets and sends no more than withdrawals and
  unavailable presence, emptied too: presence to a room's address is a join by the protocol before XEP-0045,
  and nothing in it tells it from presence to a person.
* **A server** (an address without a local part) is asked rules 1 and 2 only, whatever the stanza.
* **A component** of ours (rooms: its domain and every address at it) is no user, so rules 3 to 7 are not
  asked and rule 8 refuses everything, withdrawals too: nobody there can have subscribed.
* **Replies** (iq results, errors of any kind) and **probes** are asked like everything else: the list of what
  always passes is complete. What answers a user who may talk passes by the same rules; from a public
  unverified partner only when the sender is a contact, or strangers could write in error messages.
* Rule 8 holds in both directions, rule 9 inbound only, for every kind of stanza, requests to subscribe too.
* Between two domains of ours is not federation: allowed, and no rule is asked.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Literal, NamedTuple

from federation.decisions.facts import (
    GROUP_CHAT,
    LEAVING,
    PRESENCE,
    WITHDRAWALS,
    Code,
    Decision,
    Direction,
    Facts,
    Kind,
    Outcome,
    Read,
    Spare,
    Step,
    Subject,
    User,
    Verdict,
)
from federation.partners.rules import MEANINGS

if TYPE_CHECKING:
    from collections.abc import Callable


class Rule(NamedTuple):
    """A rule: its code, its question (does it hold, and what was read), and who is not asked."""

    code: Code
    ask: Callable[[Facts], tuple[bool, Read]]
    spares: frozenset[Spare]


def _edge(facts: Facts) -> tuple[bool, Read]:
    return facts.edge_on, Read(Subject.EDGE, "Global", "federation", facts.edge_on)


def _partner(facts: Facts) -> tuple[bool, Read]:
    known = facts.partner is not None
    name = facts.partner.domain if facts.partner else _domain(facts)
    return known, Read(Subject.PARTNER, name, "domain", known)


def _domain(facts: Facts) -> str:
    return facts.remote.rpartition("@")[2]


def _user(facts: Facts) -> tuple[bool, Read]:
    known = facts.user is not None
    return known, Read(Subject.USER, facts.local, "exists", known)


def _enabled(facts: Facts) -> tuple[bool, Read]:
    enabled = facts.user is not None and facts.user.enabled
    return enabled, Read(Subject.USER, facts.local, "enabled", enabled)


def _home(facts: Facts) -> tuple[bool, Read]:
    survivable = facts.user is not None and facts.user.survivable
    return not survivable, Read(Subject.POOL, facts.user.pool if facts.user else "", "survivable", survivable)


def _federated(facts: Facts) -> tuple[bool, Read]:
    return read_policy(facts.user, "federated")


def _xmpp(facts: Facts) -> tuple[bool, Read]:
    return read_policy(facts.user, "xmpp")


def read_policy(user: User | None, switch: Literal["federated", "xmpp", "public"]) -> tuple[bool, Read]:
    """A switch of the policy that governs ``user``; off when none does."""
    policy = user.policy if user else None
    on = policy is not None and bool(getattr(policy, switch))
    return on, Read(Subject.POLICY, policy.identity if policy else "", switch, on if policy else None)


def _person_to_person(facts: Facts) -> tuple[bool, Read]:
    if facts.component:
        return False, Read(Subject.STANZA, facts.local, "component", value=True)
    if facts.remote_is_rooms and facts.kind not in GROUP_CHAT | LEAVING:
        return False, Read(Subject.PARTNER, _domain(facts), "rooms", value=True)
    return facts.kind not in GROUP_CHAT, Read(Subject.STANZA, facts.local, "kind", facts.kind)


def _contact(facts: Facts) -> tuple[bool, Read]:
    if facts.direction is Direction.OUTBOUND:
        return True, Read(Subject.STANZA, facts.remote, "direction", facts.direction)
    if facts.partner and MEANINGS[facts.partner.type].may_write:
        return True, Read(Subject.PARTNER, facts.partner.domain, "type", facts.partner.type)
    return facts.contact, Read(Subject.CONTACTS, facts.local, "contact", facts.contact)


_ALL = frozenset(Spare)
_NO_COMPONENT = frozenset({Spare.WITHDRAWAL, Spare.SERVER})
RULES = (
    Rule(Code.EDGE_FEDERATION_OFF, _edge, frozenset({Spare.WITHDRAWAL})),
    Rule(Code.PARTNER_UNKNOWN, _partner, frozenset()),
    Rule(Code.USER_UNKNOWN, _user, _ALL),
    Rule(Code.USER_DISABLED, _enabled, _ALL),
    Rule(Code.HOME_SURVIVABLE, _home, _ALL),
    Rule(Code.POLICY_FEDERATION_OFF, _federated, _ALL),
    Rule(Code.POLICY_XMPP_OFF, _xmpp, _ALL),
    Rule(Code.GROUP_CHAT, _person_to_person, _NO_COMPONENT),
    Rule(Code.CONTACT_REQUIRED, _contact, _NO_COMPONENT),
)


def decide(facts: Facts) -> Decision:
    """May this stanza pass? Never raises; needs every fact that its rules read, and reads no clock."""
    if facts.remote_is_ours:
        return Decision(Verdict.NOT_FEDERATION, ())
    chain: list[Step] = []
    spares = _spares(facts)
    for rule in RULES:
        step = _asked(rule, facts, spares)
        chain.append(step)
        if step.outcome is Outcome.REFUSES:
            return Decision(Verdict.REFUSED, tuple(chain))
    return Decision(Verdict.ALLOWED, tuple(chain), _strips_status(facts), _is_emptied(facts))


def _spares(facts: Facts) -> tuple[Spare, ...]:
    """What the stanza is spared for; a component is neither a person nor the server."""
    if facts.component:
        return (Spare.COMPONENT,)
    withdraws = facts.kind in WITHDRAWALS and facts.partner is not None
    applies = {Spare.WITHDRAWAL: withdraws, Spare.SERVER: "@" not in facts.local}
    return tuple(spare for spare, holds in applies.items() if holds)


def _asked(rule: Rule, facts: Facts, spares: tuple[Spare, ...]) -> Step:
    holds, read = rule.ask(facts)
    spare = next((spare for spare in spares if spare in rule.spares), None)
    if spare:
        return Step(rule.code, Outcome.SPARED, read, spare)
    return Step(rule.code, Outcome.HOLDS if holds else Outcome.REFUSES, read)


def _is_emptied(facts: Facts) -> bool:
    """Whether only an exemption let it pass: the same sender could not write."""
    return facts.kind in LEAVING and not decide(replace(facts, kind=Kind.MESSAGE_CHAT)).allowed


def _strips_status(facts: Facts) -> bool:
    """People of public partners see no status notes (reference, 3.4.1)."""
    return (
        facts.direction is Direction.OUTBOUND
        and facts.kind in PRESENCE
        and facts.partner is not None
        and not MEANINGS[facts.partner.type].sees_notes
    )
