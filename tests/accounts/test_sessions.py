"""How long a session lasts, and what ends it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
from django.conf import settings as panel
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from controlpanel.accounts import services
from controlpanel.audit.actor import Actor
from controlpanel.audit.models import AuditEvent
from tests.conftest import PASSWORD, signed_in
from tests.pages import Page

if TYPE_CHECKING:
    from django.test import Client

    from controlpanel.accounts.models import Administrator

pytestmark = pytest.mark.django_db
ADDRESS = "/account/password/"
NEW = "another horse battery staple"


class Clock:
    """The time as the panel sees it."""

    def __init__(self) -> None:
        self.ahead = 0.0
        self._time = time.time

    def __call__(self) -> float:
        return self._time() + self.ahead


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """A clock that the test puts forward."""
    clock = Clock()
    monkeypatch.setattr("controlpanel.accounts.middleware.time.time", clock)
    return clock


def is_in(client: Client) -> bool:
    """Whether the session still stands; a use of it."""
    return client.get(ADDRESS).status_code == 200


def test_a_session_that_nobody_uses_ends(alice_client: Client, clock: Clock) -> None:
    assert is_in(alice_client)
    clock.ahead = panel.IDLE_MINUTES * 60 + 60
    answer = alice_client.get(ADDRESS)
    assert answer.status_code == 302
    assert answer["Location"] == f"{reverse('accounts:login')}?next={ADDRESS}"
    assert AuditEvent.objects.order_by("-pk")[0].action == "accounts:session:sign-out"
    assert not is_in(alice_client)


def test_a_session_in_use_goes_on(alice_client: Client, clock: Clock) -> None:
    for minutes in range(0, panel.IDLE_MINUTES * 3, 10):
        clock.ahead = minutes * 60
        assert is_in(alice_client)


def test_no_session_lasts_longer_than_a_working_day(alice_client: Client, clock: Clock) -> None:
    for minutes in range(0, panel.SESSION_HOURS * 60, 20):
        clock.ahead = minutes * 60
        assert is_in(alice_client)
    clock.ahead = panel.SESSION_HOURS * 3600 + 60
    assert not is_in(alice_client)


def test_reading_does_not_write_to_the_database(alice_client: Client) -> None:
    is_in(alice_client)
    with CaptureQueriesContext(connection) as queries:
        is_in(alice_client)
    assert [query["sql"] for query in queries if not query["sql"].startswith("SELECT")] == []


def change_password(client: Client, old: str = PASSWORD, new: str = NEW, again: str = NEW) -> Page:
    """Fill in the page, and follow."""
    form = Page(client.get(ADDRESS)).form("Commit")
    form.fill(old_password=old, new_password1=new, new_password2=again)
    return Page(form.send(client, follow=True))


def test_a_new_password_signs_out_everywhere_else(alice: Administrator) -> None:
    here, there = signed_in(alice), signed_in(alice)
    assert is_in(there)
    page = change_password(here)
    assert page.said == ["Your password was changed. You are signed out everywhere else."]
    assert is_in(here)
    assert not is_in(there)
    alice.refresh_from_db()
    assert alice.check_password(NEW)
    event = AuditEvent.objects.get(action="accounts:administrator:password")
    assert (event.actor_name, event.object_name, event.before, event.after) == ("alice", "alice", {}, {})


@pytest.mark.parametrize(
    "old, new, again, said",
    [
        ("wrong", NEW, NEW, "Your old password was entered incorrectly."),
        (PASSWORD, NEW, "different horse staple", "The two password fields didn’t match."),
        (PASSWORD, "short7chars", "short7chars", "at least 12 characters"),
        (PASSWORD, "passwordpassword", "passwordpassword", None),
        (PASSWORD, "123456789012345", "123456789012345", "entirely numeric"),
        (PASSWORD, "alice alice alice", "alice alice alice", None),
        ("", "", "", "This field is required."),
    ],
)
def test_a_bad_password_is_refused(
    alice: Administrator, alice_client: Client, old: str, new: str, again: str, said: str | None
) -> None:
    page = change_password(alice_client, old, new, again)
    if said:
        assert page.status == 422
        assert said in page.text
        alice.refresh_from_db()
        assert alice.check_password(PASSWORD)


def test_a_password_set_by_another_ends_all_sessions(alice: Administrator, bob_client: Client) -> None:
    services.set_password(type(alice).objects.get(username="bob"), NEW, actor=Actor("alice"))
    assert not is_in(bob_client)


def test_the_password_is_never_in_the_log(alice_client: Client) -> None:
    change_password(alice_client)
    for event in AuditEvent.objects.all():
        text = f"{event.before}{event.after}{event.reason}{event.object_name}"
        assert NEW not in text
        assert "md5$" not in text
        assert "argon2" not in text
