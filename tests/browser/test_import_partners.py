"""Partners are imported from a file: another kind is refused, and a blocked domain is agreed to first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from federation.partners.models import Partner
from tests.domains.makers import block

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import BrowserContext, Page

    from controlpanel.accounts.models import Administrator

BLOCKED = b'"Domain","ProxyFqdn","Comment"\r\n"spamville.example",,"asked by legal"\r\n'
PARTNERS = b"Domain,AdditionalDomains,PartnerTyp\nquay.example,spamville.example,x\nfjord.example,,x\n"


def file(name: str, content: bytes) -> Any:
    return {"name": name, "mimeType": "text/csv", "buffer": content}


@pytest.mark.parametrize("locale", ["en", "fr"])
@pytest.mark.parametrize("colour_scheme", ["light", "dark"])
def test_partners_come_from_a_file_of_partners(
    page: Page,
    alice: Administrator,
    sign_in: Callable[[BrowserContext, Administrator], None],
    assert_accessible: Callable[[Page], None],
    provoked: set[int],
) -> None:
    provoked.add(422)
    block("spamville.example")
    sign_in(page.context, alice)
    page.goto("/federation/partnerfiles/")
    page.locator("input[type=file]").set_input_files(file("blocked.csv", BLOCKED))
    page.locator("form[enctype] button.main").click()
    expect(page.locator(".alert-danger")).to_contain_text("SIP")
    assert_accessible(page)
    assert not Partner.objects.exists()
    page.locator("input[type=file]").set_input_files(file("partners.csv", PARTNERS))
    page.locator("form[enctype] button.main").click()
    expect(page.locator(".alert-ask")).to_contain_text("spamville.example")
    expect(page.locator(".effect")).to_contain_text("fjord.example")
    expect(page.locator(".effect")).to_contain_text("PartnerTyp")
    assert_accessible(page)
    assert not Partner.objects.exists()
    page.locator("input[name=agreed]").check()
    page.locator("form[enctype] button.main").click()
    expect(page.get_by_role("cell", name="quay.example").first).to_be_visible()
    assert Partner.objects.count() == 2
