"""The doors of the tab Test access."""

from __future__ import annotations

from tests.doors import Door

DOORS = (
    Door("decisions:list"),
    Door("decisions:suggest", query="local=a"),
)
