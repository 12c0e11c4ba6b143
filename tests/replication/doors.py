"""The doors of the gateways' endpoints: nobody signs in there, the token in the request counts."""

from __future__ import annotations

from tests.doors import Door
from tests.people import EVERYBODY, NOBODY

DOORS = tuple(
    Door(f"replication:{name}", get=NOBODY, get_is=405, post=EVERYBODY, post_is=401, others=405)
    for name in ("exchange", "certificate", "dialback")
)
