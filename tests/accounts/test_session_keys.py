"""Nothing in a copy of the database opens a page, and a command ends every session."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client

from controlpanel.accounts.sessionstore import SessionStore, kept_key
from controlpanel.audit.models import AuditEvent
from tests.commands import called
from tests.conftest import PASSWORD

if TYPE_CHECKING:
    from controlpanel.accounts.models import Administrator

pytestmark = [pytest.mark.django_db, pytest.mark.sql]
PAGE = "/account/password/"


def with_cookie(value: str) -> Client:
    client = Client()
    client.cookies[settings.SESSION_COOKIE_NAME] = value
    return client


def everything_stored() -> set[str]:
    """Every text in every table, whole and in parts that could be a key."""
    found = set()
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")  # our own tables
            for row in cursor.fetchall():
                found |= {value for value in row if isinstance(value, str)}
    return found


def signed_in_by_the_page(account: Administrator) -> str:
    client = Client()
    client.post("/account/sign-in/", {"username": account.username, "password": PASSWORD})
    assert client.get(PAGE).status_code == 200
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def test_nothing_in_a_copy_of_the_database_opens_a_page(alice: Administrator) -> None:
    key = signed_in_by_the_page(alice)
    stored = everything_stored()
    assert not any(key in text for text in stored)
    for text in stored:
        if text.isascii() and text.isprintable() and 8 <= len(text) <= 200 and not set(text) & set(' ",;\\'):
            assert with_cookie(text).get(PAGE).status_code == 302, text
    assert with_cookie(key).get(PAGE).status_code == 200


def test_a_session_is_found_changed_and_ended_by_its_key() -> None:
    store = SessionStore()
    store["seen"] = 1
    store.create()
    key = str(store.session_key)
    assert Session.objects.get().pk == kept_key(key)
    again = SessionStore(key)
    assert (again["seen"], again.exists(key), again.exists(kept_key(key))) == (1, True, False)
    again["seen"] = 2
    again.save()
    assert SessionStore(key)["seen"] == 2
    SessionStore(key).delete(key)
    assert not Session.objects.exists()
    lost = SessionStore(key)
    assert (lost.load(), lost.session_key) == ({}, None)


def test_sessions_of_the_version_before_go_on(alice: Administrator) -> None:
    key = signed_in_by_the_page(alice)
    Session.objects.update(session_key=key)  # as that version kept it
    assert with_cookie(key).get(PAGE).status_code == 302
    import_module("controlpanel.accounts.migrations.0004_session_keys").hash_keys(apps, None)
    assert with_cookie(key).get(PAGE).status_code == 200


def test_a_command_ends_every_session(alice: Administrator, capsys: pytest.CaptureFixture[str]) -> None:
    keys = [signed_in_by_the_page(alice) for _again in range(2)]
    run = called(capsys, "end_sessions", "--reason", "restored")
    assert run.out == "Sessions ended: 2. Everybody signs in again.\n"
    assert all(with_cookie(key).get(PAGE).status_code == 302 for key in keys)
    event = AuditEvent.objects.order_by("-pk")[0]
    assert (event.action, event.reason) == ("accounts:session:end-all", "restored")


@pytest.mark.parametrize("way_out", ["/account/sign-out/", "/admin/logout/"])
def test_signing_out_has_the_browser_forget_but_not_its_preferences(
    alice: Administrator, way_out: str
) -> None:
    client = with_cookie(signed_in_by_the_page(alice))
    client.cookies["theme"] = "dark"
    answer = client.post(way_out)
    assert answer["Clear-Site-Data"] == '"cache"'
    assert "theme" not in answer.cookies
    assert "Clear-Site-Data" not in client.get("/account/sign-in/")
