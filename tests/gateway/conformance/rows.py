"""The rows: who of ours, which partner, edge on or off, which way, which kind; and each as a stanza."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, NamedTuple

from federation.decisions.facts import Direction, Facts, Kind, Partner, Policy, User
from federation.gateway import objects
from federation.partners.rules import PartnerType
from tests.decisions.written import Case
from tests.gateway.conftest import settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from federation.gateway.objects import Object


class Who(NamedTuple):
    """Somebody or something of ours; ``local`` as in decisions/written.py."""

    address: str
    local: str
    federated: bool = True
    xmpp: bool = True

    @property
    def is_person(self) -> bool:
        """Whether it is a person, who can sign in."""
        return self.local not in {"server", "component"}


OURS = (
    Who("zoe@contoso.test", "unknown"),
    Who("disabled@contoso.test", "disabled"),
    Who("survivable@contoso.test", "survivable"),
    Who("both@contoso.test", "disabled-survivable"),
    Who("alice@contoso.test", "enabled"),
    Who("dave@contoso.test", "enabled", xmpp=False),
    Who("odd@contoso.test", "enabled", federated=False),
    Who("closed@contoso.test", "enabled", federated=False, xmpp=False),
    Who("contoso.test", "server"),
    Who("ext.contoso.test", "component"),
)
#: The domains on other servers, by what kind of partner they are; "" is none. One is a domain of ours, one
#: the rooms of a federated partner.
THEIRS = {
    "northwind.test": "",
    "fabrikam.test": "federated",
    "verified.test": "public-verified",
    "public.test": "public-unverified",
    "branch.test": "ours",
    "chat.test": "rooms",
}
_POLICIES = list(product((True, False), repeat=2))  # numbers 1 to 4: federated, xmpp


def organisation(*, edge: bool) -> list[Object]:
    """Everybody of ``OURS`` and ``THEIRS`` as objects on the wire."""
    made = [objects.edge(federation=edge), objects.domain("contoso.test")]
    made.append(settings(partner_connection_limit=100))
    for number, (federated, xmpp) in enumerate(_POLICIES, 1):
        made.append(objects.policy(number, federation=federated, xmpp=xmpp, default=number == 1))
    made += [objects.pool(1, site=1, survivable=False), objects.pool(2, site=1, survivable=True)]
    for who in OURS:
        if who.is_person and who.local != "unknown":
            number = _POLICIES.index((who.federated, who.xmpp)) + 1
            home, enabled = 2 if "survivable" in who.local else 1, "disabled" not in who.local
            policy = number if number > 1 else None
            made.append(objects.user(who.address, enabled=enabled, pool=home, policy=policy))
    for number, (domain, kind) in enumerate(THEIRS.items(), 1):
        if kind == "ours":
            made.append(objects.domain(domain))
        elif kind:
            type_ = "federated" if kind == "rooms" else kind
            made.append(objects.partner(number, domains=[domain], type=type_, methods=["sasl-tls"]))
    return made


class Row(NamedTuple):
    """One row. ``to_resource``: whether the stanza goes to a resource or to the bare address."""

    number: int
    who: Who
    domain: str
    edge: bool
    direction: str
    kind: str
    contact: bool
    to_resource: bool

    @property
    def mark(self) -> str:
        """The id of its stanza."""
        return f"row{self.number}"

    @property
    def remote(self) -> str:
        """The bare address there: a stranger of this row's own, or a friend of everybody's."""
        return f"{'friend' if self.contact else self.mark}@{self.domain}"

    @property
    def case(self) -> Case:
        """The row as the written table knows it."""
        _address, local, federated, xmpp = self.who
        case = Case(self.edge, self.partner, local, federated, xmpp, self.direction, self.kind, self.contact)
        return case._replace(ours=self.is_internal, rooms=THEIRS[self.domain] == "rooms")

    @property
    def partner(self) -> str:
        """What kind of partner it is about; "" is none."""
        kind = THEIRS[self.domain]
        return {"ours": "", "rooms": "federated"}.get(kind, kind)

    @property
    def is_internal(self) -> bool:
        """Whether both domains are ours; that of a component is not."""
        return THEIRS[self.domain] == "ours" and self.who.local != "component"

    @property
    def facts(self) -> Facts:
        """The row as decisions/rules.py wants it."""
        kind, user = self.partner, None
        if self.who.is_person and self.who.local != "unknown":
            policy = Policy("some", self.who.federated, self.who.xmpp)
            survivable = "survivable" in self.who.local
            user = User("disabled" not in self.who.local, policy, "pool", survivable)
        return Facts(
            local=self.who.address,
            remote=self.remote,
            direction=Direction(self.direction),
            kind=Kind(self.kind),
            edge_on=self.edge,
            partner=Partner(self.domain, PartnerType(kind)) if kind else None,
            user=user,
            contact=self.contact,
            component=self.who.local == "component",
            remote_is_ours=self.is_internal,
            remote_is_rooms=self.case.rooms,
        )

    @property
    def is_due(self) -> bool:
        """Whether RFC 6120 lets it be answered with an error at all."""
        return self.kind in {"iq-get", "iq-set"} or (
            self.kind.startswith(("message", "room-invitation")) and self.kind != "message-error"
        )

    def stanza(self, sender: str, receiver: str) -> str:
        """The stanza that ``sender`` (a full address; "" when the server knows) sends to ``receiver``."""
        name, type_, inside = _shape(self.kind, self.mark)
        kind = f" type='{type_}'" if type_ else ""
        origin = f" from='{sender}'" if sender else ""
        more = " xml:lang='ga' y:z='more' xmlns:y='urn:secret'" if self.kind in LEAVING else ""
        return f"<{name}{origin} to='{receiver}' id='{self.mark}'{kind}{more}>{inside}</{name}>"


_INSIDE = {
    "room-join": "<x xmlns='http://jabber.org/protocol/muc'/>",
    "room-invitation-mediated": "<x xmlns='http://jabber.org/protocol/muc#user'><invite/></x>",
    "room-invitation-direct": "<x xmlns='jabber:x:conference' jid='r@x.test'/>",
    "room-invitation-channel": "<invitation xmlns='urn:xmpp:mix:misc:0'><channel>c@x.test</channel>"
    "</invitation>",
}
WITHDRAWALS = {"presence-unsubscribe", "presence-unsubscribed"}
LEAVING = WITHDRAWALS | {"presence-unavailable"}
_ERROR = "<error type='cancel'><gone xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>"
_TO_RESOURCES = {"presence-available", "presence-directed", "presence-unavailable", "presence-error"}
_SILENT = {"message-normal", "presence-available", "presence-directed", "room-join"}


def _shape(kind: str, mark: str) -> tuple[str, str, str]:
    name, _dash, rest = kind.partition("-")
    if name == "room":
        return ("presence" if rest == "join" else "message"), "", _INSIDE[kind]
    inside = {"message": f"<body>{mark}</body>", "iq": "<query xmlns='urn:test:row'/>", "presence": ""}[name]
    if kind in LEAVING:
        inside = f"words<status>note {mark}</status><x xmlns='urn:secret'>payload</x>"
    if kind in {"presence-available", "presence-directed"}:
        inside = f"<show>away</show><status>note {mark}</status>"
    return name, "" if kind in _SILENT else rest, inside + (_ERROR if rest == "error" else "")


def rows(*, edge: bool, direction: str, first: int) -> Iterator[Row]:
    """All rows of one edge and one direction, numbered from ``first``."""
    number = first
    for who, domain, kind, contact in product(OURS, THEIRS, map(str, Kind), (False, True)):
        if contact and (direction == "outbound" or not who.is_person):
            continue  # nobody asks
        for to_resource in _targets(kind, who, direction):
            yield Row(number, who, domain, edge, direction, kind, contact, to_resource)
            number += 1


def _targets(kind: str, who: Who, direction: str) -> tuple[bool, ...]:
    if direction == "inbound" and not who.is_person:
        return (False,)
    if kind.startswith("presence") and kind not in _TO_RESOURCES:
        return (False,)
    return (True, False) if kind in {"message-chat", "iq-get", "presence-directed"} else (True,)
