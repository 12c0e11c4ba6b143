"""What checks a password: one place, one hash for every name, and no transaction that waits."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from controlpanel.accounts.hashing import GATE, GatedArgon2
from controlpanel.accounts.models import Administrator
from controlpanel.accounts.rights import Role
from tests.conftest import PASSWORD, person
from tests.test_architecture import product, text

if TYPE_CHECKING:
    from pytest_django import Settings

#: Who may check or set a password; everybody else asks these.
PLACES = {
    "controlpanel/accounts/passwords.py",
    "controlpanel/accounts/services/__init__.py",
    "controlpanel/accounts/backends.py",
}
NAMES = {"check_password", "make_password", "authenticate", "aauthenticate", "acheck_password", "login"}


def test_passwords_are_checked_in_one_place() -> None:
    calls = [
        f"{path}:{node.lineno} calls {name}()"
        for path in product()
        if str(path) not in PLACES
        for node in ast.walk(ast.parse(text(path)))
        if isinstance(node, ast.Call) and (name := called(node)) in NAMES
    ]
    assert calls == []


def called(node: ast.Call) -> str:
    function = node.func
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


@pytest.fixture
def hashes(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> list[str]:
    """Each hash that is computed from now on, as in production."""
    settings.PASSWORD_HASHERS = ["controlpanel.accounts.hashing.GatedArgon2"]
    made: list[str] = []
    for name in ("encode", "verify"):
        monkeypatch.setattr(GatedArgon2, name, noting(made, getattr(GatedArgon2, name)))
    return made


def noting(made: list[str], compute: Any) -> Any:
    def noted(*arguments: Any) -> Any:
        made.append(compute.__name__)
        return compute(*arguments)

    return noted


@pytest.mark.django_db
@pytest.mark.parametrize("where", ["/account/sign-in/", "/admin/login/"])
def test_every_name_costs_one_hash(hashes: list[str], where: str) -> None:
    """Known, unknown, switched off, or impossible: the time of the answer tells nothing."""
    person("alice")
    person("off")
    Administrator.objects.filter(username="off").update(is_active=False)
    for name in ("alice", "nobody", "off", "a b", "x" * 200, "a\x00b", "\u202ealice", "%", "\ufdfa" * 150):
        hashes.clear()
        assert Client().post(where, {"username": name, "password": "wrong"}).status_code == 200
        assert len(hashes) == 1, name


@pytest.mark.django_db(transaction=True)
def test_nobody_hashes_in_a_transaction_without_a_turn(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who waits for a turn in a transaction would let all others wait for its locks."""
    settings.PASSWORD_HASHERS = ["controlpanel.accounts.hashing.GatedArgon2"]
    waited: list[bool] = []
    enter = GATE._enter

    def look(patience: float) -> None:
        waited.append(connection.in_atomic_block)
        enter(patience)

    monkeypatch.setattr(GATE, "_enter", look)
    alice = person("alice", Role.ADMINISTRATOR)
    client = Client()
    assert (
        client.post(reverse("accounts:login"), {"username": "alice", "password": PASSWORD}).status_code == 302
    )
    new = "another horse on battery"
    values = {"old_password": PASSWORD, "new_password1": new, "new_password2": new}
    assert client.post(reverse("accounts:password"), values).status_code == 302
    account = {"username": "erin", "new_password": new, "is_active": "on"}
    assert client.post(reverse("admin:accounts_administrator_add"), account).status_code == 302
    change = reverse("admin:accounts_administrator_change", args=[alice.pk])
    form = {"username": "alice", "new_password": PASSWORD, "is_active": "on", "roles": ["CsAdministrator"]}
    alice.refresh_from_db()
    assert client.post(change, form | {"seen_version": alice.version}).status_code == 302
    alice.refresh_from_db()
    assert alice.check_password(PASSWORD)
    assert waited
    assert not any(waited)
