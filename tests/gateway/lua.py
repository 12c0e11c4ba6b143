"""The module's pure Lua, driven from Python."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.gateway.servers import MODULE

if TYPE_CHECKING:
    from collections.abc import Iterable


def run(script: str, *arguments: object, commands: Iterable[dict[str, Any]] = ()) -> str:
    """What ``script`` of this folder prints, told where the module lies and then the arguments."""
    path = Path(__file__).with_name(script)
    done = subprocess.run(
        ["lua5.4", str(path), str(MODULE), *map(str, arguments)],
        input="".join(json.dumps(command) + "\n" for command in commands),
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def drive(commands: Iterable[dict[str, Any]]) -> list[str]:
    """What drive.lua answers to each command."""
    return run("drive.lua", commands=commands).splitlines()
