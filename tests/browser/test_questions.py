"""A question that comes again: read out first, marked in words, and answered from the keyboard."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect

from federation.directory import services as users
from federation.directory.models import User
from federation.policies.models import ExternalAccessPolicy
from tests.makers import MAKER, make_policy, make_users

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import BrowserContext, Page

    from controlpanel.accounts.models import Administrator


def test_a_question_that_comes_again_is_read_and_answered_by_keyboard(
    page: Page,
    alice: Administrator,
    sign_in: Callable[[BrowserContext, Administrator], None],
    provoked: set[int],
    assert_accessible: Callable[[Page], None],
) -> None:
    provoked.add(409)
    doomed = make_policy("Doomed")
    make_users(3)
    sign_in(page.context, alice)
    page.goto(f"/federation/policies/delete/?row={doomed.pk}")
    page.get_by_role("textbox", name="Reason").fill("Old")
    users.assign_policy(User.objects.all(), doomed, actor=MAKER)
    page.get_by_role("button", name="Delete").press("Enter")

    told = page.get_by_role("alert").filter(has_text="This is different from what you were asked")
    expect(told).to_be_focused()
    expect(told.get_by_role("listitem").first).to_have_text("New: 3 users to Global")
    expect(page.get_by_role("textbox", name="Reason")).to_have_value("Old")
    assert_accessible(page)
    page.keyboard.press("Tab")
    expect(page.get_by_role("textbox", name="Reason")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Delete")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").filter(has_text="1 policy was deleted.")).to_be_visible()
    assert not ExternalAccessPolicy.objects.filter(pk=doomed.pk).exists()
