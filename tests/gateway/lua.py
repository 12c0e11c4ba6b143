"""The module's pure Lua, driven from Python."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.gateway.servers import MODULE

if TYPE_CHECKING:
    from collections.abc import Iterable

DRIVER = Path(__file__).with_name("drive.lua")


def drive(commands: Iterable[dict[str, Any]]) -> list[str]:
    """What drive.lua answers to each command."""
    lines = "".join(json.dumps(command) + "\n" for command in commands)
    done = subprocess.run(
        ["lua5.4", str(DRIVER), str(MODULE)], input=lines, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()
