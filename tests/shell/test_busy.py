"""A database in which somebody else writes for too long: a sentence and no failure, and nothing done."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from django.db import connection, transaction
from django.test import Client

from controlpanel.audit.models import AuditEvent
from federation.policies.models import ExternalAccessPolicy
from tests.conftest import BACKEND
from tests.makers import fresh, global_policy
from tests.pages import Page
from tests.together import LIMIT, impatient, together

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from controlpanel.accounts.models import Administrator

pytestmark = [pytest.mark.sql, pytest.mark.django_db(transaction=True)]
SAID = "The panel is busy with a large change"


@contextmanager
def somebody_writes() -> Iterator[None]:
    """Somebody else holds the policies, on SQLite the whole database; we wait half a second for it."""
    begun, ended = threading.Event(), threading.Event()

    def write() -> None:
        with transaction.atomic():
            list(ExternalAccessPolicy.objects.select_for_update())
            begun.set()
            assert ended.wait(LIMIT)

    other = threading.Thread(target=together, args=([write],))
    other.start()
    try:
        assert begun.wait(LIMIT)
        impatient()
        yield
    finally:
        ended.set()
        other.join(LIMIT)
        connection.close()


@pytest.fixture
def dialog(alice_client: Client) -> Callable[[], Page]:
    """Commits a change of the Global policy."""
    form = Page(alice_client.get(f"/federation/policies/{global_policy().pk}/")).form("Commit")
    return lambda: Page(form.fill(description="Another").send(alice_client))


def test_a_commit_into_a_busy_database_says_so_and_succeeds_later(dialog: Callable[[], Page]) -> None:
    events = AuditEvent.objects.count()
    with somebody_writes():
        page = dialog()
        assert (page.status, SAID in page.text, "Nothing was changed." in page.text) == (503, True, True)
        assert page.response["Retry-After"] == "10"
    assert (fresh(global_policy()).description, AuditEvent.objects.count()) == ("", events)
    dialog()
    assert fresh(global_policy()).description == "Another"


def test_the_support_desk_is_told_too(alice_client: Client) -> None:
    address = f"/admin/policies/externalaccesspolicy/{global_policy().pk}/change/"
    form = Page(alice_client.get(address)).form("seen_version")
    with somebody_writes():
        page = Page(form.fill(description="Another").send(alice_client))
    assert (page.status, SAID in page.text) == (503, True)


def test_a_reader_is_not_turned_away_when_the_use_of_the_session_cannot_be_noted(
    alice_client: Client,
) -> None:
    session = alice_client.session
    session["since"] = session["seen"] = seen = int(time.time()) - 600
    session.save()
    with somebody_writes():
        assert alice_client.get("/federation/policies/").status_code == 200
    if connection.vendor == "sqlite":  # PostgreSQL writes the session beside the other change
        assert alice_client.session["seen"] == seen
    assert alice_client.get("/federation/policies/").status_code == 200
    assert alice_client.session["seen"] > seen


def test_another_failure_of_the_database_stays_a_failure(alice: Administrator) -> None:
    client = Client(raise_request_exception=False)
    client.force_login(alice, BACKEND)

    def broken(*_call: object) -> None:
        raise transaction.TransactionManagementError("broken")

    with connection.execute_wrapper(broken):
        page = Page(client.get("/federation/policies/"))
    assert (page.status, SAID in page.text) == (500, False)
