"""Everything works with the keyboard alone, and the marks that a screen reader hears follow."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.makers import make_policies, make_policy

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import BrowserContext, Dialog, Page

    from controlpanel.accounts.models import Administrator

LIST = "/federation/policies/"


@pytest.fixture
def policies(
    page: Page, alice: Administrator, sign_in: Callable[[BrowserContext, Administrator], None]
) -> Page:
    """The list with 60 policies, on two pages, as Alice sees it."""
    make_policies(60)
    sign_in(page.context, alice)
    page.goto(LIST)
    return page


def test_the_menu_opens_and_closes_by_arrows_and_escape(policies: Page) -> None:
    button = policies.get_by_role("button", name="New", exact=True)
    button.focus()
    policies.keyboard.press("ArrowDown")
    expect(policies.get_by_role("menuitem", name="Site policy")).to_be_focused()
    policies.keyboard.press("ArrowDown")
    expect(policies.get_by_role("menuitem", name="User policy")).to_be_focused()
    policies.keyboard.press("Escape")
    expect(button).to_be_focused()
    expect(button).to_have_attribute("aria-expanded", "false")


def test_rows_are_walked_selected_and_opened(policies: Page) -> None:
    policies.keyboard.press("/")
    expect(policies.get_by_role("searchbox")).to_be_focused()
    policies.keyboard.press("ArrowDown")
    policies.keyboard.press("ArrowDown")
    policies.keyboard.press("Space")
    expect(policies.locator("tr[aria-selected=true]")).to_have_count(1)
    expect(policies.locator("[data-selected-count]").first).to_have_text("1 selected")
    policies.keyboard.press("Enter")
    policies.wait_for_url(re.compile(rf"{LIST}\d+/$"))


def test_the_keys_are_shown_and_put_away(policies: Page) -> None:
    policies.locator("tbody tr").first.focus()
    policies.keyboard.press("?")
    expect(policies.get_by_role("dialog")).to_be_visible()
    policies.keyboard.press("Escape")
    expect(policies.get_by_role("dialog")).to_be_hidden()


def test_the_sheet_of_keys_opens_by_its_button_and_can_switch_them_off(policies: Page) -> None:
    policies.get_by_role("button", name="Keys").click()
    box = policies.get_by_role("checkbox", name="Use / and ? in this browser")
    expect(box).to_be_checked()
    box.uncheck()
    policies.get_by_role("button", name="Close", exact=True).click()
    policies.locator("tbody tr").first.focus()
    policies.keyboard.press("?")
    expect(policies.get_by_role("dialog")).to_be_hidden()
    policies.get_by_role("button", name="Keys").click()
    expect(box).not_to_be_checked()


def test_a_head_sorts_and_says_so(policies: Page) -> None:
    head = policies.get_by_role("columnheader", name="Name")
    expect(head).to_have_attribute("aria-sort", "ascending")
    head.get_by_role("link").focus()
    policies.keyboard.press("Enter")
    expect(head).to_have_attribute("aria-sort", "descending")
    expect(policies).to_have_url(re.compile("sort=-name"))
    expect(policies.locator("tbody tr").first).to_contain_text("Policy 060")


def test_all_that_match_can_be_selected_and_deleted(policies: Page) -> None:
    policies.get_by_role("searchbox").fill("Policy 0")
    expect(policies.get_by_text("1–50 of 60")).to_be_visible()
    policies.get_by_role("checkbox", name="Select all rows of this page").check()
    policies.get_by_role("checkbox", name=re.compile("All 60")).check()
    policies.get_by_role("button", name="Edit", exact=True).click()
    policies.get_by_role("menuitem", name="Delete").click()
    expect(policies.get_by_role("heading", name="Delete 60 policies?")).to_be_visible()
    policies.get_by_role("button", name="Delete").click()
    expect(policies.get_by_role("status").filter(has_text="60 policies were deleted.")).to_be_visible()
    expect(policies.locator("tbody tr")).to_have_count(1)


def test_searching_while_typing_keeps_the_address_and_counts_aloud(policies: Page) -> None:
    policies.get_by_role("searchbox").press_sequentially("policy 03", delay=20)
    expect(policies.locator("tbody tr")).to_have_count(10)
    expect(policies).to_have_url(re.compile(r"q=policy(\+|%20)03"))
    expect(policies.locator("#results [aria-live]").first).to_have_text("Rows 1 to 10 of 10")
    policies.reload()
    expect(policies.locator("tbody tr")).to_have_count(10)


def test_a_double_click_opens(policies: Page) -> None:
    policies.locator("tbody tr").nth(3).locator("td").nth(2).dblclick()
    policies.wait_for_url(re.compile(rf"{LIST}\d+/$"))


def test_a_dependent_box_is_greyed_with_its_reason(policies: Page) -> None:
    policies.goto(f"{LIST}new/user/")
    xmpp = policies.get_by_role("checkbox", name="Enable communications with XMPP federated users")
    reason = policies.get_by_text("Tick “Enable communications with federated users” first")
    expect(xmpp).to_be_disabled()
    expect(reason).to_be_visible()
    policies.get_by_role("checkbox", name="Enable communications with federated users").check()
    expect(xmpp).to_be_enabled()
    expect(reason).to_be_hidden()


def test_leaving_unsaved_edits_asks_first(policies: Page) -> None:
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    policies.on("dialog", stay)
    policy = make_policy("Unsaved")
    policies.goto(f"{LIST}{policy.pk}/")
    policies.get_by_role("textbox", name="Description").fill("typed")
    policies.get_by_role("link", name="Home", exact=True).click()
    expect(policies.get_by_role("textbox", name="Description")).to_have_value("typed")
    assert asked == ["beforeunload"]
    policies.get_by_role("button", name="Cancel").click()
    policies.wait_for_url(f"**{LIST}*")
    assert asked == ["beforeunload"]


@pytest.mark.parametrize("name", ["Dark theme", "Français"])
def test_another_theme_or_language_does_not_lose_unsaved_edits(policies: Page, name: str) -> None:
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    policies.on("dialog", stay)
    policies.goto(f"{LIST}{make_policy('Unsaved').pk}/")
    policies.get_by_role("textbox", name="Description").fill("typed")
    policies.get_by_role("button", name=name).click()
    expect(policies.get_by_role("textbox", name="Description")).to_have_value("typed")
    assert asked == ["beforeunload"]


def test_control_s_commits(policies: Page) -> None:
    policy = make_policy("ByKey")
    policies.goto(f"{LIST}{policy.pk}/")
    policies.get_by_role("textbox", name="Description").fill("by key")
    policies.keyboard.press("Control+s")
    expect(policies.get_by_role("status").filter(has_text="was committed")).to_be_visible()
    policy.refresh_from_db()
    assert policy.description == "by key"
