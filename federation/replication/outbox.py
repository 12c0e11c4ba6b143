"""Which events concern gateways. They go into the outbox in the transaction of their change.

Every action of every room stands in SENT or in NOT_SENT, by its ``area:noun``; a test fails when one is in
neither.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from federation.replication.models import Unpublished
from federation.replication.services import publish

if TYPE_CHECKING:
    from controlpanel.audit.models import AuditEvent

#: What the events of these nouns are about is an object on the wire (sources.py).
SENT = frozenset(
    {
        "edge:access",
        "edge:xmpp",
        "topology:domain",
        "topology:pool",
        "policies:policy",
        "partners:partner",
        "partners:partners",
        "directory:user",
        "directory:users",
        "certificates:assignment",
    }
)

#: Whatever happens to these changes nothing that a gateway decides by.
NOT_SENT = {
    "accounts:administrator": "who may sign in to the panel",
    "accounts:session": "who did sign in",
    "topology:site": "sites are numbers on the wire; pools and policies say which",
    "replication:history": "published in the same transaction",
    "gateway:gateway": "a gateway knows its own name and secret from its configuration",
    "domains:domain": "SIP only",
    "domains:domains": "SIP only",
    "providers:provider": "SIP only",
    "certificates:request": "a key that serves nowhere yet",
    "certificates:certificate": "only the assigned one is served",
    "certificates:authority": "whom the panel trusts when it looks at certificates",
    "certificates:master-key": "how keys are kept in the panel",
    "watch:look": "what servers of partners showed",
    "watch:srv": "where the DNS leads partners",
    "watch:feed": "an address of the panel",
}


def note(event: AuditEvent) -> None:
    """Put ``event`` into the outbox when it may concern gateways, to be published once it is committed."""
    if event.action.rpartition(":")[0] in SENT:
        Unpublished.objects.create(event=event.pk)
        transaction.on_commit(publish, robust=True)
