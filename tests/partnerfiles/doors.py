"""The doors of the import of partners."""

from __future__ import annotations

from tests.doors import CHANGES, Door

DOORS = (Door("partnerfiles:list", get=CHANGES, post=CHANGES, post_is=422),)
