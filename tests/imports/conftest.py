"""The import command as its user calls it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import pytest

from tests.commands import Run, called
from tests.makers import make_policy, make_pool

if TYPE_CHECKING:
    from pathlib import Path


class Importing(Protocol):
    """Writes a file and imports it."""

    def __call__(self, content: str | bytes, *options: str, encoding: str = "utf-8") -> Run: ...


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Importing:
    """``manage.py import_directory`` of a file with some content."""

    def call(content: str | bytes, *options: str, encoding: str = "utf-8") -> Run:
        path = tmp_path / "users.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
        return called(capsys, "import_directory", str(path), *options)

    return call


@pytest.fixture
def home(db: None) -> None:
    """A pool and a policy that files name."""
    make_pool("pool.contoso.com")
    make_policy("Sales")
