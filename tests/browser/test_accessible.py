"""axe finds nothing to mend on any page, in both themes, in both languages, on a desk and on a phone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from controlpanel.audit.models import AuditEvent
from federation.directory.models import User
from federation.directory.services import assign_policy
from federation.gateway.models import Refusal, Stream
from federation.gateway.services import change_gateway
from federation.partners.services import create_partner
from federation.replication.services import publish
from federation.topology.services import create_domain
from tests.makers import MAKER, make_policies, make_policy, make_pool, make_site, make_user
from tests.status.test_status import make_gateway, of

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import BrowserContext, Page

    from controlpanel.accounts.models import Administrator

POLICIES = "/federation/policies/"
#: What makes a page wider than a phone.
WIDE = """
() => Array.from(document.querySelectorAll("#content *"))
    .filter(each => each.getBoundingClientRect().right > 400).map(each => each.outerHTML.slice(0, 200))
"""


def pages(policy: int) -> list[str]:
    """The pages a person can be at, signed in; what they show is made."""
    pool = make_pool("sba.contoso.com", "A long name of a site " * 5, kind="survivable")
    user = make_user("dora@contoso.com", pool, display_name="A long name " * 10)
    assign_policy(User.objects.all(), make_policy("Sales"), actor=MAKER)
    event = AuditEvent.objects.get(action="directory:users:assign")
    users, filtered = "/users/directory/", "property=site&operator=is&value=Nowhere"
    return [
        users,
        f"{users}?{filtered}&{filtered}",
        f"{users}{user.pk}/",
        f"{users}new/",
        *(f"{users}{action}/?row={user.pk}" for action in ("assign", "disable", "enable", "remove")),
        *(f"/topology/topology/{tab}/" for tab in ("sites", "pools", "sites/new", "pools/new")),
        f"/topology/topology/pools/{pool.pk}/",
        f"/topology/topology/sites/{pool.site_id}/",
        f"/topology/topology/pools/delete/?row={pool.pk}",
        f"/log/audit/{event.pk}/",
        f"/log/audit/{event.pk}/members/",
        "/home/overview/",
        *gateway_pages(),
        POLICIES,
        f"{POLICIES}?q=nothing-is-called-so",
        f"{POLICIES}{policy}/",
        f"{POLICIES}new/user/",
        f"{POLICIES}new/site/",
        f"{POLICIES}delete/?row={policy}",
        "/log/audit/",
        f"/log/audit/{AuditEvent.objects.latest('pk').pk}/",
        "/account/password/",
    ]


def gateway_pages() -> list[str]:
    """Topology > Status with everything that may stand there, and where else gateways are told of."""
    partner = create_partner(domain="fabrikam.test", type="federated", actor=MAKER)
    domain = create_domain(domain="a-long-name-of-a-domain-of-ours.contoso.test", actor=MAKER)
    latest = publish()
    name = "a-long-name-of-a-gateway.in-the-data-centre-of-the-west.contoso.test"
    alarms = [{"code": code, "text": "what the module says " * 5} for code in ("strict-option", "disk")]
    full = make_gateway(name, **of(latest), alarms=alarms, hosts=["contoso.test"], streams_total=2)
    change_gateway(full, domains=[domain], actor=MAKER)
    make_gateway("xmpp2.contoso.test", **of(latest) | {"state_hash": "0" * 64})
    make_gateway("xmpp3.contoso.test")
    common = {"gateway": full, "local": "contoso.test", "direction": "outbound", "since": timezone.now()}
    Stream.objects.create(**common, remote="fabrikam.test", method="dialback-tcp", tls="TLSv1.3")
    Stream.objects.create(**common, remote="evil.test", method="dialback-tcp")
    told = {"gateway": full, "at": timezone.now(), "direction": "inbound", "kind": "message-chat"}
    long = "a-long-local-part-of-an-address" * 3
    Refusal.objects.create(**told, local=f"{long}@contoso.test", remote="b@x.test", code="user-unknown")
    status = "/topology/status/"
    return [
        status,
        f"{status}{full.pk}/",
        *(f"{status}{address}" for address in ("new/", "follow/", f"{full.pk}/secret/")),
        f"{status}delete/?row={full.pk}",
        f"/federation/partners/{partner.pk}/",
        f"/topology/topology/domains/{domain.pk}/",
    ]


@pytest.mark.parametrize("colour_scheme", ["light", "dark"])
@pytest.mark.parametrize("locale", ["en", "fr"])
def test_every_page_is_accessible(
    page: Page,
    alice: Administrator,
    sign_in: Callable[[BrowserContext, Administrator], None],
    assert_accessible: Callable[[Page], None],
    locale: str,
    colour_scheme: str,
) -> None:
    make_site()
    make_policies(3)
    policy = make_policy("A long name " * 10, description="description " * 30, federated=True)
    page.goto("/account/sign-in/")
    assert_accessible(page)
    sign_in(page.context, alice)
    for address in pages(policy.pk):
        page.goto(address)
        assert_accessible(page)


def test_every_page_is_accessible_on_a_phone(
    page: Page,
    alice: Administrator,
    sign_in: Callable[[BrowserContext, Administrator], None],
    assert_accessible: Callable[[Page], None],
) -> None:
    make_site()
    policy = make_policy("A long name " * 10, federated=True)
    sign_in(page.context, alice)
    page.set_viewport_size({"width": 400, "height": 800})
    for address in pages(policy.pk):
        page.goto(address)
        assert_accessible(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= 400, page.evaluate(WIDE)


def test_a_refused_form_says_where_and_what(
    page: Page,
    alice: Administrator,
    sign_in: Callable[[BrowserContext, Administrator], None],
    assert_accessible: Callable[[Page], None],
    provoked: set[int],
) -> None:
    provoked.add(422)
    make_policy("Taken")
    sign_in(page.context, alice)
    page.goto(f"{POLICIES}new/user/")
    page.get_by_role("textbox", name="Name", exact=True).fill("TAKEN")
    page.get_by_role("button", name="Commit").click()
    expect(page.get_by_role("textbox", name="Name", exact=True)).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_role("alert").first).to_contain_text("exists already")
    assert_accessible(page)
