"""Every page works without JavaScript: menus, search, sort, selection, commit, delete."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from federation.policies.models import ExternalAccessPolicy
from tests.makers import make_policies

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, BrowserContext, Page
    from pytest_django.live_server_helper import LiveServer

    from controlpanel.accounts.models import Administrator


@pytest.fixture
def plain(
    browser: Browser,
    live_server: LiveServer,
    alice: Administrator,
    sign_in: Callable[[BrowserContext, Administrator], None],
) -> Iterator[Page]:
    """A page of a browser that runs no script, signed in as Alice."""
    context = browser.new_context(base_url=live_server.url, locale="en", java_script_enabled=False)
    context.set_default_timeout(10_000)
    sign_in(context, alice)
    yield context.new_page()
    context.close()


def test_a_policy_is_made(plain: Page) -> None:
    plain.goto("/federation/policies/")
    plain.get_by_role("button", name="New", exact=True).click()
    plain.get_by_role("menuitem", name="User policy").click()
    plain.get_by_role("textbox", name="Name", exact=True).fill("Plain")
    plain.get_by_role("checkbox", name="Enable communications with federated users").check()
    plain.get_by_role("checkbox", name="Enable communications with XMPP federated users").check()
    plain.get_by_role("button", name="Commit").click()
    expect(plain.get_by_role("link", name="Tag:Plain")).to_be_visible()


def test_a_list_is_searched_sorted_and_acted_on(plain: Page) -> None:
    make_policies(3)
    plain.goto("/federation/policies/")
    plain.get_by_role("searchbox").fill("policy 00")
    plain.keyboard.press("Enter")
    expect(plain.locator("tbody tr")).to_have_count(3)
    plain.get_by_role("columnheader", name="Name").get_by_role("link").click()
    expect(plain.locator("tbody tr").first).to_contain_text("Policy 003")
    plain.locator("tbody tr").first.get_by_role("checkbox").check()
    plain.get_by_role("button", name="Edit", exact=True).click()
    plain.get_by_role("menuitem", name="Delete").click()
    plain.get_by_role("button", name="Delete").click()
    assert not ExternalAccessPolicy.objects.filter(name="Policy 003").exists()
