"""The certificate that is assigned: which it is, told with every answer; itself, sealed for one gateway.

A gateway without a sealing key is not told: it could not open what it would ask for.

Into what is sealed goes an order, so that a gateway takes no older certificate again from whoever stands in
between (prosody/mod_federation_control/order.lib.lua). It grows with every assignment that takes effect, and
with the floor of what is published: a restored database has its certificate taken once gateways follow it.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from django.views.decorators.debug import sensitive_variables

from federation.certificates.models import Assignment
from federation.certificates.services.exporting import for_gateway
from federation.gateway.sealing import Purpose, seal
from federation.gateway.services import sealing_key
from federation.replication.models import THE_ROW, Panel

if TYPE_CHECKING:
    from federation.gateway.models import Gateway

#: The header that names the assigned certificate: SHA-256 in lower case.
HEADER = "Federation-Certificate"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def fingerprint(now: datetime) -> str:
    """Of the certificate in force at ``now``, in lower case; "" when none is. One query."""
    current = Assignment.objects.in_force(now)
    return current.certificate.sha256.lower() if current else ""


@sensitive_variables()
def sealed_for(gateway: Gateway, now: datetime) -> bytes | None:
    """Certificate, chain and key for ``gateway``; None when there is none.

    Raises ValidationError when the private key or the gateway's sealing key cannot be opened.
    """
    served = for_gateway(now)
    if served is None:
        return None
    told = {
        "bundle": served.bundle.decode("ascii"),
        "key": served.key.decode("ascii"),
        "order": _order(served.use_from),
    }
    return seal(
        json.dumps(told).encode(),
        key=sealing_key(gateway),
        gateway=gateway.name,
        purpose=Purpose.CERTIFICATE,
    )


def _order(use_from: datetime) -> str:
    """Text that compares as it grows: the floor, and when the assignment came into force, in microseconds."""
    floor = Panel.objects.get(pk=THE_ROW).floor
    return f"{floor:020d}.{(use_from - _EPOCH) // timedelta(microseconds=1):020d}"
