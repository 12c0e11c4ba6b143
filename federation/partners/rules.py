"""What a partner's type means and how a stream with it can be made (lync-reference.md, 3.4). Pure Python."""

from __future__ import annotations

from enum import StrEnum
from itertools import product
from typing import NamedTuple

#: A partner that needs more connections at once does not exist; the shell's type is an unsigned integer.
MOST_CONNECTIONS = 10_000


class PartnerType(StrEnum):
    """How far a partner is trusted to know its own people."""

    FEDERATED = "federated"
    PUBLIC_VERIFIED = "public-verified"
    PUBLIC_UNVERIFIED = "public-unverified"


class Meaning(NamedTuple):
    """What people of a partner may do (reference 3.4.1).

    Nobody's request is granted for him, as Lync did for two of the types: ``may_ask`` says that the request
    reaches the user, who answers it.
    """

    may_ask: bool  # ask for the user's presence without being on the contact list
    may_write: bool  # write without being on the contact list
    sees_notes: bool  # sees status notes


MEANINGS = {
    PartnerType.FEDERATED: Meaning(may_ask=True, may_write=True, sees_notes=True),
    PartnerType.PUBLIC_VERIFIED: Meaning(may_ask=True, may_write=True, sees_notes=False),
    PartnerType.PUBLIC_UNVERIFIED: Meaning(may_ask=False, may_write=False, sees_notes=False),
}


class Negotiation(StrEnum):
    """A setting of TLS or of SASL; the strictest first."""

    REQUIRED = "required"
    OPTIONAL = "optional"
    NOT_SUPPORTED = "not-supported"


class Method(StrEnum):
    """How two servers may come to trust each other; the strongest first."""

    SASL_TLS = "sasl-tls"
    DIALBACK_TLS = "dialback-tls"
    DIALBACK_TCP = "dialback-tcp"


class Choice(NamedTuple):
    """The three settings of the dialog."""

    tls: Negotiation
    sasl: Negotiation
    dialback: bool


#: What New-CsXmppAllowedPartner sets when nothing is said.
DEFAULT = Choice(Negotiation.REQUIRED, Negotiation.REQUIRED, dialback=True)


class Verdict(StrEnum):
    """Saved, saved after a second question, or not saved."""

    OK = "ok"
    WARN = "warn"
    INVALID = "invalid"


class Code(StrEnum):
    """Why a choice is warned of, or refused."""

    NONE = ""
    DIALBACK_UNUSED = "dialback-unused"  # warned: SASL over TLS is required, so dialback never happens
    SASL_MAY_FAIL = "sasl-may-fail"  # warned: SASL needs TLS, and optional TLS may not come about
    NO_METHOD = "no-method"  # refused: SASL or dialback must be enabled
    SASL_NEEDS_TLS = "sasl-needs-tls"  # refused: the panel's rule at Commit


class Negotiated(NamedTuple):
    """What a choice comes to: ``methods`` strongest first, ``nearest`` to take in place of a refused choice.

    The two rows that only the panel refuses still name TCP dialback, as the reference's table does; a method
    counts on the wire only when ``verdict`` is not INVALID.
    """

    methods: tuple[Method, ...]
    verdict: Verdict
    code: Code
    nearest: Choice | None


def negotiate(tls: Negotiation, sasl: Negotiation, dialback: bool) -> Negotiated:
    """The row of the reference's table (3.4.2, all 18) for one choice, with the panel's rule."""
    choice = Choice(tls, sasl, dialback)
    verdict, code = _judged(choice)
    nearest = _nearest(choice) if verdict is Verdict.INVALID else None
    return Negotiated(_methods(choice), verdict, code, nearest)


def _methods(choice: Choice) -> tuple[Method, ...]:
    tls, sasl, dialback = choice
    encrypted = tls is not Negotiation.NOT_SUPPORTED
    strict = tls is sasl is Negotiation.REQUIRED
    can = {
        Method.SASL_TLS: encrypted and sasl is not Negotiation.NOT_SUPPORTED,
        Method.DIALBACK_TLS: encrypted and dialback and not strict,
        Method.DIALBACK_TCP: tls is not Negotiation.REQUIRED and dialback,
    }
    return tuple(method for method in Method if can[method])


def _judged(choice: Choice) -> tuple[Verdict, Code]:
    tls, sasl, dialback = choice
    if sasl is not Negotiation.NOT_SUPPORTED:
        if tls is Negotiation.NOT_SUPPORTED:
            return Verdict.INVALID, Code.SASL_NEEDS_TLS
        if tls is Negotiation.OPTIONAL:
            return Verdict.WARN, Code.SASL_MAY_FAIL
        if sasl is Negotiation.REQUIRED and dialback:
            return Verdict.WARN, Code.DIALBACK_UNUSED
    elif not dialback:
        return Verdict.INVALID, Code.NO_METHOD
    return Verdict.OK, Code.NONE


def _nearest(refused: Choice) -> Choice:
    """The valid choice that changes least; among these the one whose weakest method is strongest.

    An administrator who asked for SASL is not sent to plain TCP because that is one click away.
    """

    def distance(choice: Choice) -> tuple[int, int, bool]:
        changed = sum(one != other for one, other in zip(choice, refused, strict=True))
        weakest = list(Method).index(_methods(choice)[-1])
        return changed, weakest, _judged(choice)[0] is Verdict.WARN

    every = (Choice(*row) for row in product(Negotiation, Negotiation, (True, False)))
    return min((choice for choice in every if _judged(choice)[0] is not Verdict.INVALID), key=distance)
