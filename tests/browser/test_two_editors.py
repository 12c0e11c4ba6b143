"""No lost edit: two administrators, each with a browser, on one policy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect

from controlpanel.accounts.rights import Role
from tests.conftest import person
from tests.makers import make_policy

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import BrowserContext, Page

    from controlpanel.accounts.models import Administrator


def test_the_second_sees_both_versions_and_goes_on(
    page: Page,
    alice: Administrator,
    sign_in: Callable[[BrowserContext, Administrator], None],
    new_context: Callable[[], BrowserContext],
    provoked: set[int],
    assert_accessible: Callable[[Page], None],
) -> None:
    provoked.add(409)
    policy = make_policy("Shared", description="before")
    anna = person("anna", Role.ADMINISTRATOR)
    other = new_context().new_page()
    sign_in(page.context, alice)
    sign_in(other.context, anna)
    for each in (page, other):
        each.goto(f"/federation/policies/{policy.pk}/")

    other.get_by_role("textbox", name="Description").fill("Anna’s words")
    other.get_by_role("button", name="Commit").click()
    expect(other.get_by_role("status").filter(has_text="was committed")).to_be_visible()

    page.get_by_role("checkbox", name="Enable communications with remote users").check()
    page.get_by_role("button", name="Commit").click()
    expect(page.get_by_role("alert").filter(has_text="anna changed this")).to_be_visible()
    versions = page.get_by_role("table", name="Both versions")
    expect(versions.get_by_role("row", name="Description")).to_contain_text("Anna’s words")
    expect(page.get_by_role("textbox", name="Description")).to_have_value("Anna’s words")
    expect(page.get_by_role("checkbox", name="Enable communications with remote users")).to_be_checked()
    assert_accessible(page)
    policy.refresh_from_db()
    assert (policy.description, policy.remote) == ("Anna’s words", False)

    page.get_by_role("button", name="Commit").click()
    expect(page.get_by_role("status").filter(has_text="was committed")).to_be_visible()
    policy.refresh_from_db()
    assert (policy.description, policy.remote) == ("Anna’s words", True)
