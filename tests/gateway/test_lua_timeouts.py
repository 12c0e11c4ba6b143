"""Prosody's own timeout is as it was once the module is gone, so that it finds it when it is loaded again."""

from __future__ import annotations

import pytest

from tests.gateway.lua import run

BEYOND = "86400"


@pytest.mark.parametrize("written", ["60", "unset"])
def test_prosodys_own_timeout_is_put_back(written: str) -> None:
    assert run("timeouts.lua", written).split() == [*[BEYOND, written] * 2, BEYOND, "7"]
