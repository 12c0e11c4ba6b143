"""Doors of the frame itself."""

from __future__ import annotations

from tests.doors import Door
from tests.people import EVERYBODY, NOBODY, SIGNED_IN

DOORS = (
    Door("home", get=SIGNED_IN, get_is=302, post=SIGNED_IN, post_is=302),
    Door("password", get=SIGNED_IN, get_is=302, post=SIGNED_IN, post_is=302),
    Door("set_language", get=EVERYBODY, get_is=302, post=EVERYBODY, post_is=302),
    Door("shell:preferences", get=NOBODY, get_is=405, post=EVERYBODY, post_is=302),
    Door("health", get=EVERYBODY, post=NOBODY),
    # Nobody has the token here, and without one there is no such page.
    Door("metrics", get=EVERYBODY, get_is=404, others=405),
)
