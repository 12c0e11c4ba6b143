"""A real browser on a live panel. Its console must stay empty, whatever a test does.

A test takes ``page`` (signed out) and, for an administrator, ``sign_in(page.context, alice)``; then
``page.goto("/federation/policies/")``. ``locale`` and ``colour_scheme`` are fixtures to parametrize directly.
A second person in the same test gets a context of their own from ``new_context()``.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from playwright.sync_api import expect, sync_playwright

from tests.conftest import signed_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, WebError
    from pytest_django.live_server_helper import LiveServer

    from controlpanel.accounts.models import Administrator

# Playwright keeps an event loop in the main thread, where Django would refuse to touch the database.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE = 60_000  # milliseconds
SCREENSHOTS = Path("test-results")
expect.set_options(timeout=PATIENCE)  # a busy machine takes longer than the 5 s it has else


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's chromium, started once."""
    if not CHROMIUM.exists():
        pytest.fail("The browser tests need chromium: on Debian, apt-get install chromium.", pytrace=False)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def locale() -> str:
    """The language the browser asks for: "en" or "fr"."""
    return "en"


@pytest.fixture
def colour_scheme() -> str:
    """What the reader's desk prefers: "light" or "dark"."""
    return "light"


@pytest.fixture
def console() -> list[str]:
    """What pages said to the console or threw."""
    return []


@pytest.fixture
def provoked() -> set[int]:
    """The status codes that a test provokes: the browser writes a line about each, sooner or later."""
    return set()


@pytest.fixture
def new_context(
    browser: Browser,
    live_server: LiveServer,
    locale: str,
    colour_scheme: Any,
    console: list[str],
    provoked: set[int],
) -> Iterator[Callable[[], BrowserContext]]:
    """Makes a browser profile of its own: no cookies, the language and the colours of the fixtures."""
    opened: list[BrowserContext] = []

    def hear(message: ConsoleMessage) -> None:
        if any(f"status of {code} " in message.text for code in provoked):
            return
        console.append(f"{message.type}: {message.text} ({message.location.get('url')})")

    def catch(error: WebError) -> None:
        console.append(f"uncaught: {error.error}")

    def make() -> BrowserContext:
        context = browser.new_context(base_url=live_server.url, locale=locale, color_scheme=colour_scheme)
        context.set_default_timeout(PATIENCE)
        context.on("console", hear)
        context.on("weberror", catch)
        opened.append(context)
        return context

    yield make
    for context in opened:
        context.close()
    assert console == []


@pytest.fixture
def context(new_context: Callable[[], BrowserContext]) -> BrowserContext:
    """The profile of ``page``."""
    return new_context()


@pytest.fixture
def page(context: BrowserContext, request: pytest.FixtureRequest) -> Iterator[Page]:
    """An empty page. When the test fails, its picture is kept in test-results/."""
    failures = request.session.testsfailed
    opened = context.new_page()
    yield opened
    if request.session.testsfailed > failures:
        opened.screenshot(path=SCREENSHOTS / f"{request.node.name}.png", full_page=True)


@pytest.fixture
def sign_in(live_server: LiveServer) -> Callable[[BrowserContext, Administrator], None]:
    """Signs an administrator in to a browser profile by handing it the session's cookie."""

    def hand_over(context: BrowserContext, account: Administrator) -> None:
        session = signed_in(account).cookies[settings.SESSION_COOKIE_NAME].value
        context.add_cookies(
            [{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}]
        )

    return hand_over


@pytest.fixture(scope="session")
def assert_accessible() -> Callable[[Page], None]:
    """Asserts that axe finds nothing to mend on the page as it is now."""
    axe = Axe()

    def check(page: Page) -> None:
        found = axe.run(page).response["violations"]
        assert not found, "\n".join(
            f"{fault['id']} ({fault['impact']}): {node['html']}: {node['failureSummary']}"
            for fault in found
            for node in fault["nodes"]
        )

    return check
