"""Settings come from the environment: a wrong one is told in a sentence, and production is the default."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.processes import run

if TYPE_CHECKING:
    from pathlib import Path

KEY = "k" * 60


def values(state: Path, *names: str, **environment: str) -> dict[str, Any]:
    """Settings by their names, as a process with this environment has them."""
    code = (
        f"import json, controlpanel.settings as s; print(json.dumps({{n: getattr(s, n) for n in {names!r}}}))"
    )
    done = run(state, "-c", code, **environment)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize(
    "name, value, said",
    [
        ("PANEL_TLS", "maybe", "PANEL_TLS"),
        ("PANEL_PROXIES", "x", "PANEL_PROXIES"),
        ("PANEL_PROXIES", "-1", "PANEL_PROXIES"),
        ("PANEL_SESSION_HOURS", "0", "PANEL_SESSION_HOURS"),
        ("PANEL_IDLE_MINUTES", "-5", "PANEL_IDLE_MINUTES"),
        ("PANEL_IDLE_MINUTES", "1.5", "PANEL_IDLE_MINUTES"),
        ("PANEL_HOSTS", "", "PANEL_HOSTS"),
        ("PANEL_HOSTS", "https://panel.example.org", "PANEL_HOSTS"),
        ("PANEL_SECRET_KEY", "short", "PANEL_SECRET_KEY"),
        ("PANEL_METRICS_TOKEN", "x", "PANEL_METRICS_TOKEN needs 16 characters or more"),
        ("PANEL_METRICS_TOKEN", "x" * 15, "PANEL_METRICS_TOKEN needs 16 characters or more"),
        ("PANEL_STATE_DIR", "/proc/nowhere", "/proc/nowhere"),
        ("PANEL_STATE_DIR", "/dev/null", "/dev/null"),
        ("DATABASE_URL", "nonsense", "DATABASE_URL"),
        ("DATABASE_URL", "postgres://u:geheim@:port/x", "DATABASE_URL"),
        ("DATABASE_URL", "mysql://u:geheim@h/x", "DATABASE_URL"),
    ],
)
def test_a_wrong_value_is_told_in_a_sentence(tmp_path: Path, name: str, value: str, said: str) -> None:
    done = run(tmp_path, "manage.py", "check", **{name: value})
    assert done.returncode != 0
    assert done.stderr.startswith("The panel cannot start: ")
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert "geheim" not in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_blanks_are_no_master_key(tmp_path: Path) -> None:
    assert values(tmp_path, "MASTER_KEY", PANEL_MASTER_KEY=" \t ") == {"MASTER_KEY": ""}
    assert values(tmp_path, "MASTER_KEY", PANEL_MASTER_KEY=" one two ") == {"MASTER_KEY": "one two"}


def test_production_is_the_default(tmp_path: Path) -> None:
    found = values(tmp_path, "DEBUG", "ALLOWED_HOSTS", "TRUSTED_PROXIES", "SESSION_COOKIE_SECURE")
    assert found == {
        "DEBUG": False,
        "ALLOWED_HOSTS": ["127.0.0.1", "localhost", "[::1]"],
        "TRUSTED_PROXIES": 0,
        "SESSION_COOKIE_SECURE": False,
    }


def test_tls_means_secure_cookies_hsts_and_https(tmp_path: Path) -> None:
    names = (
        "SESSION_COOKIE_SECURE",
        "CSRF_COOKIE_SECURE",
        "LANGUAGE_COOKIE_SECURE",
        "SECURE_SSL_REDIRECT",
        "SECURE_HSTS_SECONDS",
        "CSRF_TRUSTED_ORIGINS",
        "TRUSTED_PROXIES",
    )
    found = values(tmp_path, *names, PANEL_TLS="true", PANEL_HOSTS="panel.example.org,.example.net")
    assert [found[name] for name in names] == [
        True,
        True,
        True,
        True,
        31_536_000,
        ["https://panel.example.org", "https://*.example.net"],
        1,
    ]


def test_the_checks_for_production_find_nothing(tmp_path: Path) -> None:
    done = run(tmp_path, "manage.py", "check", "--deploy", "--fail-level", "WARNING", PANEL_TLS="true")
    assert done.returncode == 0, done.stderr


def test_the_secret_key_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    state = tmp_path / "state"
    first = values(state, "SECRET_KEY")
    assert values(state, "SECRET_KEY") == first
    assert len(first["SECRET_KEY"]) >= 50
    assert (state / "secret-key").stat().st_mode & 0o777 == 0o600
    assert state.stat().st_mode & 0o777 == 0o700
    assert [path.name for path in state.iterdir()] == ["secret-key"]


def test_a_secret_key_of_the_environment_is_not_written(tmp_path: Path) -> None:
    state = tmp_path / "state"
    assert values(state, "SECRET_KEY", PANEL_SECRET_KEY=KEY) == {"SECRET_KEY": KEY}
    assert not (state / "secret-key").exists()
    assert state.is_dir(), "the database needs it"


def test_a_spoilt_secret_key_is_told(tmp_path: Path) -> None:
    (tmp_path / "secret-key").write_text("short")
    done = run(tmp_path, "manage.py", "check")
    assert done.returncode != 0
    assert "is too short; delete the file and a new one is made" in done.stderr


def test_the_embedded_database_is_ready_for_several_at_once(tmp_path: Path) -> None:
    names = ("journal_mode", "foreign_keys", "busy_timeout")
    code = (
        "import django; django.setup(); from django.db import connection as c; k = c.cursor(); "
        f"print([k.execute(f'PRAGMA {{name}}').fetchone()[0] for name in {names!r}])"
    )
    done = run(tmp_path, "-c", code)
    assert done.stdout.strip() == "['wal', 1, 20000]", done.stderr


@pytest.mark.parametrize("mode", [0o755, 0o770, 0o701, 0o777])
@pytest.mark.parametrize("held", ["", "secret-key", "panel.sqlite3"])
def test_a_state_directory_that_stands_open_is_closed(tmp_path: Path, mode: int, held: str) -> None:
    state = tmp_path / "state"
    state.mkdir()
    if held:
        (state / held).touch(mode=0o600)
    state.chmod(mode)
    values(state, "DEBUG", PANEL_SECRET_KEY=KEY)
    assert state.stat().st_mode & 0o777 == 0o700


def test_a_folder_of_somebody_else_is_not_closed_but_refused(tmp_path: Path) -> None:
    state = tmp_path / "home"
    (state / "documents").mkdir(parents=True)
    state.chmod(0o755)
    done = run(state, "manage.py", "check", PANEL_SECRET_KEY=KEY)
    assert done.returncode != 0
    assert done.stderr == (
        f"The panel cannot start: others of this machine may enter the state directory {state}; close it "
        "(chmod 700), or name another folder in PANEL_STATE_DIR\n"
    )
    assert state.stat().st_mode & 0o777 == 0o755
    state.chmod(0o700)
    assert run(state, "manage.py", "check", PANEL_SECRET_KEY=KEY).returncode == 0
