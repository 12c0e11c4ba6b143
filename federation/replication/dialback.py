"""The dialback secret that all gateways share (XEP-0185), sealed for one of them.

The rules name it by when it was made (gateway/objects.py), so a new one is asked for at once.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from django.views.decorators.debug import sensitive_variables

from federation.edge.models import XmppGatewayConfiguration
from federation.gateway.sealing import Purpose, seal
from federation.gateway.services import sealing_key

if TYPE_CHECKING:
    from federation.gateway.models import Gateway


@sensitive_variables()
def sealed_for(gateway: Gateway) -> bytes:
    """The secret and its name, for ``gateway``.

    Raises SealBroken when it was sealed under another SECRET_KEY, ValidationError when the gateway's sealing
    key cannot be opened.
    """
    row = XmppGatewayConfiguration.objects.the_global()
    told = {"id": row.secret_id, "secret": row.dialback_secret}
    key = sealing_key(gateway)
    return seal(json.dumps(told).encode(), key=key, gateway=gateway.name, purpose=Purpose.DIALBACK)
