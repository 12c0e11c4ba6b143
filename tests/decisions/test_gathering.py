"""The facts of a pair come from the tabs: each switch, turned on its own tab, decides."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from federation.decisions.facts import Direction, Kind, Verdict
from federation.decisions.gathering import Answer, Question, answer
from federation.directory import services as directory
from federation.directory.models import User
from federation.domains import services as domains
from federation.edge import services as edge
from federation.gateway import reports
from federation.gateway import services as gateways
from federation.gateway.models import Report
from federation.partners import services as partners
from federation.policies import services as policies
from federation.policies.models import ExternalAccessPolicy
from federation.providers import services as providers
from federation.providers.models import FederatedProvider
from federation.topology import names
from federation.topology import services as topology
from tests.decisions.world import open_everything
from tests.makers import MAKER, make_site, make_site_policy

pytestmark = pytest.mark.django_db


def ask(local: str = "dora@contoso.com", remote: str = "bob@fabrikam.com", **more: Any) -> Answer:
    """The answer about two addresses."""
    return answer(Question(names.address_or_domain(local), names.address_or_domain(remote), **more))


def code(found: Answer) -> str:
    """The code of the rule that refused; "" when none did."""
    return found.decision.decided_by.code if found.decision.decided_by else ""


def dora() -> Any:
    """Dora's row among all users."""
    return User.objects.filter(address="dora@contoso.com")


def test_with_everything_open_they_may_talk() -> None:
    open_everything()
    found = ask()
    assert found.decision.verdict is Verdict.ALLOWED
    assert [step.code.value for step in found.decision.chain][-1] == "contact-required"


def test_each_switch_decides_from_its_own_tab() -> None:
    user, partner = open_everything()
    policy = ExternalAccessPolicy.objects.get(name="Open")

    policies.change_policy(policy, actor=MAKER, xmpp=False)
    assert code(ask()) == "policy-xmpp-off"
    policies.change_policy(policy, actor=MAKER, federated=False)
    assert code(ask()) == "policy-federation-off"
    topology.change_pool(user.pool, actor=MAKER, kind="survivable")
    assert code(ask()) == "home-survivable"
    directory.set_enabled(dora(), False, actor=MAKER)
    assert code(ask()) == "user-disabled"
    directory.remove_users(dora(), actor=MAKER)
    assert code(ask()) == "user-unknown"
    partners.delete_partners([partner], actor=MAKER)
    assert code(ask()) == "partner-unknown"
    edge.change_access(actor=MAKER, federation=False)
    assert code(ask()) == "edge-federation-off"


@pytest.mark.parametrize(
    "remote,expected",
    [
        ("bob@fabrikam.com", ""),
        ("bob@research.fabrikam2.com", ""),
        ("BOB@Research.Fabrikam2.COM", ""),
        ("bob@sub.fabrikam.com", "partner-unknown"),
        ("bob@fabrikam2.com", "partner-unknown"),
        ("fabrikam.com", ""),
    ],
)
def test_a_partners_domains_are_those_listed_and_no_others(remote: str, expected: str) -> None:
    open_everything()
    assert code(ask(remote=remote)) == expected


def test_the_policy_that_governs_is_the_users_else_the_sites_else_global() -> None:
    user, _partner = open_everything()
    directory.assign_policy(dora(), None, actor=MAKER)
    found = ask()
    assert (code(found), str(found.policy)) == ("policy-federation-off", "Global")
    make_site_policy(user.pool.site, federated=True, xmpp=True)
    found = ask()
    assert (code(found), str(found.policy)) == ("", "Site:Paris")


def test_a_public_unverified_partner_needs_the_contact_inbound_only() -> None:
    _user, partner = open_everything()
    partners.change_partner(partner, actor=MAKER, type="public-unverified")
    assert code(ask()) == ""
    assert code(ask(direction=Direction.INBOUND)) == "contact-required"
    assert code(ask(direction=Direction.INBOUND, contact=True)) == ""
    assert ask(kind=Kind.PRESENCE_AVAILABLE).decision.strip_status


def test_our_own_domains_are_no_federation_and_our_rooms_no_users() -> None:
    open_everything()
    topology.create_domain(domain="contoso.com", actor=MAKER)
    assert ask(remote="carol@contoso.com").decision.verdict is Verdict.NOT_FEDERATION
    assert code(ask(local="room@conference.contoso.com")) == "group-chat"
    assert code(ask(local="room@elsewhere.com")) == "user-unknown"
    assert code(ask(local="contoso.com")) == ""


def test_a_domain_that_a_gateway_found_to_be_rooms_is_group_chat() -> None:
    open_everything()
    site = make_site("Lyon")
    gateway, _secret = gateways.create_gateway(name="xmpp1.contoso.com", site=site, actor=MAKER)
    told = reports.read({"rooms": ["fabrikam.com", "elsewhere.com", 7]}, timezone.now()).report["rooms"]
    Report.objects.filter(gateway=gateway).update(rooms=told)
    assert code(ask()) == "group-chat"
    assert code(ask(remote="bob@research.fabrikam2.com")) == ""
    assert code(ask(remote="bob@elsewhere.com")) == "partner-unknown"
    leaving = ask(kind=Kind.PRESENCE_UNAVAILABLE)
    assert (code(leaving), leaving.decision.emptied) == ("", True)


def test_only_between_two_very_domains_of_ours_nothing_is_asked() -> None:
    open_everything()
    for domain in ("contoso.com", "branch.com"):
        topology.create_domain(domain=domain, actor=MAKER)
    edge.change_access(actor=MAKER, federation=False)
    assert ask(remote="bea@branch.com", kind=Kind.ROOM_JOIN).decision.verdict is Verdict.NOT_FEDERATION
    edge.change_access(actor=MAKER, federation=True)
    assert code(ask(remote="bea@sub.branch.com")) == "partner-unknown"
    assert code(ask(local="room@conference.contoso.com", remote="bea@branch.com")) == "partner-unknown"
    assert code(ask(local="x@elsewhere.com", remote="bea@branch.com")) == "partner-unknown"


@pytest.mark.parametrize(
    "remote,expected,by_sip",
    [
        ("bob@blocked.com", "domain-blocked", True),
        ("bob@allowed.com", "", True),
        ("bob@aol.com", "policy-public-off", True),
        ("bob@nowhere.com", "partner-unknown", False),
    ],
)
def test_of_domains_of_the_sip_tabs_these_tell(remote: str, expected: str, by_sip: bool) -> None:
    open_everything()
    domains.create_domain(domain="blocked.com", kind="blocked", actor=MAKER)
    domains.create_domain(domain="allowed.com", kind="allowed", actor=MAKER)
    provider = FederatedProvider.objects.get(proxy_fqdn__endswith="aol.com")
    providers.change_provider(provider, actor=MAKER, enabled=True)
    found = ask(remote=remote)
    assert (code(found), found.by_sip) == (expected, by_sip)
    assert found.xmpp.decided_by
    assert found.xmpp.decided_by.code == "partner-unknown"


def test_with_partner_discovery_the_sip_tabs_know_every_domain() -> None:
    open_everything()
    edge.change_access(actor=MAKER, discovery=True)
    found = ask(remote="bob@nowhere.com")
    assert (code(found), found.by_sip) == ("", True)


@pytest.mark.parametrize("remote,most", [("bob@fabrikam.com", 6), ("bob@nowhere.com", 8)])
def test_an_answer_takes_few_queries(django_assert_max_num_queries: Any, remote: str, most: int) -> None:
    open_everything()
    with django_assert_max_num_queries(most):
        ask(remote=remote)
