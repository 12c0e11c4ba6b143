"""For addresses that are no XMPP partner's, the other tabs answer in the order of the design."""

from __future__ import annotations

from itertools import product

import pytest

from federation.decisions.facts import Policy, User, Verdict
from federation.decisions.sip import SipFacts, decide_sip


def user(situation: str, *, federated: bool, public: bool) -> User | None:
    policy = Policy("Global", federated=federated, xmpp=False, public=public)
    return None if situation == "unknown" else User(enabled=situation == "enabled", policy=policy)


def written(*, edge: bool, blocked: bool, route: str, situation: str, federated: bool, public: bool) -> str:
    """The paragraph on SIP addresses, said again."""
    if not edge:
        return "edge-federation-off"
    if blocked:
        return "domain-blocked"
    if not route:
        return "domain-unknown"
    if situation != "enabled":
        return f"user-{situation}"
    if route == "provider":
        return "" if public else "policy-public-off"
    return "" if federated else "policy-federation-off"


def test_every_combination_is_answered_as_written() -> None:
    routes = {
        "": "",
        "allowed": "allowed",
        "discovery": "discovery",
        "provider": "provider",
        "allowed provider": "allowed",
        "discovery provider": "discovery",
    }
    on_off = (True, False)
    for edge, blocked, tabs, situation, federated, public in product(
        on_off, on_off, routes, ("unknown", "disabled", "enabled"), on_off, on_off
    ):
        decision = decide_sip(
            SipFacts(
                local="alice@contoso.com",
                remote="carol@northwind.com",
                edge_on=edge,
                discovery="discovery" in tabs,
                blocked="northwind.com" if blocked else "",
                allowed="northwind.com" if "allowed" in tabs else "",
                provider="Northwind" if "provider" in tabs else "",
                user=user(situation, federated=federated, public=public),
            )
        )
        expected = written(
            edge=edge,
            blocked=blocked,
            route=routes[tabs],
            situation=situation,
            federated=federated,
            public=public,
        )
        step = decision.decided_by
        assert (step.code if step else "") == expected
        assert (decision.verdict is Verdict.ALLOWED) == (not expected)


@pytest.mark.parametrize(
    "tab,read",
    [
        ("allowed", ("domain", "northwind.com", "allowed", True)),
        ("discovery", ("edge", "Global", "discovery", True)),
        ("provider", ("provider", "Northwind", "enabled", True)),
        ("", ("domain", "northwind.com", "allowed", False)),
    ],
)
def test_the_tab_that_knows_the_domain_is_told(tab: str, read: tuple[str, str, str, bool]) -> None:
    facts = SipFacts(
        local="alice@contoso.com",
        remote="carol@northwind.com",
        edge_on=True,
        discovery=tab == "discovery",
        blocked="",
        allowed="northwind.com" if tab == "allowed" else "",
        provider="Northwind" if tab == "provider" else "",
        user=user("enabled", federated=True, public=True),
    )
    assert tuple(decide_sip(facts).chain[2].read) == read
