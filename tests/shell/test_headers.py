"""What every answer carries: the content security policy, and with TLS what keeps browsers to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.test import Client
from django.urls import reverse

from tests.conftest import PASSWORD
from tests.pages import Page

if TYPE_CHECKING:
    from pytest_django import Settings

    from controlpanel.accounts.models import Administrator

pytestmark = pytest.mark.django_db
PAGES = [
    "/",
    "/healthz",
    "/account/sign-in/",
    "/home/overview/",
    "/federation/policies/",
    "/federation/policies/1/",
    "/federation/policies/?format=csv",
    "/log/audit/",
    "/admin/",
    "/admin/topology/site/",
    "/nowhere/",
]


@pytest.mark.parametrize("page", PAGES)
def test_every_answer_carries_the_policy(alice_client: Client, page: str) -> None:
    answer = alice_client.get(page)
    directives = dict(part.strip().split(" ", 1) for part in answer["Content-Security-Policy"].split(";"))
    assert directives["default-src"] == "'self'"
    assert directives["frame-ancestors"] == "'none'"
    assert "unsafe" not in answer["Content-Security-Policy"]
    assert "http:" not in answer["Content-Security-Policy"]
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Referrer-Policy"] == "same-origin"
    assert answer["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "camera=()" in answer["Permissions-Policy"]


@pytest.mark.parametrize("page", [page for page in PAGES if "format" not in page and page != "/healthz"])
def test_no_page_needs_more_than_the_policy_allows(alice_client: Client, page: str) -> None:
    shown = Page(alice_client.get(page, follow=True))
    for element in shown.all():
        names = {name for name, _value in element.attributes}
        assert "style" not in names, element
        assert not any(name.startswith("on") for name in names), element
    assert not [script for script in shown.all("script") if script.children and "type" not in str(script)]
    assert not shown.all("style")


@pytest.mark.parametrize("page", ["/federation/policies/", "/account/sign-in/", "/admin/"])
def test_no_page_stays_in_a_shared_cache(alice_client: Client, page: str) -> None:
    answer = alice_client.get(page)
    assert "Cookie" in answer.get("Vary", "") or "no-store" in answer.get("Cache-Control", "")


@pytest.mark.parametrize("page", [page for page in PAGES if page not in {"/healthz", "/account/sign-in/"}])
def test_no_page_is_kept_by_the_browser_for_whoever_comes_next(alice_client: Client, page: str) -> None:
    assert "no-store" in alice_client.get(page)["Cache-Control"]


def test_with_tls_cookies_are_secure_and_hsts_is_sent(settings: Settings, alice: Administrator) -> None:
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = True
    settings.SECURE_HSTS_SECONDS = 31_536_000
    settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    plain, tls = Client(), Client(headers={"x-forwarded-proto": "https"})
    refused = plain.get("/account/sign-in/")
    assert (refused.status_code, refused["Location"][:8]) == (301, "https://")
    assert plain.get("/healthz").status_code == 200, "balancers ask without TLS"
    answer = tls.post("/account/sign-in/", {"username": "alice", "password": PASSWORD})
    assert answer.status_code == 302
    assert answer["Strict-Transport-Security"] == "max-age=31536000"
    for name in ("sessionid", "csrftoken"):
        cookie = answer.cookies[name]
        assert cookie["secure"]
        assert cookie["httponly"]
        assert cookie["samesite"] == "Lax"


def test_cookies_of_the_session_are_out_of_reach_for_scripts(client: Client, alice: Administrator) -> None:
    answer = client.post(reverse("accounts:login"), {"username": "alice", "password": PASSWORD})
    assert answer.cookies["sessionid"]["httponly"]
    assert answer.cookies["sessionid"]["samesite"] == "Lax"


def test_a_strange_host_is_refused(client: Client) -> None:
    assert client.get("/account/sign-in/", headers={"host": "evil.example"}).status_code == 400
