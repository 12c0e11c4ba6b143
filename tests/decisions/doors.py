"""The doors of the tab Test access."""

from __future__ import annotations

from tests.doors import Door

DOORS = (
    Door("decisions:list"),
    Door("decisions:suggest", query="local=a"),
    Door("decisions:of-user", get_is=302, query="row=1"),
    Door("decisions:of-partner", get_is=302, query="row=1"),
)
