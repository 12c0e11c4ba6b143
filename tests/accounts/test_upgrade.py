"""A database of the version before: accounts get their keys; names that would be one are told."""

from __future__ import annotations

from io import StringIO
from typing import TYPE_CHECKING, Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from controlpanel.accounts.models import Administrator
from controlpanel.audit.models import AuditEvent

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.sql]
BEFORE = ("accounts", "0002_recorded")


@pytest.fixture
def before() -> Iterator[Any]:
    """Makes accounts in the tables of the version before."""
    executor = MigrationExecutor(connection)
    executor.migrate([BEFORE])
    state = MigrationExecutor(connection).loader.project_state([BEFORE])
    old = state.apps.get_model("accounts", "Administrator")

    def make(*names: str) -> None:
        for name in names:
            old.objects.create(username=name, password="!", changed_at=timezone.now(), changed_by="tests")

    yield make
    if "username_key" not in columns():
        old.objects.all().delete()
        call_command("migrate", verbosity=0)


def columns() -> set[str]:
    with connection.cursor() as cursor:
        table = connection.introspection.get_table_description(cursor, "accounts_administrator")
    return {column.name for column in table}


def test_accounts_of_the_version_before_get_their_keys(before: Any) -> None:
    before("Alice", "yıldız", "yildiz")
    call_command("migrate", verbosity=0)
    keys = dict(Administrator.objects.values_list("username", "username_key"))
    assert keys == {"Alice": "alice", "yıldız": "yıldız", "yildiz": "yildiz"}


def test_names_that_would_be_one_are_told_before_anything_changes(before: Any) -> None:
    before("straße", "strasse", "bob")
    for _again in range(2):
        with pytest.raises(CommandError, match="nothing was changed") as refusal:
            call_command("migrate", verbosity=0)
        assert "straße, strasse" in str(refusal.value)
        assert "rename_administrator" in str(refusal.value)
        assert "bob" not in str(refusal.value)
        assert "username_key" not in columns()


@pytest.mark.parametrize(
    "old, new, said",
    [
        ("nobody", "x", "No administrator is called nobody."),
        ("strasse", "a b", "refused"),
        ("strasse", "BOB", "exists already"),
        ("strasse", "x" * 151, "refused"),
    ],
)
def test_a_bad_new_name_is_refused_before_the_upgrade_too(before: Any, old: str, new: str, said: str) -> None:
    before("straße", "strasse", "bob")
    with pytest.raises(CommandError, match=said):
        call_command("rename_administrator", old, new)


def test_renamed_before_the_upgrade_it_goes_on(before: Any) -> None:
    before("straße", "strasse")
    MigrationRecorder(connection).record_applied("axes", "0001_initial")  # a library that is no longer there
    out = StringIO()
    call_command("rename_administrator", "strasse", "strasse2", stdout=out)
    assert "strasse is called strasse2 now." in out.getvalue()
    call_command("migrate", verbosity=0)
    assert set(Administrator.objects.values_list("username", flat=True)) == {"straße", "strasse2"}
    event = AuditEvent.objects.latest("pk")
    assert (event.before, event.after) == ({"username": "strasse"}, {"username": "strasse2"})
    assert event.actor_name.startswith("manage.py")


def test_after_the_upgrade_it_renames_through_the_service(before: Any) -> None:
    before("alice")
    call_command("migrate", verbosity=0)
    call_command("rename_administrator", "ALICE", "alicia", stdout=StringIO())
    account = Administrator.objects.get()
    assert (account.username, account.username_key) == ("alicia", "alicia")
    assert AuditEvent.objects.about(account)[0].after == {"username": "alicia"}
    with pytest.raises(CommandError, match="No administrator is called alice"):
        call_command("rename_administrator", "alice", "x")


def test_what_the_library_before_kept_is_dropped(before: Any) -> None:
    """It held names as they were typed."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE axes_accessattempt (username varchar(255))")
        cursor.execute("INSERT INTO axes_accessattempt VALUES ('typed password')")
    MigrationRecorder(connection).record_applied("axes", "0001_initial")
    call_command("migrate", verbosity=0)
    assert not [name for name in connection.introspection.table_names() if name.startswith("axes")]
    assert not MigrationRecorder.Migration.objects.filter(app="axes").exists()
