"""Turning federation off and on in a browser: what stops or starts is said when the box is clicked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from federation.edge import services
from tests.domains.makers import allow, block
from tests.makers import MAKER, make_policy

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import BrowserContext, Page

    from controlpanel.accounts.models import Administrator

EDGE = "/federation/edge/access/1/"
FEDERATION = "Enable communications with federated users"
DISCOVERY = "Enable partner domain discovery"


def test_unticking_says_what_stops_and_greys_what_needs_it(
    page: Page, alice: Administrator, sign_in: Callable[[BrowserContext, Administrator], None]
) -> None:
    services.change_access(federation=True, discovery=True, actor=MAKER)
    make_policy("Sales", federated=True)
    sign_in(page.context, alice)
    page.goto(EDGE)
    effect = page.locator("#effect")
    expect(effect).to_contain_text("If communications with federated users are turned off")
    page.get_by_label(FEDERATION).uncheck()
    expect(effect).to_contain_text("This commit turns federation off. At once these stop working:")
    expect(effect).to_contain_text("1 policy that allows federated users")
    expect(page.get_by_label(DISCOVERY)).to_be_disabled()
    page.get_by_role("button", name="Commit").click()
    expect(page.get_by_text("The Access Edge configuration was committed.")).to_be_visible()
    page.goto(EDGE)
    page.get_by_label(FEDERATION).check()
    expect(effect).to_contain_text("At once these start working:")


@pytest.mark.parametrize("colour_scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 400])
def test_the_pages_are_accessible(
    page: Page,
    alice: Administrator,
    sign_in: Callable[[BrowserContext, Administrator], None],
    assert_accessible: Callable[[Page], None],
    width: int,
    colour_scheme: str,
) -> None:
    domain, other = allow(), block()
    sign_in(page.context, alice)
    page.set_viewport_size({"width": width, "height": 800})
    for address in (
        "edge/access/",
        "edge/access/1/",
        "edge/xmpp/",
        "edge/xmpp/1/",
        "edge/xmpp/secret/",
        "domains/",
        f"domains/{domain.pk}/",
        "domains/new/allowed/",
        "domains/new/blocked/",
        f"domains/delete/?row={domain.pk}&row={other.pk}",
        "domains/import/",
        "providers/",
        "providers/new/hosted/",
        "providers/new/public/",
    ):
        page.goto(f"/federation/{address}")
        for summary in page.locator("details.advanced > summary").all():
            summary.click()
        assert_accessible(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, address
