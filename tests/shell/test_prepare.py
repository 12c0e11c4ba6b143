"""``manage.py prepare``: from a fresh clone to a panel that serves; a second time it changes nothing."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.conf import settings as panel
from django.core.management import CommandError, call_command
from django.db import connection

from controlpanel.accounts.models import Administrator
from controlpanel.accounts.rights import Role
from controlpanel.audit.models import AuditEvent
from controlpanel.shell.management.commands import prepare
from tests.conftest import PASSWORD
from tests.processes import run

if TYPE_CHECKING:
    from pytest_django import Settings

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def without_what_takes_long(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Leaves migrations and static files out; what was called is kept."""
    called: list[str] = []

    def noted(name: str, *_args: Any, **_options: Any) -> None:
        called.append(name)

    monkeypatch.setattr(prepare, "call_command", noted)
    monkeypatch.delenv("PANEL_ADMIN_PASSWORD", raising=False)
    return called


def prepared() -> str:
    """What the command says."""
    said = io.StringIO()
    call_command("prepare", stdout=said)
    return said.getvalue()


def test_no_other_account_of_the_machine_reads_the_database() -> None:
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL keeps its own files")
    file = Path(connection.settings_dict["NAME"])
    file.chmod(0o644)
    prepared()
    assert file.stat().st_mode & 0o777 == 0o600


def test_the_first_administrator_gets_a_random_password_once(
    without_what_takes_long: list[str], settings: Settings, tmp_path: Path
) -> None:
    settings.STATIC_ROOT = tmp_path / "static"  # where nothing has been collected yet
    said = prepared()
    found = re.search(r"admin, password (\S+) \(printed this once\)", said)
    assert found
    account = Administrator.objects.get()
    assert account.check_password(found[1])
    assert len(found[1]) >= 16
    assert account.roles == (Role.ADMINISTRATOR,)
    assert without_what_takes_long == ["migrate", "collectstatic", "clearsessions"]
    assert AuditEvent.objects.filter(actor_name__startswith="manage.py", object_name="admin").count() == 2
    before = AuditEvent.objects.count(), account.password
    assert prepared() == ""
    assert (AuditEvent.objects.count(), Administrator.objects.get().password) == before


def test_the_password_may_be_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PANEL_ADMIN_PASSWORD", PASSWORD)
    said = prepared()
    assert PASSWORD not in said
    assert Administrator.objects.get().check_password(PASSWORD)


def test_a_weak_password_is_refused_with_a_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PANEL_ADMIN_PASSWORD", "short")
    with pytest.raises(CommandError, match=r"PANEL_ADMIN_PASSWORD was refused: .*at least 12 characters"):
        prepared()
    assert not Administrator.objects.exists()


def test_an_administrator_who_is_there_stays_as_they_are(
    alice: Administrator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PANEL_ADMIN_PASSWORD", "another horse battery")
    prepared()
    assert list(Administrator.objects.values_list("username", flat=True)) == ["alice"]
    alice.refresh_from_db()
    assert alice.check_password(PASSWORD)


def test_languages_are_compiled_when_they_are_older(settings: Settings, tmp_path: Path) -> None:
    folder = tmp_path / "fr" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    source, target = folder / "django.po", folder / "django.mo"
    source.write_text(
        'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\nmsgid "Yes"\nmsgstr "Oui"\n'
    )
    settings.LOCALE_PATHS = [tmp_path]
    prepare.compile_languages()
    assert b"Oui" in target.read_bytes()
    assert [path.name for path in sorted(folder.iterdir())] == ["django.mo", "django.po"]
    first = target.stat().st_mtime_ns
    prepare.compile_languages()
    assert target.stat().st_mtime_ns == first


def test_a_fresh_state_directory_becomes_a_panel(tmp_path: Path) -> None:
    """The whole command, twice, each in a process of its own."""
    state = tmp_path / "new" / "state"
    first = run(state, "manage.py", "prepare", PANEL_ADMIN_PASSWORD=PASSWORD, PANEL_SECRET_KEY="k" * 60)
    assert first.returncode == 0, first.stderr
    assert first.stdout == "Administrator made: admin, with the password from PANEL_ADMIN_PASSWORD.\n"
    assert first.stderr == ""
    made = {path: path.stat().st_mtime_ns for path in (state / "static").rglob("*") if path.is_file()}
    assert any(path.name.startswith("panel.") and path.suffix == ".css" for path in made)
    assert not [path for path in made if path.name.startswith((".", "staticfiles"))], "all in there is served"
    for kept in (".collected", "staticfiles.json", "staticfiles.json.gz"):  # as the version before left them
        (state / "static" / kept).touch()
    second = run(
        state, "manage.py", "prepare", PANEL_ADMIN_PASSWORD="something else", PANEL_SECRET_KEY="k" * 60
    )
    assert (second.returncode, second.stdout, second.stderr) == (0, "", "")
    again = {path: path.stat().st_mtime_ns for path in (state / "static").rglob("*") if path.is_file()}
    assert {path.name for path in again} == {path.name for path in made}
    assert panel.DEBUG is False
