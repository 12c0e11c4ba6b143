"""The sync command as its user calls it, against an OpenLDAP."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import pytest

from tests.commands import Run, called
from tests.ldap import openldap
from tests.makers import make_policy, make_pool

if TYPE_CHECKING:
    from collections.abc import Iterator


class Syncing(Protocol):
    """Synchronises; keywords change the environment: ``most_vanishing="50"`` is PANEL_LDAP_MOST_VANISHING."""

    def __call__(self, *options: str, **environment: str) -> Run: ...


@pytest.fixture(scope="session")
def slapd() -> Iterator[openldap.OpenLdap]:
    """An OpenLDAP for all tests of a process."""
    with openldap.running() as server:
        yield server


@pytest.fixture
def people(slapd: openldap.OpenLdap) -> openldap.OpenLdap:
    """The OpenLDAP, with nobody in it."""
    slapd.empty()
    return slapd


@pytest.fixture
def sync(
    people: openldap.OpenLdap, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Syncing:
    """``manage.py sync_directory`` with the settings of that server."""

    def call(*options: str, **environment: str) -> Run:
        changed = {f"PANEL_LDAP_{name.upper()}": value for name, value in environment.items()}
        with monkeypatch.context() as patch:
            for name, value in {**people.settings, **changed}.items():
                patch.setenv(name, value)
            return called(capsys, "sync_directory", *options)

    return call


@pytest.fixture
def home(db: None) -> None:
    """The pool of whoever names none, and a policy."""
    make_pool("pool.contoso.com")
    make_policy("Sales")
