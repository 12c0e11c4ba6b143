"""The job word for word: make a user policy in a browser, in both languages, by role and name."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from federation.policies.models import ExternalAccessPolicy
from tests.conftest import PASSWORD

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import BrowserContext, Page

    from controlpanel.accounts.models import Administrator

WORDS = {
    "en": {
        "user": "User name",
        "password": "Password",
        "sign in": "Sign in",
        "group": "Federation and External Access",
        "tab": "External Access Policy",
        "new": "New",
        "user policy": "User policy",
        "name": "Name",
        "description": "Description",
        "federated": "Enable communications with federated users",
        "xmpp": "Enable communications with XMPP federated users",
        "commit": "Commit",
        "cancel": "Cancel",
        "said": "Policy “Tag:Lyon” was committed. It governs nobody until it is assigned.",
        "yes": "Yes",
        "no": "No",
    },
    "fr": {
        "user": "Nom d’utilisateur",
        "password": "Mot de passe",
        "sign in": "Se connecter",
        "group": "Fédération et accès externe",
        "tab": "Stratégie d’accès externe",
        "new": "Nouvelle",
        "user policy": "Stratégie utilisateur",
        "name": "Nom",
        "description": "Description",
        "federated": "Activer les communications avec les utilisateurs fédérés",
        "xmpp": "Activer les communications avec les utilisateurs fédérés XMPP",
        "commit": "Valider",
        "cancel": "Annuler",
        "said": "La stratégie «\u00a0Tag:Lyon\u00a0» a été validée. "
        "Elle ne s’applique à personne tant qu’elle n’est pas attribuée.",
        "yes": "Oui",
        "no": "Non",
    },
}


@pytest.mark.parametrize("locale", ["en", "fr"])
def test_a_user_policy_is_made_and_stands_in_the_list(page: Page, alice: Administrator, locale: str) -> None:
    words = WORDS[locale]

    def by(role: str, name: str) -> None:
        page.get_by_role(role, name=words[name], exact=True).click()  # type: ignore[arg-type]

    page.goto("/")
    page.get_by_role("textbox", name=words["user"], exact=True).fill("alice")
    page.get_by_label(words["password"], exact=True).fill(PASSWORD)
    by("button", "sign in")
    by("link", "group")
    by("link", "tab")
    by("button", "new")
    by("menuitem", "user policy")
    page.get_by_role("textbox", name=words["name"], exact=True).fill("Lyon")
    page.get_by_role("textbox", name=words["description"], exact=True).fill("L’équipe de Lyon")
    page.get_by_role("checkbox", name=words["federated"], exact=True).check()
    page.get_by_role("checkbox", name=words["xmpp"], exact=True).check()
    expect(page.get_by_role("button", name=words["cancel"], exact=True)).to_be_visible()
    by("button", "commit")

    expect(page.get_by_role("status").filter(has_text="Tag:Lyon")).to_contain_text(words["said"])
    row = page.get_by_role("row").filter(has=page.get_by_role("link", name="Tag:Lyon", exact=True))
    cells = row.get_by_role("cell").all_inner_texts()
    assert [cell.strip() for cell in cells[3:7]] == [words["yes"], words["yes"], words["no"], words["no"]]
    policy = ExternalAccessPolicy.objects.get(name="Lyon")
    assert (policy.description, policy.federated, policy.xmpp) == ("L’équipe de Lyon", True, True)


def test_a_site_policy_is_made_for_a_site_that_is_picked(
    page: Page, alice: Administrator, sign_in: Callable[[BrowserContext, Administrator], None]
) -> None:
    from tests.makers import make_site

    for name in ("Lyon", "Paris", "Redmond"):
        make_site(name)
    sign_in(page.context, alice)
    page.goto("/federation/policies/")
    page.get_by_role("button", name="New", exact=True).click()
    page.get_by_role("menuitem", name="Site policy", exact=True).click()
    page.get_by_role("searchbox", name="Search sites").fill("par")
    expect(page.get_by_role("radio")).to_have_count(1)
    page.get_by_role("radio", name="Paris").check()
    page.get_by_role("button", name="OK", exact=True).click()
    page.get_by_role("checkbox", name=WORDS["en"]["federated"], exact=True).check()
    page.get_by_role("button", name="Commit", exact=True).click()
    expect(page.get_by_role("link", name="Site:Paris", exact=True)).to_be_visible()
