"""Commands that came with a dependency: each is harmless, replaced by ours, or named in README."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import django
import pytest
from django.apps import apps
from django.core.management import call_command, find_commands, get_commands
from django.core.management.base import CommandError

from controlpanel.accounts.models import Administrator
from controlpanel.audit.models import AuditEvent
from tests.processes import ROOT, run

#: They read, write files of the project or the machine, or clear away what nobody misses.
HARMLESS = {
    "check", "clearsessions", "collectstatic", "compilemessages", "createcachetable", "diffsettings",
    "dumpdata", "findstatic", "inspectdb", "makemessages", "makemigrations", "optimizemigration",
    "remove_stale_contenttypes", "runserver", "sendtestemail", "showmigrations", "sqlflush", "sqlmigrate",
    "sqlsequencereset", "squashmigrations", "startapp", "startproject", "test", "testserver",
}  # fmt: skip
#: They write past the change log, for who keeps the machine; README says so.
OUTSIDE = {"dbshell", "flush", "loaddata", "migrate", "shell"}
#: Ours has the same name and goes through the services.
SHADOWED = {"changepassword", "createsuperuser"}


def is_ours(app: str) -> bool:
    return app.startswith(("controlpanel", "federation"))


def of_dependencies() -> set[str]:
    """The names of all commands that Django and the installed apps bring, shadowed or not."""
    folders = [Path(django.__file__).parent / "core" / "management"]
    folders += [
        Path(config.path) / "management" for config in apps.get_app_configs() if not is_ours(config.name)
    ]
    return {name for folder in folders for name in find_commands(str(folder))}


def test_every_command_of_a_dependency_is_known() -> None:
    assert sorted(of_dependencies()) == sorted(HARMLESS | OUTSIDE | SHADOWED)


def test_what_takes_the_place_of_a_command_is_ours() -> None:
    found = get_commands()
    assert {name for name in of_dependencies() if is_ours(str(found[name]))} == SHADOWED


def test_readme_names_what_writes_past_the_change_log() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    (said,) = re.findall(r"([^.]*) write past the change log", " ".join(readme.split()))
    assert set(re.findall(r"`(\w+)`", said)) == OUTSIDE


@pytest.mark.django_db
@pytest.mark.parametrize("options", [{}, {"interactive": False, "username": "eve"}])
def test_createsuperuser_says_what_to_do(options: dict[str, Any]) -> None:
    events = AuditEvent.objects.count()
    with pytest.raises(CommandError, match="a CsAdministrator makes the others at /admin/"):
        call_command("createsuperuser", **options)
    assert not Administrator.objects.exists()
    assert AuditEvent.objects.count() == events


def test_createsuperuser_ends_without_a_traceback(tmp_path: Path) -> None:
    done = run(tmp_path, "manage.py", "createsuperuser", "--noinput", "--username", "eve")
    assert done.returncode == 1
    assert done.stderr.startswith("CommandError: The panel has no superusers. ")
    assert len(done.stderr.splitlines()) == 1
