"""The state directory: what lies in it opens the panel, so nobody else of the machine may enter it."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

#: What the panel makes; a folder that has none of it and is not empty is somebody else's.
_OURS = ("secret-key", "master-key", "panel.sqlite3", "static")


def closed_folder(path: Path) -> Path:
    """``path``, made if it is not there, with no right for anybody but its owner.

    One that stands open is closed, if it is the panel's own. Raises ValueError, with what to do, when it may
    hold something else or is not ours to close, and OSError when it cannot be made.
    """
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    facts = path.stat()
    if not stat.S_IMODE(facts.st_mode) & 0o077:
        return path
    is_ours = not any(path.iterdir()) or any((path / name).exists() for name in _OURS)
    if facts.st_uid != os.geteuid() or not is_ours:
        raise ValueError(
            f"others of this machine may enter the state directory {path}; close it (chmod 700), or name "
            "another folder in PANEL_STATE_DIR"
        )
    path.chmod(0o700)
    return path
