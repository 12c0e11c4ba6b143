"""A process of the panel is ready before its first visitor."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.processes import run

if TYPE_CHECKING:
    from pathlib import Path


def test_the_code_of_every_page_is_read_at_the_start(tmp_path: Path) -> None:
    ask = "import sys, controlpanel.wsgi; print('federation.partners.views' in sys.modules)"
    answer = run(tmp_path, "-c", ask)
    assert answer.stdout.strip() == "True", answer.stderr
