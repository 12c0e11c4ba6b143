"""axe finds nothing to mend on any page, in both themes, in both languages, on a desk and on a phone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from controlpanel.audit.models import AuditEvent
from federation.directory.models import User
from federation.directory.services import assign_policy
from tests.makers import MAKER, make_policies, make_policy, make_pool, make_site, make_user

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import BrowserContext, Page

    from controlpanel.accounts.models import Administrator

POLICIES = "/federation/policies/"


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
        assert page.evaluate("document.documentElement.scrollWidth") <= 400, address


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
