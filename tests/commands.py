"""A management command as its user calls it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.core.management import CommandError, call_command

if TYPE_CHECKING:
    import pytest


@dataclass
class Run:
    """What one call of a command printed, and its exit status."""

    out: str
    error: str
    status: int


def called(capsys: pytest.CaptureFixture[str], *arguments: str) -> Run:
    """Call a command."""
    status, sentence = 0, ""
    try:
        call_command(*arguments)
    except CommandError as error:
        status, sentence = error.returncode, str(error)
    except SystemExit as end:
        status = int(end.code or 0)
    out, told = capsys.readouterr()
    return Run(out, told + sentence, status)
