"""What a decision is made of: the facts of one stanza, and the verdict with its chain. Pure Python.

Addresses are bare and in stored form (federation.topology.names). Every enum's values are stable: they appear
in logs, in stanza errors, in JSON and in the gateway's module.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from federation.partners.rules import PartnerType


class Code(StrEnum):
    """The rules by the code each refuses with: the nine that are enforced, then those of SIP addresses."""

    EDGE_FEDERATION_OFF = "edge-federation-off"
    PARTNER_UNKNOWN = "partner-unknown"
    USER_UNKNOWN = "user-unknown"
    USER_DISABLED = "user-disabled"
    HOME_SURVIVABLE = "home-survivable"
    POLICY_FEDERATION_OFF = "policy-federation-off"
    POLICY_XMPP_OFF = "policy-xmpp-off"
    GROUP_CHAT = "group-chat"
    CONTACT_REQUIRED = "contact-required"

    DOMAIN_BLOCKED = "domain-blocked"
    DOMAIN_UNKNOWN = "domain-unknown"
    POLICY_PUBLIC_OFF = "policy-public-off"


class Direction(StrEnum):
    """Seen from us."""

    OUTBOUND = "outbound"
    INBOUND = "inbound"


class Kind(StrEnum):
    """What a stanza is: ``stanza-type`` (RFC 6120, 6121), and what rooms add.

    They do so by XEP-0045 and XEP-0249, and as MIX by XEP-0369, XEP-0405 and XEP-0407.
    ``presence-directed`` is available presence to one address; a mediated invitation passes through the room,
    a direct one goes straight to the person. MIX calls its rooms channels.
    """

    MESSAGE_NORMAL = "message-normal"
    MESSAGE_CHAT = "message-chat"
    MESSAGE_HEADLINE = "message-headline"
    MESSAGE_GROUPCHAT = "message-groupchat"
    MESSAGE_ERROR = "message-error"
    PRESENCE_SUBSCRIBE = "presence-subscribe"
    PRESENCE_SUBSCRIBED = "presence-subscribed"
    PRESENCE_UNSUBSCRIBE = "presence-unsubscribe"
    PRESENCE_UNSUBSCRIBED = "presence-unsubscribed"
    PRESENCE_PROBE = "presence-probe"
    PRESENCE_AVAILABLE = "presence-available"
    PRESENCE_UNAVAILABLE = "presence-unavailable"
    PRESENCE_DIRECTED = "presence-directed"
    PRESENCE_ERROR = "presence-error"
    IQ_GET = "iq-get"
    IQ_SET = "iq-set"
    IQ_RESULT = "iq-result"
    IQ_ERROR = "iq-error"
    ROOM_JOIN = "room-join"
    ROOM_INVITATION_MEDIATED = "room-invitation-mediated"
    ROOM_INVITATION_DIRECT = "room-invitation-direct"
    ROOM_INVITATION_CHANNEL = "room-invitation-channel"


WITHDRAWALS = frozenset({Kind.PRESENCE_UNSUBSCRIBE, Kind.PRESENCE_UNSUBSCRIBED})
#: All that passes to and from a domain of rooms.
LEAVING = WITHDRAWALS | {Kind.PRESENCE_UNAVAILABLE}
GROUP_CHAT = frozenset(
    {
        Kind.MESSAGE_GROUPCHAT,
        Kind.ROOM_JOIN,
        Kind.ROOM_INVITATION_MEDIATED,
        Kind.ROOM_INVITATION_DIRECT,
        Kind.ROOM_INVITATION_CHANNEL,
    }
)
#: Every presence stanza may carry a status note; joining a room is one.
PRESENCE = frozenset({kind for kind in Kind if kind.startswith("presence-")} | {Kind.ROOM_JOIN})


@dataclass(frozen=True, slots=True)
class Policy:
    """The policy that governs; ``identity`` as printed: ``Global``, ``Site:Paris``, ``Tag:Lyon``."""

    identity: str
    federated: bool
    xmpp: bool
    public: bool = False  # for SIP addresses only


@dataclass(frozen=True, slots=True)
class User:
    """A user of the directory. Without a policy (a disabled user has none) every switch is off."""

    enabled: bool
    policy: Policy | None
    pool: str = ""  # FQDN
    survivable: bool = False  # the pool is a Survivable Branch Appliance


@dataclass(frozen=True, slots=True)
class Partner:
    """The partner whose domain the remote domain is."""

    domain: str  # the primary one
    type: PartnerType


@dataclass(frozen=True, slots=True)
class Facts:
    """One stanza and what is known about it."""

    local: str
    remote: str
    direction: Direction
    kind: Kind
    edge_on: bool  # Access Edge configuration: communications with federated users
    partner: Partner | None
    user: User | None
    contact: bool = False  # the remote address is on the user's contact list
    component: bool = False  # the local address belongs to a component of ours
    remote_is_ours: bool = False  # as the local domain is
    remote_is_rooms: bool = False  # what answers at the remote domain is a service of rooms (XEP-0030)


class Subject(StrEnum):
    """What kind of object a rule looked at; with its name, enough for a link to its page."""

    EDGE = "edge"
    PARTNER = "partner"
    USER = "user"
    POOL = "pool"
    POLICY = "policy"
    STANZA = "stanza"
    CONTACTS = "contacts"
    DOMAIN = "domain"  # an entry of the SIP lists
    PROVIDER = "provider"


class Read(NamedTuple):
    """The object and the setting that a rule read, and what stood there."""

    subject: Subject
    name: str
    setting: str
    value: bool | str | None


class Spare(StrEnum):
    """Why a rule is not asked."""

    WITHDRAWAL = "withdrawal"
    SERVER = "server"
    COMPONENT = "component"


class Outcome(StrEnum):
    """What became of one rule."""

    HOLDS = "holds"
    REFUSES = "refuses"
    SPARED = "spared"


class Step(NamedTuple):
    """One rule of the chain and what it read; when ``spare`` is set, what it would have read."""

    code: Code
    outcome: Outcome
    read: Read
    spare: Spare | None = None


class Verdict(StrEnum):
    """The answer. What is not federation is nobody's to refuse."""

    ALLOWED = "allowed"
    REFUSED = "refused"
    NOT_FEDERATION = "not-federation"


class Decision(NamedTuple):
    """The verdict, every rule up to the one that decided, and what happens to the stanza on its way."""

    verdict: Verdict
    chain: tuple[Step, ...]
    strip_status: bool = False  # it leaves without its status note
    emptied: bool = False  # it goes on as its addresses, type and id alone

    @property
    def allowed(self) -> bool:
        """Whether the stanza goes on."""
        return self.verdict is not Verdict.REFUSED

    @property
    def decided_by(self) -> Step | None:
        """The rule that refused."""
        return self.chain[-1] if self.verdict is Verdict.REFUSED else None
