"""The gate remembers what it said of an address, but not of long ones, whose resources others choose."""

from __future__ import annotations

import pytest

from tests.gateway.lua import run


@pytest.mark.parametrize("resource, asked", [(20, 2000), (230, 2000), (250, 4000), (1000, 4000)])
def test_only_short_addresses_are_remembered(resource: int, asked: int) -> None:
    assert run("gate.lua", resource).split() == [str(asked), "little"]
