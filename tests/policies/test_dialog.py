"""The job the panel is for: make an external access policy and commit it, in both languages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from django.urls import reverse

from federation.policies.models import ExternalAccessPolicy, Scope
from tests.pages import Page

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.django_db


@dataclass(frozen=True)
class Words:
    """What the administrator reads and looks for, word for word (issue 2)."""

    area: str
    tab: str
    new: str
    user_policy: str
    title: str
    fields: tuple[str, ...]
    commit: str
    cancel: str
    scope: str
    yes: str
    no: str


ENGLISH = Words(
    area="Federation and External Access",
    tab="External Access Policy",
    new="New",
    user_policy="User policy",
    title="New External Access Policy",
    fields=(
        "Name",
        "Description",
        "Enable communications with federated users",
        "Enable communications with XMPP federated users",
        "Enable communications with remote users",
        "Enable communications with public users",
        "Enable audio and video with public users",
        "Reason for this change",
    ),
    commit="Commit",
    cancel="Cancel",
    scope="User",
    yes="Yes",
    no="No",
)
FRENCH = Words(
    area="Fédération et accès externe",
    tab="Stratégie d’accès externe",
    new="Nouvelle",
    user_policy="Stratégie utilisateur",
    title="Nouvelle stratégie d’accès externe",
    fields=(
        "Nom",
        "Description",
        "Activer les communications avec les utilisateurs fédérés",
        "Activer les communications avec les utilisateurs fédérés XMPP",
        "Activer les communications avec les utilisateurs distants",
        "Activer les communications avec les utilisateurs publics",
    ),
    commit="Valider",
    cancel="Annuler",
    scope="Utilisateur",
    yes="Oui",
    no="Non",
)
LANGUAGES = [pytest.param("en", ENGLISH, id="english"), pytest.param("fr", FRENCH, id="french")]


@pytest.mark.parametrize("code, words", LANGUAGES)
def test_a_user_policy_is_made_from_home_to_the_list(alice_client: Client, code: str, words: Words) -> None:
    alice_client.cookies["django_language"] = code
    home = Page(alice_client.get(reverse("home"), follow=True))
    area = Page(alice_client.get(home.links[words.area]))
    tab = Page(alice_client.get(area.links[words.tab]))
    assert words.new in tab.texts("button")
    assert words.user_policy in tab.texts(role="menuitem")
    dialog = Page(alice_client.get(tab.links[words.user_policy]))
    assert words.title in dialog.texts("h2")
    form = dialog.form(words.commit)
    assert form.labels[: len(words.fields)] == list(words.fields)
    assert words.cancel in dialog.texts("button")
    name, description, federated, xmpp = words.fields[:4]
    form.fill_in({name: "Ventes", description: "L’équipe", federated: True, xmpp: True})

    saved = form.send(alice_client)

    assert saved.status_code == 302
    shown = Page(alice_client.get(saved["Location"]))
    assert len(shown.said) == 1
    assert "Tag:Ventes" in shown.said[0]
    row = next(row for row in shown.rows if row[0] == "Tag:Ventes")
    assert row[1:7] == [words.scope, words.yes, words.yes, words.no, words.no, "L’équipe"]
    policy = ExternalAccessPolicy.objects.get(name="Ventes")
    assert (policy.scope, policy.federated, policy.xmpp) == (Scope.USER, True, True)
    assert (policy.remote, policy.public, policy.public_av) == (False, False, False)


@pytest.mark.parametrize("code, words", LANGUAGES)
def test_where_the_reader_is_is_marked(alice_client: Client, code: str, words: Words) -> None:
    alice_client.cookies["django_language"] = code
    tab = Page(alice_client.get(reverse("policies:list")))
    assert tab.texts("a", aria_current="page") == [words.tab]
    assert words.area in [*tab.texts("a", aria_current="true"), *tab.texts("h1")]
    assert tab.all("html", lang=code)


def test_the_browser_chooses_the_language(alice_client: Client) -> None:
    page = Page(alice_client.get(reverse("policies:list"), headers={"accept-language": "fr-CH, fr;q=0.9"}))
    assert "Stratégie d’accès externe" in page.links


def test_the_reader_switches_the_language(alice_client: Client) -> None:
    here = reverse("policies:list")
    form = Page(alice_client.get(here)).form("language")
    answer = alice_client.post(form.action, {**form.data, "language": "fr"})
    assert answer["Location"] == here
    assert "Stratégie d’accès externe" in Page(alice_client.get(here)).links


def test_a_policy_is_changed_and_says_so(alice_client: Client) -> None:
    global_policy = ExternalAccessPolicy.objects.the_global()
    address = reverse("policies:details", args=[global_policy.pk])
    form = Page(alice_client.get(address)).form("Commit")
    assert form.labels[0] == "Description"
    form.fill_in({"Enable communications with federated users": True, "Description": "For everybody"})
    saved = Page(form.send(alice_client, follow=True))
    assert saved.said == ["Policy “Global” was committed."]
    assert saved.rows[0][:3] == ["Global", "Global", "Yes"]
    global_policy.refresh_from_db()
    assert (global_policy.federated, global_policy.xmpp, global_policy.version) == (True, False, 2)


def test_a_commit_that_changes_nothing_saves_nothing(alice_client: Client) -> None:
    policy = ExternalAccessPolicy.objects.the_global()
    form = Page(alice_client.get(reverse("policies:details", args=[policy.pk]))).form("Commit")
    assert form.send(alice_client).status_code == 302
    stands = ExternalAccessPolicy.objects.the_global()
    assert (stands.version, stands.changed_at) == (policy.version, policy.changed_at)


def test_cancel_leads_back_and_saves_nothing(alice_client: Client) -> None:
    dialog = Page(alice_client.get(reverse("policies:new-user")))
    cancel = next(form for form in dialog.all("form") if ("id", "cancel") in form.attributes)
    assert ("action", reverse("policies:list")) in cancel.attributes
    assert ("method", "get") in cancel.attributes


def test_audio_and_video_says_that_lync_hid_it(alice_client: Client) -> None:
    dialog = Page(alice_client.get(reverse("policies:new-user")))
    assert "Not in the original panel" in dialog.text


def test_typing_starts_in_the_name_and_reading_a_refusal_at_its_message(alice_client: Client) -> None:
    address = reverse("policies:new-user")
    assert b" autofocus" in alice_client.get(address).content
    refused = alice_client.post(address, {"name": ""})
    assert refused.status_code == 422
    assert b" autofocus" not in refused.content
    assert b" data-focus" in refused.content
