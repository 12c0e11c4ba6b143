"""Users in a browser: assign to all that match, a user's page, filters with type-ahead, gains and losses."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from federation.directory.models import Assignment
from tests.makers import known, make_policy, make_pool, make_site_policy, make_user, make_users

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Browser, BrowserContext, Page
    from pytest_django.live_server_helper import LiveServer

    from controlpanel.accounts.models import Administrator

    SignIn = Callable[[BrowserContext, Administrator], None]

USERS = "/users/directory/"
WORDS = {
    "en": {
        "users": "Users",
        "search": "Search users",
        "edit": "Edit",
        "all": "Select all search results",
        "action": "Action",
        "assign": "Assign policies",
        "policy": "External access policy",
        "keep": "<Keep as is>",
        "automatic": "<Automatic>",
        "ok": "OK",
        "done": "120 users now have Tag:Sales.",
        "filter": "Add filter",
        "property": "Property",
        "value": "Value",
        "find": "Find",
        "site": "Site",
        "view": "View",
        "commit": "Commit",
        "governed": "Governed by Site:Paris, because no user policy is assigned",
    },
    "fr": {
        "users": "Utilisateurs",
        "search": "Rechercher des utilisateurs",
        "edit": "Modifier",
        "all": "Sélectionner tous les résultats",
        "action": "Action",
        "assign": "Attribuer des stratégies",
        "policy": "Stratégie d’accès externe",
        "keep": "<Conserver tel quel>",
        "automatic": "<Automatique>",
        "ok": "OK",
        "done": "120 utilisateurs ont désormais Tag:Sales.",
        "filter": "Ajouter un filtre",
        "property": "Propriété",
        "value": "Valeur",
        "find": "Rechercher",
        "site": "Site",
        "view": "Afficher",
        "commit": "Valider",
        "governed": "Régi par Site:Paris, car aucune stratégie utilisateur n’est attribuée",
    },
}
LANGUAGES = pytest.mark.parametrize("locale", ["en", "fr"])


@LANGUAGES
def test_a_policy_is_assigned_to_all_that_match(
    page: Page, alice: Administrator, sign_in: SignIn, locale: str
) -> None:
    words = WORDS[locale]
    make_policy("Sales")
    make_users(120)
    make_users(5, name="Other")
    sign_in(page.context, alice)
    page.goto("/")
    page.get_by_role("link", name=words["users"], exact=True).click()
    page.get_by_role("searchbox", name=words["search"]).press_sequentially("user")
    expect(page.locator(".foot .count")).to_contain_text("120")
    page.get_by_role("button", name=words["edit"], exact=True).click()
    page.get_by_role("menuitem", name=words["all"], exact=True).click()
    expect(page.get_by_role("checkbox", name="120")).to_be_checked()
    page.get_by_role("button", name=words["action"], exact=True).click()
    page.get_by_role("menuitem", name=words["assign"], exact=True).click()
    choice = page.get_by_label(words["policy"])
    assert choice.locator("option").all_inner_texts() == [words["keep"], words["automatic"], "Tag:Sales"]
    choice.select_option("Tag:Sales")
    expect(page.get_by_role("row").nth(1)).to_have_text(
        re.compile(rf"120\s*{words['automatic']}\s*Tag:Sales")
    )
    assert not Assignment.objects.exists()
    page.get_by_role("button", name=words["ok"], exact=True).click()
    expect(page.get_by_role("status").filter(has_text="Tag:Sales")).to_contain_text(words["done"])
    assert Assignment.objects.count() == 120


@LANGUAGES
def test_a_users_page_says_which_policy_governs(
    page: Page, alice: Administrator, sign_in: SignIn, locale: str
) -> None:
    words = WORDS[locale]
    pool = make_pool("pool01.contoso.com", make_site_policy("Paris", federated=True).site)
    sales = make_policy("Sales: north & south")
    user = make_user("dora@contoso.com", pool, display_name="Dora")
    sign_in(page.context, alice)
    page.goto(USERS)
    page.get_by_role("link", name="Dora", exact=True).click()
    expect(page.locator(".governed")).to_contain_text(words["governed"])
    view = page.get_by_role("link", name=words["view"], exact=True)
    expect(view).to_be_hidden()
    page.get_by_label(words["policy"]).select_option(str(sales))
    expect(view).to_have_attribute("href", re.compile(r"identity=Tag%3ASales%3A%20north%20%26%20south$"))
    page.get_by_role("button", name=words["commit"], exact=True).click()
    row = page.get_by_role("row").filter(has_text="dora@contoso.com")
    expect(row.get_by_role("cell").nth(-1)).to_have_text(str(sales))
    assert known(user).policy == sales
    page.goto(f"{USERS}{user.pk}/")
    page.get_by_role("link", name=words["view"], exact=True).click()
    expect(page).to_have_url(re.compile(rf"/federation/policies/{sales.pk}/$"))


@LANGUAGES
def test_a_filter_is_added_with_type_ahead_and_stays_while_searching(
    page: Page, alice: Administrator, sign_in: SignIn, locale: str
) -> None:
    words = WORDS[locale]
    make_users(3, make_pool("pool01.contoso.com", "Paris"))
    make_users(4, make_pool("pool02.contoso.com", "Pau"), name="Other")
    sign_in(page.context, alice)
    page.goto(USERS)
    page.get_by_text(words["filter"], exact=True).click()
    page.get_by_label(words["property"]).select_option(label=words["site"])
    value = page.get_by_label(words["value"], exact=True)
    value.press_sequentially("Pa")
    offered = page.locator("datalist#values-0 option")
    expect(offered).to_have_count(2)
    assert [each.get_attribute("value") for each in offered.all()] == ["Paris", "Pau"]
    value.press_sequentially("ris")
    expect(offered).to_have_count(1)
    page.get_by_role("button", name=words["find"], exact=True).click()
    rows = page.locator("table.users tbody tr")
    expect(rows).to_have_count(3)
    page.get_by_role("searchbox", name=words["search"]).press_sequentially("user 002")
    expect(rows).to_have_count(1)
    expect(page).to_have_url(re.compile(r"value=Paris"))
    expect(page).to_have_url(re.compile(r"q=user"))
    page.locator("#criteria").get_by_role("link").click()
    expect(page).to_have_url(re.compile(r"\?q=user"))
    expect(rows).to_have_count(1)
    page.go_back()
    expect(page.get_by_label(words["value"], exact=True).first).to_have_value("Paris")


def test_switches_say_who_gains_and_loses_before_commit(
    page: Page, alice: Administrator, sign_in: SignIn
) -> None:
    policy = make_policy("Sales", federated=True, xmpp=True)
    make_users(12, policy=policy)
    sign_in(page.context, alice)
    page.goto(f"/federation/policies/{policy.pk}/")
    expect(page.get_by_text("This policy governs 12 users;")).to_be_visible()
    page.get_by_role("checkbox", name="Enable communications with remote users").check()
    expect(page.locator("#policy-effect")).to_have_text(
        re.compile(r"^\s*12 users gain:\s*sign-in from outside\s*$")
    )
    page.get_by_role("checkbox", name="Enable communications with federated users").uncheck()
    expect(page.locator("#policy-effect")).to_contain_text(
        re.compile(r"12 users lose:\s*federated users, XMPP federated users")
    )
    page.get_by_role("checkbox", name="Enable communications with federated users").check()
    page.get_by_role("checkbox", name="Enable communications with remote users").uncheck()
    expect(page.locator("#policy-effect p")).to_have_count(0)
    page.get_by_role("link", name="Governs 12 users").click()
    expect(page.locator("table.users tbody tr")).to_have_count(12)


def test_another_choice_is_looked_at_and_never_done_by_choosing(
    page: Page, alice: Administrator, sign_in: SignIn
) -> None:
    for name in ("Sales", "Support"):
        make_policy(name)
    user = make_user()
    sign_in(page.context, alice)
    page.goto(f"{USERS}assign/?row={user.pk}")
    page.get_by_label("Reason for this change").fill("Ticket 7")
    choice = page.get_by_label("External access policy")
    for name in ("Tag:Sales", "Tag:Support", "Tag:Sales"):
        choice.select_option(name)
        expect(page.get_by_role("row").nth(1)).to_contain_text(name)
    assert not Assignment.objects.exists()
    expect(page.get_by_label("Reason for this change")).to_have_value("Ticket 7")
    page.get_by_role("button", name="OK", exact=True).click()
    expect(page).to_have_url(re.compile(rf"{USERS}$"))
    assert str(known(user).policy) == "Tag:Sales"


def test_all_is_done_without_javascript(
    browser: Browser, live_server: LiveServer, alice: Administrator, sign_in: SignIn
) -> None:
    make_policy("Sales")
    make_users(120, make_pool("pool01.contoso.com", "Paris"))
    context = browser.new_context(base_url=live_server.url, locale="en", java_script_enabled=False)
    context.set_default_timeout(10_000)
    sign_in(context, alice)
    page = context.new_page()
    page.goto(USERS)
    page.get_by_text("Add filter", exact=True).click()
    page.get_by_label("Property").select_option("site")
    page.get_by_label("Value", exact=True).fill("Paris")
    page.get_by_role("button", name="Find", exact=True).click()
    page.get_by_role("checkbox", name="All 120 that match, on every page").check()
    page.get_by_role("button", name="Action", exact=True).click()
    page.get_by_role("menuitem", name="Assign policies").click()
    page.get_by_label("External access policy").select_option("Tag:Sales")
    page.get_by_role("button", name="Show what changes").click()
    expect(page.get_by_role("row").nth(1)).to_contain_text("120")
    page.get_by_role("button", name="OK", exact=True).click()
    expect(page.get_by_text("120 users now have Tag:Sales.")).to_be_visible()
    page.get_by_role("link", name="User 001").click()
    page.get_by_role("link", name="View", exact=True).click()
    expect(page.get_by_role("link", name="Governs 120 users")).to_be_visible()
    context.close()
