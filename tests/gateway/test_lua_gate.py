"""The gate remembers what it said of an address, but not of long ones, whose resources others choose."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.gateway.servers import MODULE


@pytest.mark.parametrize("resource, asked", [(20, 2000), (230, 2000), (250, 4000), (1000, 4000)])
def test_only_short_addresses_are_remembered(resource: int, asked: int) -> None:
    script = Path(__file__).with_name("gate.lua")
    done = subprocess.run(
        ["lua5.4", str(script), str(MODULE), str(resource)], capture_output=True, text=True, check=False
    )
    assert (done.stdout.split(), done.stderr) == ([str(asked), "little"], "")
