"""The dialog of a partner in a browser: one box a line, a pasted list, and what is said while one chooses."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from federation.partners.models import Partner
from tests.decisions.world import open_everything
from tests.partners.makers import make_partner

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

    from controlpanel.accounts.models import Administrator

PASTE = """([box, text]) => {
  const data = new DataTransfer();
  data.setData("text", text);
  box.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
}"""


def paste(page: Page, text: str) -> None:
    """Paste ``text`` into the box that has the focus."""
    page.evaluate(PASTE, [page.locator(":focus").element_handle(), text])


@pytest.fixture
def dialog(page: Page, sign_in: Callable[..., None], alice: Administrator) -> Page:
    """The dialog of a new partner."""
    sign_in(page.context, alice)
    page.goto("/federation/partners/new/")
    return page


def test_boxes_grow_line_by_line_and_are_committed(dialog: Page) -> None:
    dialog.get_by_label("Primary domain").fill("fabrikam.com")
    dialog.get_by_label("Additional domain 1").fill("a.com")
    dialog.keyboard.press("Enter")
    dialog.keyboard.type("bücher.example")
    dialog.get_by_label("Additional domain 3").fill("gone.com")
    dialog.get_by_label("Additional domain 3").fill("")
    dialog.keyboard.press("Backspace")
    assert dialog.get_by_label("Additional domain 2").evaluate("box => box === document.activeElement")
    dialog.get_by_label("SASL negotiation").select_option("optional")
    dialog.get_by_role("button", name="Commit").click()
    dialog.wait_for_url("**/partners/")
    assert Partner.objects.get().additional_domains == ["a.com", "xn--bcher-kva.example"]


def test_a_pasted_list_becomes_boxes_and_a_long_one_stays_text(dialog: Page) -> None:
    dialog.get_by_label("Additional domain 1").focus()
    paste(dialog, "a.com\r\nb.com\r\nc.com")
    assert dialog.get_by_label("Additional domain 3").input_value() == "c.com"
    assert dialog.locator("[name=additional]").input_value() == "a.com\nb.com\nc.com"
    paste(dialog, "\n".join(f"d{number}.com" for number in range(5000)))
    text = dialog.get_by_label("Additional domains")
    assert text.is_visible()
    assert len(text.input_value().split("\n")) == 5003


def test_bad_lines_keep_their_numbers(dialog: Page, provoked: set[int]) -> None:
    provoked.add(422)
    dialog.get_by_label("Primary domain").fill("fabrikam.com")
    dialog.get_by_label("Additional domain 1").focus()
    paste(dialog, "a.com\n\nnot a domain")
    dialog.get_by_label("SASL negotiation").select_option("optional")
    dialog.get_by_role("button", name="Commit").click()
    dialog.get_by_text("Line 3, “not a domain”").first.wait_for()
    assert dialog.get_by_label("Additional domain 3").input_value() == "not a domain"


def test_what_a_choice_comes_to_is_said_while_it_is_made(dialog: Page) -> None:
    told = dialog.locator("#consequences")
    assert "Dialback never happens" in told.inner_text()
    dialog.get_by_label("SASL negotiation").select_option("not-supported")
    told.get_by_text("Nothing speaks against this choice.").wait_for()
    assert "TLS dialback" in told.inner_text()
    dialog.get_by_label("Support server dialback negotiation").uncheck()
    told.get_by_text("This cannot be committed.").wait_for()
    assert "TLS “Required”, SASL “Required”, without dialback." in told.inner_text()


def test_users_are_offered_while_an_address_is_typed_and_the_answer_leads_on(
    page: Page, sign_in: Callable[..., None], alice: Administrator
) -> None:
    user, _partner = open_everything()
    sign_in(page.context, alice)
    page.goto("/home/decisions/")
    page.get_by_role("combobox", name="Local user").press_sequentially("dor")
    page.locator("#values-local option[value='dora@contoso.com']").wait_for(state="attached")
    page.get_by_role("combobox", name="Local user").fill(user.address)
    page.get_by_role("textbox", name="Remote address").fill("bob@nowhere.com")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Refused: dora@contoso.com").wait_for()
    page.get_by_role("link", name="Go to where this is set").click()
    assert page.get_by_label("Primary domain").input_value() == "nowhere.com"


def test_the_list_asks_about_the_selected_partner(
    page: Page, sign_in: Callable[..., None], alice: Administrator
) -> None:
    make_partner("fabrikam.com")
    sign_in(page.context, alice)
    page.goto("/federation/partners/")
    page.get_by_label("Select fabrikam.com").check()
    page.get_by_role("button", name="Action", exact=True).click()
    page.get_by_role("menuitem", name="Test access").click()
    page.wait_for_url("**/home/decisions/**")
    assert page.get_by_role("textbox", name="Remote address").input_value() == "@fabrikam.com"


@pytest.mark.parametrize("colour_scheme", ["light", "dark"])
def test_the_pages_are_accessible(
    page: Page,
    sign_in: Callable[..., None],
    alice: Administrator,
    assert_accessible: Callable[[Page], None],
    colour_scheme: str,
) -> None:
    sign_in(page.context, alice)
    partner = make_partner("fabrikam.com", "a.com")
    question = "?local=dora@contoso.com&remote=bob@fabrikam.com"
    for path in ("partners/", "partners/new/", f"partners/{partner.pk}/", "partnerfiles/"):
        page.goto(f"/federation/{path}")
        assert_accessible(page)
    for path in ("", question, "?local=dora@contoso.com&remote=bob@nowhere.com"):
        page.goto(f"/home/decisions/{path}")
        assert_accessible(page)
