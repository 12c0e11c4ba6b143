"""The tab Status: how each gateway stands, in words and colour, and what it lets one do."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.urls import reverse
from django.utils import timezone

from controlpanel.audit.models import AuditEvent
from federation.gateway import reports
from federation.gateway import services as gateways
from federation.gateway.models import Gateway, Refusal, Report, Stream
from federation.gateway.secret import token
from federation.partners import services as partners
from federation.policies import services as policies
from federation.replication import services
from federation.replication.models import Panel, Revision
from federation.status.standing import stands
from federation.topology import services as topology
from tests.makers import MAKER, global_policy, make_site
from tests.pages import Page
from tests.replication.conftest import Asker, asker, no_thread_left

if TYPE_CHECKING:
    from django.test import Client
    from pytest_django import DjangoAssertNumQueries

__all__ = ["asker", "no_thread_left"]
pytestmark = pytest.mark.django_db


def make_gateway(name: str = "xmpp1.contoso.test", **report: Any) -> Gateway:
    """A gateway; with ``report`` it reported a moment ago."""
    from federation.topology.models import Site

    site = Site.objects.first() or make_site()
    gateway, _secret = gateways.create_gateway(name=name, site=site, actor=MAKER)
    if report:
        now = timezone.now()
        told = {
            "seen_at": now,
            "revision_seen_at": now,
            "status": "live",
            "server": "Prosody 0.12.3",
        } | report
        Report.objects.filter(gateway=gateway).update(**told)
    return Gateway.objects.listed().get(pk=gateway.pk)


def of(revision: Revision) -> dict[str, Any]:
    """What a gateway reports that has ``revision``."""
    panel = Panel.objects.get().identity
    return {"revision": revision.number, "state_hash": revision.hash, "panel": panel}


def commit(on: bool = True) -> int:
    policies.change_policy(global_policy(), federated=on, actor=MAKER)
    return services.publish().number


def status_of(client: Client) -> str:
    (row,) = Page(client.get(reverse("status:list"))).rows
    return " ".join(row[2].split())


def test_a_gateway_that_never_reported_says_so(bob_client: Client) -> None:
    make_gateway()
    assert status_of(bob_client) == "Never reported"


def test_a_gateway_with_the_latest_revision_is_up_to_date(bob_client: Client) -> None:
    make_gateway(revision=services.publish().number)
    assert status_of(bob_client) == "Up to date"


def test_a_gateway_that_lacks_revisions_is_behind_by_so_many_since_the_first(bob_client: Client) -> None:
    make_gateway(revision=services.publish().number)
    first = commit()
    commit(on=False)
    since = Revision.objects.get(number=first).at
    assert status_of(bob_client) == f"Behind by 2 revisions since {since:%Y-%m-%d %H:%M:%S}"


@pytest.mark.parametrize("report", [{"status": "none"}, {"status": "expired"}, {"revision": None}])
def test_a_gateway_without_rules_is_closed(bob_client: Client, report: dict[str, Any]) -> None:
    make_gateway(**{"revision": services.publish().number} | report)
    assert status_of(bob_client).startswith("Closed")


@pytest.mark.parametrize("report", [{"revision": 501}, {"revision": 2**63 - 1}, {"state_hash": "0" * 64}])
def test_a_gateway_with_what_this_panel_never_published_runs_another_history(
    bob_client: Client, report: dict[str, Any]
) -> None:
    latest = services.publish()
    make_gateway(**of(latest) | report)
    assert status_of(bob_client).startswith(
        "Runs another history It has rules that this panel published and knows no more"
    )


def test_a_gateway_of_another_panel_says_so(bob_client: Client) -> None:
    make_gateway(**of(services.publish()) | {"panel": "another"})
    assert status_of(bob_client).startswith("Follows another panel To let it follow this one")


def test_a_gateway_whose_earlier_revision_was_another_one_is_not_merely_behind(bob_client: Client) -> None:
    first = services.publish()
    gateway = make_gateway(**of(first))
    commit()
    assert status_of(bob_client).startswith("Behind by 1 revision")
    Report.objects.filter(gateway=gateway).update(state_hash="0" * 64)
    assert status_of(bob_client).startswith("Runs another history")


def test_what_it_has_is_kept_and_forgotten_with_it(asker: Asker) -> None:
    assert [asker.ask(), asker.ask()] == [200, 204]
    assert asker.have
    kept = Report.objects.get()
    assert (kept.panel, kept.state_hash) == (asker.have["panel"], asker.have["hash"])
    asker.have = None
    assert asker.ask() == 200
    kept = Report.objects.get()
    assert (kept.panel, kept.state_hash, kept.revision) == ("", "", None)


def test_an_error_that_stands_is_not_well_though_it_is_up_to_date() -> None:
    alarm = {"code": "s2s-not-owned", "text": "", "since": None}
    one = make_gateway(**of(services.publish()), alarms=[alarm])
    other = make_gateway("xmpp2.contoso.test", **of(services.publish()))
    assert [each.is_well for each in stands([one, other], timezone.now())] == [False, True]


def test_a_gateway_that_stopped_asking_is_silent(bob_client: Client) -> None:
    long_ago = timezone.now() - timedelta(hours=1)
    make_gateway(revision=services.publish().number, seen_at=long_ago)
    assert status_of(bob_client) == f"Silent since {long_ago:%Y-%m-%d %H:%M:%S}"


def test_a_disabled_gateway_is_no_alarm(bob_client: Client) -> None:
    gateways.change_gateway(make_gateway(), enabled=False, actor=MAKER)
    assert status_of(bob_client) == "Disabled"


def test_the_list_costs_the_same_with_3_gateways_and_with_40(
    bob_client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    number = services.publish().number
    for n in range(3):
        make_gateway(f"xmpp{n}.contoso.test", revision=number)
    with django_assert_max_num_queries(16) as few:
        bob_client.get(reverse("status:list"))
    for n in range(3, 40):
        make_gateway(f"xmpp{n}.contoso.test", revision=number - n % 2)
    with django_assert_max_num_queries(len(few)):
        bob_client.get(reverse("status:list"))


def test_a_new_gateway_shows_its_secret_once_with_the_lines_for_the_server(alice_client: Client) -> None:
    make_site("Paris")
    form = Page(alice_client.get(reverse("status:new"))).form("Commit")
    answer = form.fill(name="XMPP1.contoso.test", site="Paris").send(alice_client)
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "no-store"
    text = answer.content.decode()
    gateway = Gateway.objects.get()
    secret = text.partition("federation_control_secret = &quot;")[2].partition("&quot;")[0]
    assert gateway.is_token(token(secret))
    assert not gateway.is_token(secret)
    assert len(secret) == 45
    assert "federation_control_name = &quot;xmpp1.contoso.test&quot;" in text
    assert "http://testserver/gateway/exchange" in text
    assert secret not in alice_client.get(reverse("status:details", args=[gateway.pk])).content.decode()
    assert secret not in str(list(AuditEvent.objects.values()))
    assert gateway.secret_hash not in str(list(AuditEvent.objects.values()))


def test_replacing_the_secret_asks_first(alice_client: Client) -> None:
    gateway = make_gateway()
    address = reverse("status:secret", args=[gateway.pk])
    page = Page(alice_client.get(address))
    assert Gateway.objects.get().secret_hash == gateway.secret_hash
    answer = page.form("Replace").send(alice_client)
    secret = answer.content.decode().partition("secret = &quot;")[2].partition("&quot;")[0]
    assert Gateway.objects.get().is_token(token(secret))
    assert AuditEvent.objects.filter(action="gateway:gateway:replace-secret").count() == 1


def test_the_page_of_a_gateway_shows_streams_partner_by_partner_and_refusals_code_by_code(
    bob_client: Client,
) -> None:
    gateway = make_gateway(revision=services.publish().number)
    partners.create_partner(
        domain="fabrikam.test", additional=["a.fabrikam.test"], type="federated", actor=MAKER
    )
    common = {"gateway": gateway, "local": "contoso.test", "direction": "outbound"}
    Stream.objects.create(**common, remote="a.fabrikam.test", method="sasl-tls", tls="TLSv1.3")
    Stream.objects.create(**common, remote="fabrikam.test", method="dialback-tcp")
    Stream.objects.create(**common, remote="evil.test", method="dialback-tcp")
    told = {"gateway": gateway, "at": timezone.now(), "direction": "inbound", "kind": "message-chat"}
    Refusal.objects.create(
        **told, code="policy-xmpp-off", local="alice@contoso.test", remote="<b>@x.test", count=3
    )
    text = bob_client.get(reverse("status:details", args=[gateway.pk])).content.decode()
    assert text.count("not as its record demands") == 2
    assert text.count("no partner") == 1
    assert "<b>@x.test" not in text
    asked = "local=alice%40contoso.test&amp;remote=%3Cb%3E%40x.test&amp;direction=inbound"
    assert f"{reverse('decisions:list')}?{asked}" in text


def test_a_stream_with_a_domain_of_ours_is_internal_and_no_partners(bob_client: Client) -> None:
    gateway = make_gateway(revision=1)
    topology.create_domain(domain="branch.test", actor=MAKER)
    common = {"gateway": gateway, "local": "contoso.test", "direction": "inbound", "remote": "branch.test"}
    Stream.objects.create(**common, method="sasl-tls", tls="TLSv1.3")
    address = reverse("status:details", args=[gateway.pk])
    assert "branch.test internal" in Page(bob_client.get(address)).texts("h3")
    text = bob_client.get(address).content.decode()
    assert "no partner" not in text
    assert "not as its record demands" not in text
    Stream.objects.create(**common, method="dialback-tls", tls="TLSv1.3")
    assert "not as its record demands" in bob_client.get(address).content.decode()


@pytest.mark.parametrize("code", ["contact-required", reports.NO_SNAPSHOT])
def test_each_reason_to_refuse_has_words_on_the_page(bob_client: Client, code: str) -> None:
    gateway = make_gateway(revision=1)
    Refusal.objects.create(gateway=gateway, at=timezone.now(), direction="inbound", code=code)
    page = Page(bob_client.get(reverse("status:details", args=[gateway.pk])))
    (heading,) = page.texts("h3")
    assert code in heading
    assert not heading.startswith(code)


def test_a_partner_page_shows_its_streams(bob_client: Client) -> None:
    gateway = make_gateway(revision=1)
    partner = partners.create_partner(domain="fabrikam.test", type="federated", actor=MAKER)
    address = reverse("partners:details", args=[partner.pk])
    assert "There is no stream with it now" in bob_client.get(address).content.decode()
    Stream.objects.create(
        gateway=gateway, local="contoso.test", direction="inbound", remote="fabrikam.test", method="sasl-tls"
    )
    text = bob_client.get(address).content.decode()
    assert "xmpp1.contoso.test" in text
    assert "not as its record demands" not in text


def test_removing_a_gateway_forgets_what_it_reported(alice_client: Client) -> None:
    gateway = make_gateway(revision=1)
    Stream.objects.create(gateway=gateway, local="a.test", direction="inbound", remote="b.test")
    address = f"{reverse('status:delete')}?row={gateway.pk}"
    answer = Page(alice_client.get(address)).form("Remove").send(alice_client)
    assert answer.status_code == 302
    assert (Gateway.objects.count(), Report.objects.count(), Stream.objects.count()) == (0, 0, 0)


@pytest.mark.parametrize(
    "passed, said",
    [
        ({}, "0 stanzas outbound, 0 inbound since the server started"),
        ({"outbound": 1, "inbound": 2}, "1 stanza outbound, 2 inbound since the server started"),
        ({"outbound": 12, "inbound": 1}, "12 stanzas outbound, 1 inbound since the server started"),
    ],
)
def test_one_stanza_is_one(bob_client: Client, passed: dict[str, int], said: str) -> None:
    gateway = make_gateway(revision=1, counters={"passed": passed})
    assert said in Page(bob_client.get(reverse("status:details", args=[gateway.pk]))).text


def test_two_who_change_the_domains_of_a_gateway_are_told(alice_client: Client) -> None:
    """The labels of several choices are compared, whatever their order."""
    domains = [topology.create_domain(domain=name, actor=MAKER) for name in ("a.test", "b.test")]
    gateway, _secret = gateways.create_gateway(name="xmpp9.contoso.com", site=make_site("Rome"), actor=MAKER)
    here = reverse("status:details", args=[gateway.pk])
    form = Page(alice_client.get(here)).form("Commit")
    gateways.change_gateway(gateway, actor=MAKER, domains=domains[:1])
    sent = form.data | {"domains": [str(domains[1].pk)], "description": ["Mine"]}
    page = Page(alice_client.post(here, sent))
    assert page.status == 409
    assert "a.test" in page.text
    assert "b.test" in page.text
