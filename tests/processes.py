"""Other processes of the panel, with nothing of the desk's environment."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
_NOT_OURS = ("PANEL_", "DJANGO_", "DATABASE_URL")


def environment(state: Path, **values: str) -> dict[str, str]:
    """The environment of a panel that keeps its things in ``state``."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(_NOT_OURS)}
    return {
        **kept,
        "PANEL_STATE_DIR": str(state),
        "DJANGO_SETTINGS_MODULE": "controlpanel.settings",
        **values,
    }


def run(state: Path, *arguments: str, **values: str) -> subprocess.CompletedProcess[str]:
    """Run Python in the project to its end."""
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=environment(state, **values),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
