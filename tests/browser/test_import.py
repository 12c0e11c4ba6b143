"""Users are imported from a file: with and without JavaScript, in both languages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from federation.directory.models import User
from tests.makers import make_pool, make_user

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, BrowserContext, Page
    from pytest_django.live_server_helper import LiveServer

    from controlpanel.accounts.models import Administrator

SLOW = 60_000  # milliseconds, on a busy machine
#: More than one batch, so that there is progress to see.
LINES = "".join(f"user{number}@contoso.com,User {number},pool.contoso.com\n" for number in range(5000))
FILE: Any = {
    "name": "users.csv",
    "mimeType": "text/csv",
    "buffer": f"SipAddress,DisplayName,Pool\nx,X,pool.contoso.com\nbob@contoso.com,Bob,\n{LINES}".encode(),
}


@pytest.fixture(params=[True, False], ids=["with JavaScript", "without JavaScript"])
def reader(
    browser: Browser,
    live_server: LiveServer,
    alice: Administrator,
    sign_in: Callable[[BrowserContext, Administrator], None],
    request: pytest.FixtureRequest,
) -> Iterator[Page]:
    """Alice at a browser that runs scripts, or none."""
    context = browser.new_context(base_url=live_server.url, locale="en", java_script_enabled=request.param)
    context.set_default_timeout(30_000)
    sign_in(context, alice)
    yield context.new_page()
    context.close()


def test_a_file_is_uploaded_looked_at_and_imported(reader: Page) -> None:
    make_pool("pool.contoso.com")
    make_user("bob@contoso.com", display_name="Robert")
    reader.goto("/users/directory/")
    reader.get_by_role("link", name="Import users").click()
    reader.get_by_label("CSV file").set_input_files(FILE)
    reader.get_by_role("button", name="Show what it would do").click()
    expect(reader.get_by_role("cell", name="Robert")).to_be_visible(timeout=SLOW)
    expect(reader.get_by_role("progressbar")).to_have_count(0)
    reader.get_by_role("button", name="Import", exact=True).click()
    expect(reader.get_by_role("status").filter(has_text="The import is done.")).to_be_visible(timeout=SLOW)
    expect(reader.get_by_role("progressbar")).to_have_count(0)
    reader.get_by_role("link", name="Show the users").click()
    expect(reader.get_by_role("cell", name="user0@contoso.com").first).to_be_visible(timeout=SLOW)
    assert User.objects.count() == 5001


@pytest.mark.parametrize("locale", ["en", "fr"])
@pytest.mark.parametrize("colour_scheme", ["light", "dark"])
def test_its_pages_are_accessible(
    page: Page,
    alice: Administrator,
    sign_in: Callable[[BrowserContext, Administrator], None],
    assert_accessible: Callable[[Page], None],
) -> None:
    make_pool("pool.contoso.com")
    make_user("bob@contoso.com", display_name="Robert")
    sign_in(page.context, alice)
    page.goto("/users/imports/")
    assert_accessible(page)
    page.locator("input[type=file]").set_input_files(FILE)
    page.locator("form[enctype] button.main").click()
    expect(page.get_by_role("cell", name="Robert")).to_be_visible(timeout=SLOW)
    assert_accessible(page)
    page.locator("form[action$='/import/'] button.main").click()
    expect(page.get_by_role("status").locator("dl")).to_be_visible(timeout=SLOW)
    assert_accessible(page)
