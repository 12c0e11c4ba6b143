"""May they talk? Every combination is answered as the design says, with the whole chain of rules."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from federation.decisions.facts import (
    Code,
    Direction,
    Facts,
    Kind,
    Outcome,
    Partner,
    Policy,
    Spare,
    Subject,
    User,
    Verdict,
)
from federation.decisions.rules import RULES, decide
from federation.partners.rules import PartnerType
from tests.decisions import written
from tests.decisions.written import CODES, KINDS, Case

ALICE = "alice@contoso.com"
BOB = "bob@fabrikam.com"
GOOD = Case(
    edge=True,
    partner="federated",
    local="enabled",
    federated=True,
    xmpp=True,
    direction="outbound",
    kind="message-chat",
    contact=False,
)


def facts_of(case: Case) -> Facts:
    user = None
    if case.local not in {"unknown", "server", "component"}:
        user = User(
            enabled="disabled" not in case.local,
            policy=Policy("Tag:Lyon", federated=case.federated, xmpp=case.xmpp),
            pool="pool.contoso.com",
            survivable="survivable" in case.local,
        )
    return Facts(
        local={"server": "contoso.com", "component": "room@rooms.contoso.com"}.get(case.local, ALICE),
        remote=BOB,
        direction=Direction(case.direction),
        kind=Kind(case.kind),
        edge_on=case.edge,
        partner=Partner("fabrikam.com", PartnerType(case.partner)) if case.partner else None,
        user=user,
        contact=case.contact,
        component=case.local == "component",
        remote_is_rooms=case.rooms,
        remote_is_ours=case.ours,
    )


@pytest.mark.parametrize("kind", KINDS)
def test_every_combination_is_answered_as_written(kind: str) -> None:
    count = 0
    for case in written.every_case(kind=kind):
        decision = decide(facts_of(case))
        step = decision.decided_by
        assert (step.code if step else "") == written.answer(case), case
        assert decision.allowed == (not written.answer(case)), case
        assert decision.strip_status == written.loses_its_note(case), case
        assert decision.emptied == written.is_emptied(case), case
        assert all(
            (step.spare is None) == (number in written.asked(case))
            for number, step in enumerate(decision.chain, start=1)
        ), case
        count += 1
    assert count == 2 * 4 * 7 * 2 * 2 * 2 * 2 * 2


# Answers worked out by hand, so that the plain statement is held against something as well.
@pytest.mark.parametrize(
    "change,answer",
    [
        ({}, ""),
        ({"edge": False}, "edge-federation-off"),
        ({"edge": False, "partner": "", "local": "unknown"}, "edge-federation-off"),
        ({"partner": ""}, "partner-unknown"),
        ({"partner": "", "local": "unknown", "kind": "room-join"}, "partner-unknown"),
        ({"local": "unknown"}, "user-unknown"),
        ({"local": "disabled"}, "user-disabled"),
        ({"local": "disabled-survivable"}, "user-disabled"),
        ({"local": "survivable"}, "home-survivable"),
        ({"local": "survivable", "federated": False}, "home-survivable"),
        ({"federated": False}, "policy-federation-off"),
        ({"federated": False, "xmpp": False}, "policy-federation-off"),
        ({"xmpp": False}, "policy-xmpp-off"),
        ({"kind": "message-groupchat"}, "group-chat"),
        ({"kind": "message-groupchat", "direction": "inbound"}, "group-chat"),
        ({"kind": "room-join"}, "group-chat"),
        ({"kind": "room-invitation-mediated", "direction": "inbound"}, "group-chat"),
        ({"kind": "room-invitation-direct", "xmpp": False}, "policy-xmpp-off"),
        ({"partner": "public-unverified"}, ""),
        ({"partner": "public-unverified", "direction": "inbound"}, "contact-required"),
        ({"partner": "public-unverified", "direction": "inbound", "contact": True}, ""),
        ({"partner": "public-unverified", "direction": "inbound", "kind": "room-join"}, "group-chat"),
        (
            {"partner": "public-unverified", "direction": "inbound", "kind": "presence-subscribe"},
            "contact-required",
        ),
        ({"partner": "public-unverified", "direction": "inbound", "kind": "iq-result"}, "contact-required"),
        (
            {"partner": "public-unverified", "direction": "inbound", "kind": "message-error"},
            "contact-required",
        ),
        ({"partner": "public-unverified", "direction": "inbound", "kind": "presence-unsubscribe"}, ""),
        ({"partner": "public-verified", "direction": "inbound"}, ""),
        ({"direction": "inbound", "kind": "presence-subscribe"}, ""),
        ({"direction": "inbound", "kind": "presence-probe", "xmpp": False}, "policy-xmpp-off"),
        ({"kind": "presence-unsubscribed", "edge": False}, ""),
        ({"kind": "presence-unsubscribe", "local": "unknown", "direction": "inbound"}, ""),
        ({"kind": "presence-unsubscribe", "federated": False, "xmpp": False}, ""),
        ({"kind": "presence-unsubscribe", "partner": ""}, "partner-unknown"),
        ({"kind": "presence-unsubscribe", "partner": "", "edge": False}, "edge-federation-off"),
        (
            {"kind": "presence-unsubscribed", "partner": "", "edge": False, "local": "server"},
            "edge-federation-off",
        ),
        ({"kind": "presence-unsubscribe", "partner": "", "local": "unknown"}, "partner-unknown"),
        ({"kind": "room-invitation-channel", "direction": "inbound"}, "group-chat"),
        ({"kind": "room-invitation-channel", "local": "disabled"}, "user-disabled"),
        ({"rooms": True}, "group-chat"),
        ({"rooms": True, "kind": "presence-directed"}, "group-chat"),
        ({"rooms": True, "kind": "presence-available", "direction": "inbound"}, "group-chat"),
        ({"rooms": True, "kind": "presence-unavailable"}, ""),
        ({"rooms": True, "kind": "presence-unavailable", "xmpp": False}, "policy-xmpp-off"),
        ({"rooms": True, "kind": "presence-unsubscribed", "xmpp": False}, ""),
        ({"rooms": True, "kind": "iq-get", "local": "server"}, ""),
        ({"rooms": True, "partner": "", "kind": "presence-unavailable"}, "partner-unknown"),
        ({"ours": True, "edge": False, "partner": "", "local": "disabled", "kind": "room-join"}, ""),
        ({"local": "server", "kind": "iq-get", "direction": "inbound"}, ""),
        ({"local": "server", "partner": "public-unverified", "direction": "inbound"}, ""),
        ({"local": "server", "partner": ""}, "partner-unknown"),
        ({"local": "server", "edge": False}, "edge-federation-off"),
        ({"local": "component"}, "group-chat"),
        ({"local": "component", "kind": "presence-unsubscribe"}, "group-chat"),
        ({"local": "component", "edge": False}, "edge-federation-off"),
        ({"local": "component", "kind": "presence-unsubscribe", "edge": False}, "edge-federation-off"),
        ({"local": "server", "kind": "presence-unsubscribed", "edge": False}, ""),
    ],
)
def test_answers_worked_out_by_hand(change: dict[str, bool | str], answer: str) -> None:
    case = GOOD._replace(**change)  # type: ignore[arg-type]
    step = decide(facts_of(case)).decided_by
    assert (step.code if step else "") == written.answer(case) == answer


BOOLS = st.booleans()
# What lets a stanza on its way is drawn more often, or few would reach the last rules.
MOSTLY, RARELY = st.sampled_from([True] * 5 + [False]), st.sampled_from([False] * 5 + [True])
POLICIES = st.builds(Policy, st.just("Site:Paris"), MOSTLY, MOSTLY, BOOLS)
USERS = st.builds(User, MOSTLY, POLICIES | POLICIES | st.none(), st.just("pool.contoso.com"), RARELY)
PARTNERS = st.builds(Partner, st.just("fabrikam.com"), st.sampled_from(PartnerType))
FACTS = st.builds(
    Facts,
    local=st.sampled_from([ALICE] * 6 + ["contoso.com", "room@rooms.contoso.com", "rooms.contoso.com", ""]),
    remote=st.sampled_from([BOB, "fabrikam.com", ""]),
    direction=st.sampled_from(Direction),
    kind=st.sampled_from(Kind),
    edge_on=MOSTLY,
    partner=PARTNERS | PARTNERS | PARTNERS | st.none(),
    user=USERS | USERS | USERS | st.none(),
    contact=BOOLS,
    component=RARELY,
    remote_is_ours=RARELY,
    remote_is_rooms=RARELY,
)


@settings(max_examples=1000)
@given(FACTS)
def test_any_facts_are_answered_as_written(facts: Facts) -> None:
    decision = decide(facts)
    case = case_of(facts)
    code = decision.decided_by.code.value if decision.decided_by else ""
    assert code == written.answer(case)
    assert decision.strip_status == written.loses_its_note(case)
    assert decision.emptied == written.is_emptied(case)


def case_of(facts: Facts) -> Case:
    """The same in the words of the plain statement."""
    user = facts.user
    standing = "".join(("" if user.enabled else "disabled", "survivable" * user.survivable)) if user else ""
    local = "component" if facts.component else "server" if "@" not in facts.local else standing
    policy = user.policy if user else None
    return Case(
        edge=facts.edge_on,
        partner=facts.partner.type.value if facts.partner else "",
        local=local or ("enabled" if user else "unknown"),
        federated=bool(policy and policy.federated),
        xmpp=bool(policy and policy.xmpp),
        direction=facts.direction.value,
        kind=facts.kind.value,
        contact=facts.contact,
        rooms=facts.remote_is_rooms,
        ours=facts.remote_is_ours,
    )


@given(FACTS)
def test_the_chain_is_the_rules_in_order_up_to_the_one_that_refuses(facts: Facts) -> None:
    decision = decide(facts)
    if facts.remote_is_ours:
        assert (decision.verdict, decision.chain) == (Verdict.NOT_FEDERATION, ())
        assert decision.allowed
        return
    outcomes = [step.outcome for step in decision.chain]
    assert [step.code for step in decision.chain] == list(CODES.values())[: len(outcomes)]
    assert Outcome.REFUSES not in outcomes[:-1]
    assert (outcomes[-1] is Outcome.REFUSES) == (decision.verdict is Verdict.REFUSED)
    assert decision.allowed or decision.decided_by == decision.chain[-1]
    assert not decision.allowed or (decision.decided_by is None and len(outcomes) == 9)
    assert decision.allowed or not decision.strip_status


@given(FACTS)
def test_turning_a_switch_on_never_takes_anything_away(facts: Facts) -> None:
    if decide(facts).allowed:
        assert decide(replace(facts, edge_on=True)).allowed
        assert decide(replace(facts, contact=True)).allowed
        if facts.user:
            on = Policy("Global", federated=True, xmpp=True)
            assert decide(replace(facts, user=replace(facts.user, enabled=True, policy=on))).allowed


@given(FACTS)
def test_nobody_without_a_partner_talks(facts: Facts) -> None:
    decision = decide(replace(facts, partner=None, remote_is_ours=False))
    assert not decision.allowed


@given(FACTS, BOOLS)
def test_the_public_switch_and_the_pools_name_change_nothing(facts: Facts, public: bool) -> None:
    if facts.user and facts.user.policy:
        policy = replace(facts.user.policy, public=public)
        other = decide(replace(facts, user=replace(facts.user, policy=policy, pool="other.contoso.com")))
        assert other.allowed == decide(facts).allowed


def test_the_rules_are_the_nine_of_the_design() -> None:
    assert [rule.code for rule in RULES] == list(CODES.values())
    assert set(KINDS) == set(Kind)


def test_every_rule_says_what_it_read() -> None:
    chain = decide(
        facts_of(GOOD._replace(partner="public-unverified", direction="inbound", contact=True))
    ).chain
    assert [tuple(step.read) for step in chain] == [
        (Subject.EDGE, "Global", "federation", True),
        (Subject.PARTNER, "fabrikam.com", "domain", True),
        (Subject.USER, ALICE, "exists", True),
        (Subject.USER, ALICE, "enabled", True),
        (Subject.POOL, "pool.contoso.com", "survivable", False),
        (Subject.POLICY, "Tag:Lyon", "federated", True),
        (Subject.POLICY, "Tag:Lyon", "xmpp", True),
        (Subject.STANZA, ALICE, "kind", "message-chat"),
        (Subject.CONTACTS, ALICE, "contact", True),
    ]


def test_a_rule_that_is_not_asked_says_why() -> None:
    withdrawal = decide(facts_of(GOOD._replace(kind="presence-unsubscribe", edge=False))).chain
    server = decide(facts_of(GOOD._replace(local="server"))).chain
    assert (withdrawal[0].outcome, withdrawal[0].spare) == (Outcome.SPARED, Spare.WITHDRAWAL)
    assert [step.spare for step in server] == [None, None, *[Spare.SERVER] * 7]


def test_an_unknown_domain_is_named_as_it_is() -> None:
    step = decide(facts_of(GOOD._replace(partner=""))).decided_by
    assert step is not None
    assert (step.code, step.read.name) == (Code.PARTNER_UNKNOWN, "fabrikam.com")
