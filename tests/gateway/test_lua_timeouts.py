"""Prosody's own timeout is as it was once the module is gone, so that it finds it when it is loaded again."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.gateway.servers import MODULE

BEYOND = "86400"


@pytest.mark.parametrize("written", ["60", "unset"])
def test_prosodys_own_timeout_is_put_back(written: str) -> None:
    script = Path(__file__).with_name("timeouts.lua")
    done = subprocess.run(
        ["lua5.4", str(script), str(MODULE), written], capture_output=True, text=True, check=False
    )
    assert (done.stdout.split(), done.stderr) == ([*[BEYOND, written] * 2, BEYOND, "7"], "")
