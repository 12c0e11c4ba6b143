"""Broken and forged requests, the health check, and preferences."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.db import DatabaseError, InterfaceError, OperationalError, connections
from django.test import Client
from django.urls import reverse

from federation.policies.models import ExternalAccessPolicy
from tests.conftest import BACKEND
from tests.pages import Page

if TYPE_CHECKING:
    from pytest_django import Settings

    from controlpanel.accounts.models import Administrator

pytestmark = pytest.mark.django_db
NEW = "/federation/policies/new/user/"
PREFERENCES = "/panel/preferences/"


@pytest.fixture
def strict(alice: Administrator) -> Client:
    """Alice, in a client that is checked for forged requests as a browser is."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice, BACKEND)
    return client


@pytest.mark.parametrize("token", [None, "", "x", "y" * 64])
@pytest.mark.parametrize(
    "address",
    [NEW, "/federation/policies/1/", "/account/password/", "/account/sign-out/", PREFERENCES, "/language/"],
)
def test_a_forged_request_is_refused(strict: Client, address: str, token: str | None) -> None:
    data = {"name": "Forged"} if token is None else {"name": "Forged", "csrfmiddlewaretoken": token}
    answer = strict.post(address, data)
    assert answer.status_code == 403
    assert "This form is too old" in Page(answer).text
    assert ExternalAccessPolicy.objects.count() == 1


def test_the_refusal_speaks_the_readers_language(strict: Client) -> None:
    page = Page(strict.post(NEW, {"name": "Forged"}, headers={"accept-language": "fr"}))
    assert page.all("html", lang="fr")
    assert "This form is too old" not in page.text
    assert "Rien n’a été modifié" in page.text


def test_the_token_of_the_page_lets_it_through(strict: Client) -> None:
    form = Page(strict.get(NEW)).form("Commit").fill(name="Sales")
    assert form.send(strict).status_code == 302


def test_a_stranger_cannot_sign_somebody_in_by_a_forged_form(alice: Administrator) -> None:
    answer = Client(enforce_csrf_checks=True).post(
        "/account/sign-in/", {"username": "alice", "password": "x"}
    )
    assert answer.status_code == 403
    assert "This form is too old" in Page(answer).text


@pytest.mark.parametrize(
    "kind, body",
    [
        ("multipart/form-data; boundary=x", b'--x\r\nContent-Disposition: form-data; name="na'),
        ("multipart/form-data; boundary=x", b""),
        ("multipart/form-data", b"--x"),
        ("multipart/form-data; boundary=" + "x" * 300, b"--x"),
        ("application/json", b'{"name": "Sales"'),
        ("text/plain; charset=nonsense", b"name=Sales"),
        ("application/x-www-form-urlencoded; charset=utf-16", b"name=Sales"),
    ],
)
def test_half_a_request_changes_nothing(alice_client: Client, kind: str, body: bytes) -> None:
    answer = alice_client.generic("POST", NEW, body, content_type=kind)
    assert answer.status_code in {400, 422}
    assert ExternalAccessPolicy.objects.count() == 1


def test_a_body_that_breaks_off_changes_nothing(alice_client: Client) -> None:
    """The network ends before the length that was promised."""
    answer = alice_client.generic(
        "POST", NEW, b"", content_type="application/x-www-form-urlencoded", CONTENT_LENGTH="100000"
    )
    assert answer.status_code in {400, 422}


@pytest.mark.parametrize("count", [2001, 10_000])
def test_too_many_fields_are_refused(alice_client: Client, count: int) -> None:
    data = {f"field{number}": "x" for number in range(count)}
    answer = alice_client.post(NEW, data)
    assert answer.status_code == 400
    assert "Nothing was changed." in Page(answer).text


def test_too_much_is_refused(alice_client: Client) -> None:
    answer = alice_client.post(
        NEW, "name=" + "x" * 6_000_000, content_type="application/x-www-form-urlencoded"
    )
    assert answer.status_code == 400


def test_an_address_that_is_none_is_not_found(client: Client, bob_client: Client) -> None:
    page = Page(bob_client.get("/nowhere/"))
    assert (page.status, "There is nothing here" in page.text) == (404, True)
    assert client.get("/nowhere/").status_code == 404


def test_a_failure_shows_a_page_and_no_detail(bob: Administrator, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(*_args: Any, **_kwargs: Any) -> None:
        raise RuntimeError("a secret detail")

    monkeypatch.setattr("federation.policies.tables.LISTING.__class__.respond", failing)
    client = Client(raise_request_exception=False)
    client.force_login(bob, BACKEND)
    answer = client.get("/federation/policies/")
    assert answer.status_code == 500
    assert "a secret detail" not in answer.content.decode()
    assert "The panel failed" in Page(answer).text


def test_healthz_says_ok_without_detail(client: Client) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.content, answer["Content-Type"]) == (200, b"ok\n", "text/plain")
    assert "no-store" in answer["Cache-Control"]
    assert not answer.cookies


@pytest.mark.parametrize("fault", [OperationalError, InterfaceError, DatabaseError])
@pytest.mark.parametrize("who", ["stranger", "alice"])
def test_healthz_says_503_when_the_database_is_away(
    client: Client, alice_client: Client, monkeypatch: pytest.MonkeyPatch, fault: type[Exception], who: str
) -> None:
    def away(*_args: Any, **_kwargs: Any) -> None:
        raise fault("server at 10.0.0.7 is away")

    monkeypatch.setattr(connections["default"], "cursor", away)
    answer = {"stranger": client, "alice": alice_client}[who].get("/healthz")
    assert (answer.status_code, answer.content) == (503, b"unavailable\n")


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example",
        "javascript:alert(1)",
        "/\\evil.example",
        "\x00",
        "",
        "http:///x",
    ],
)
@pytest.mark.parametrize("address", [PREFERENCES, "/language/"])
def test_a_hostile_way_back_leads_home(alice_client: Client, address: str, target: str) -> None:
    answer = alice_client.post(address, {"theme": "dark", "language": "fr", "next": target})
    assert answer.status_code == 302
    assert answer["Location"] == "/"


def test_the_theme_is_remembered(client: Client) -> None:
    answer = client.post(PREFERENCES, {"theme": "dark", "next": "/account/sign-in/"})
    assert answer["Location"] == "/account/sign-in/"
    cookie = answer.cookies["theme"]
    assert cookie["max-age"] == 365 * 24 * 3600
    assert cookie["httponly"]
    assert Page(client.get("/account/sign-in/")).all("html", data_theme="dark")


def test_behind_tls_a_browser_keeps_preferences_to_this_host(client: Client, settings: Settings) -> None:
    settings.COOKIE_PREFIX = "__Host-"
    answer = client.post(PREFERENCES, {"theme": "dark", "rows": "50"})
    assert set(answer.cookies) == {"__Host-theme", "__Host-rows"}
    for cookie in answer.cookies.values():
        assert (bool(cookie["secure"]), cookie["path"], cookie["domain"]) == (True, "/", "")
    assert Page(client.get("/account/sign-in/")).all("html", data_theme="dark")


def test_the_language_is_remembered_as_long(client: Client) -> None:
    answer = client.post("/language/", {"language": "fr", "next": "/account/sign-in/"})
    assert answer.cookies["django_language"]["max-age"] == 365 * 24 * 3600


@pytest.mark.parametrize(
    "values", [{"theme": "pink"}, {"theme": '"><script>'}, {"rows": "7"}, {"rows": "x"}, {}]
)
def test_an_unknown_preference_is_not_kept(client: Client, values: dict[str, str]) -> None:
    answer = client.post(PREFERENCES, values)
    assert answer.status_code == 302
    assert not {"theme", "rows"} & set(answer.cookies)


@pytest.mark.parametrize("cookie", ["pink", '"><script>', "\x00", "x" * 3000])
def test_a_forged_theme_is_the_usual_one(client: Client, cookie: str) -> None:
    client.cookies["theme"] = cookie
    assert Page(client.get(reverse("accounts:login"))).all("html", data_theme="auto")
