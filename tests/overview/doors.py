"""The door of Home."""

from __future__ import annotations

from tests.doors import Door

DOORS = (Door("overview:list"),)
