"""The people of every test: Alice administers, Bob only reads, Charlie is nobody."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.test import Client
from django.utils import translation
from hypothesis import settings as hypothesis_settings

from controlpanel.accounts.rights import Role
from controlpanel.accounts.services import create_administrator
from controlpanel.audit.actor import Actor
from controlpanel.shell.management.commands.prepare import compile_languages
from tests import signals

if TYPE_CHECKING:
    from collections.abc import Iterator

    from controlpanel.accounts.models import Administrator

PASSWORD = "correct horse battery staple"
BACKEND = "django.contrib.auth.backends.ModelBackend"
BROWSER_TESTS = Path(__file__).parent / "browser"

signals.as_usual()  # before anything is started
# A busy machine is no finding.
hypothesis_settings.register_profile("house", deadline=None)
hypothesis_settings.load_profile("house")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark browser tests; let tests that commit find what migrations made, such as the Global policy."""
    for item in items:
        if BROWSER_TESTS in item.path.parents:
            item.add_marker("browser")
        marker = item.get_closest_marker("django_db")
        options = dict(marker.kwargs) if marker else {}
        fixtures = getattr(item, "fixturenames", ())
        if options.get("transaction") or {"transactional_db", "live_server"} & set(fixtures):
            options |= {"transaction": True, "serialized_rollback": True}
            item.add_marker(pytest.mark.django_db(**options), append=False)


@pytest.fixture(scope="session", autouse=True)
def languages() -> None:
    """French as it is in the .po file now, not as it was compiled last."""
    compile_languages()


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Each test starts in English, whatever the last page before it spoke."""
    with translation.override("en"):
        yield


def person(name: str, *roles: Role) -> Administrator:
    """An account called ``name`` that holds ``roles``."""
    return create_administrator(username=name, password=PASSWORD, roles=roles, actor=Actor("tests"))


def signed_in(account: Administrator) -> Client:
    """A client that is signed in as ``account``; a forged request is refused as outside of tests."""
    client = Client()
    client.force_login(account, BACKEND)
    return client


@pytest.fixture
def alice(db: None) -> Administrator:
    """Administers: CsAdministrator."""
    return person("alice", Role.ADMINISTRATOR)


@pytest.fixture
def bob(db: None) -> Administrator:
    """Only reads: CsViewOnlyAdministrator."""
    return person("bob", Role.VIEW_ONLY)


@pytest.fixture
def charlie(db: None) -> Administrator:
    """Is nobody: an account that holds no role."""
    return person("charlie")


@pytest.fixture
def alice_client(alice: Administrator) -> Client:
    """Alice, signed in."""
    return signed_in(alice)


@pytest.fixture
def bob_client(bob: Administrator) -> Client:
    """Bob, signed in."""
    return signed_in(bob)


@pytest.fixture
def charlie_client(charlie: Administrator) -> Client:
    """Charlie, signed in."""
    return signed_in(charlie)
