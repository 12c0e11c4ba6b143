"""Sign in and out: who gets in, what is said to others, what is recorded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.contrib.sessions.models import Session
from django.urls import reverse

from controlpanel import settings as production
from controlpanel.accounts.models import Administrator
from controlpanel.accounts.rights import Role
from controlpanel.audit.models import AuditEvent
from tests.conftest import PASSWORD, person
from tests.pages import Page

if TYPE_CHECKING:
    from django.test import Client
    from pytest_django import Settings

pytestmark = pytest.mark.django_db
LOGIN = "/account/sign-in/"
WRONG = "Please enter a correct user name and password."


def sign_in(client: Client, username: str, password: str = PASSWORD, **extra: Any) -> Any:
    """Fill in the sign-in page and send it."""
    form = Page(client.get(LOGIN)).form("Sign in")
    return form.fill_in({"User name": username, "Password": password}).send(client, **extra)


def is_signed_in(client: Client) -> bool:
    """Whether a page that asks for it opens."""
    return client.get(reverse("accounts:password")).status_code == 200


@pytest.fixture(autouse=True)
def people(alice: Administrator) -> None:
    """Alice has an account in every test."""


def test_alice_gets_in_and_it_is_recorded(client: Client) -> None:
    answer = sign_in(client, "alice", REMOTE_ADDR="192.0.2.9")
    assert answer.status_code == 302
    assert answer["Location"] == reverse("home")
    assert Page(client.get("/", follow=True)).status == 200
    event = AuditEvent.objects.order_by("-pk")[0]
    assert (event.action, event.actor_name, event.address) == (
        "accounts:session:sign-in",
        "alice",
        "192.0.2.9",
    )
    assert event.object_name == "alice"


def test_the_page_asks_browsers_and_robots_for_the_right_things(client: Client) -> None:
    page = Page(client.get(LOGIN))
    assert page.all("input", autocomplete="username")
    assert page.all("input", autocomplete="current-password", type="password")
    assert "New" not in page.texts("button")
    assert not page.all("nav")


@pytest.mark.parametrize("name", ["ALICE", "Alice", " alice "])
def test_case_and_spaces_of_the_name_make_no_difference(client: Client, name: str) -> None:
    assert sign_in(client, name).status_code == 302


@pytest.mark.sql
@pytest.mark.parametrize(
    "username, password",
    [
        ("alice", "wrong"),
        ("alice", PASSWORD.upper()),
        ("alice", f"{PASSWORD} "),
        ("nobody", PASSWORD),
        ("alice%", PASSWORD),
        ("_lice", PASSWORD),
        ("off", PASSWORD),
        ("a" * 10_000, "x"),
        ("alice", "x" * 10_000),
    ],
)
def test_strangers_are_told_one_thing(
    client: Client, settings: Settings, username: str, password: str
) -> None:
    person("off", Role.ADMINISTRATOR)
    Administrator.objects.filter(username="off").update(is_active=False)
    page = Page(sign_in(client, username, password))
    assert page.status == 200
    assert WRONG in page.alerts[0]
    assert not is_signed_in(client)


@pytest.mark.sql
@pytest.mark.parametrize("username", ["", "a\x00b", "\u202ealice"])
@pytest.mark.parametrize("where", [LOGIN, "/admin/login/"])
def test_names_that_cannot_be_are_refused(
    client: Client, settings: Settings, username: str, where: str
) -> None:
    answer = client.post(where, {"username": username, "password": "x"})
    assert answer.status_code == 200
    assert not is_signed_in(client)


def test_signing_in_changes_the_key_of_the_session(client: Client) -> None:
    client.session["kept"] = 1
    before = client.session.session_key
    sign_in(client, "alice")
    assert client.session.session_key != before


@pytest.mark.parametrize(
    "target", ["//evil.example/", "https://evil.example/", "javascript:alert(1)", "/\\evil"]
)
def test_a_hostile_way_back_is_not_taken(client: Client, target: str) -> None:
    answer = client.post(LOGIN, {"username": "alice", "password": PASSWORD, "next": target})
    assert answer.status_code == 302
    assert answer["Location"] == reverse("home")


def test_sign_out_ends_the_session_and_is_recorded(client: Client) -> None:
    sign_in(client, "alice")
    assert client.get(reverse("accounts:logout")).status_code == 405
    form = Page(client.get(reverse("overview:list"))).form("Sign out")
    answer = form.send(client)
    assert (answer.status_code, answer["Location"]) == (302, LOGIN)
    assert not is_signed_in(client)
    assert not Session.objects.exists()
    assert AuditEvent.objects.order_by("-pk")[0].action == "accounts:session:sign-out"


def test_passwords_are_kept_with_argon2(client: Client, settings: Settings) -> None:
    settings.PASSWORD_HASHERS = production.PASSWORD_HASHERS
    account = person("dora", Role.HELP_DESK)
    assert account.password.startswith("argon2$argon2id$")
    assert sign_in(client, "dora").status_code == 302


def test_the_sign_in_page_speaks_french(client: Client) -> None:
    page = Page(client.get(LOGIN, headers={"accept-language": "fr"}))
    assert page.form("Mot de passe").box("Mot de passe").kind == "password"


def test_who_is_signed_out_meanwhile_is_asked_to_sign_in_by_htmx_too(client: Client) -> None:
    """swap.js reloads the page when the answer comes from another path."""
    answer = client.get(reverse("policies:list"), headers={"hx-request": "true"})
    assert answer.status_code == 302
    assert answer["Location"].startswith(LOGIN)


def test_who_is_signed_in_is_not_sent_round_in_circles(alice_client: Client) -> None:
    answer = alice_client.get(LOGIN, {"next": LOGIN})
    assert (answer.status_code, answer.headers["Location"]) == (302, reverse("home"))
