"""A partner whose server is slow, and what is told of what waits for it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from federation.gateway import objects
from tests.gateway.conftest import organisation, settings

if TYPE_CHECKING:
    from federation.gateway.objects import Object
    from tests.gateway.byhand import Domain
    from tests.gateway.clients import Person
    from tests.gateway.servers import Prosody

LEAVERS = ("carl", "dora", "ed", "fay")
MOST = 20


def user(name: str, **changes: object) -> Object:
    values = {"enabled": True, "pool": 1, "policy": None} | changes
    return objects.user(f"{name}@contoso.test", **values)  # type: ignore[arg-type]


def slow_partner(type_: str = "federated") -> Object:
    return objects.partner(9, domains=["slow.test"], type=type_, methods=["dialback-tcp"])


def everything() -> list[Object]:
    people = [user(name) for name in LEAVERS]
    return [*organisation(), settings(establishment_timeout=120), slow_partner(), *people]


def waiting(gateway: Prosody) -> int:
    """How many stanzas have been put into a queue so far."""
    return len(re.findall(r"\] queued\s|queued until connection complete", gateway.log()))


def message(mark: str, more: str = "") -> str:
    return f"<message to='{{to}}' type='chat' id='{mark}' {more}><body>text of {mark}</body></message>"


def refusal(person: Person, mark: str) -> tuple[str, str, str]:
    """Condition, code and language of the answer to a stanza that was refused."""
    stanza = person.wait(lambda s: s.get("id") == mark and s.get("type") == "error")
    (error,) = (child for child in stanza if child.tag.endswith("error"))
    code = error.find("{urn:federation-control:1}refused")
    words = error.find("{urn:ietf:params:xml:ns:xmpp-stanzas}text")
    assert code is not None
    assert words is not None
    return error[0].tag.rpartition("}")[2], str(code.get("code")), str(words.get(f"{{{XML}}}lang"))


XML = "http://www.w3.org/XML/1998/namespace"


def marks(partner: Domain) -> list[str]:
    """The ids of messages that arrived, in order."""
    return re.findall(r"<message[^>]*\bid='([^']*)'", partner.heard)
