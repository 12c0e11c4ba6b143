"""What a decision says in the reader's language: each rule with the object and the setting that it read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy, pgettext_lazy

from federation.decisions.facts import Code, Direction, Kind, Outcome, Spare, Subject, Verdict
from federation.decisions.kinds import KIND_LABELS
from federation.partners.rules import PartnerType
from federation.partners.words import TYPE_LABELS
from federation.topology.names import shown_domain

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

    from federation.decisions.facts import Read, Step

OUTCOME_LABELS: dict[Outcome, _StrPromise] = {
    Outcome.HOLDS: pgettext_lazy("rule", "holds"),
    Outcome.REFUSES: pgettext_lazy("rule", "refuses"),
    Outcome.SPARED: pgettext_lazy("rule", "not asked"),
}
DIRECTION_LABELS: dict[Direction, _StrPromise] = {
    Direction.OUTBOUND: gettext_lazy("From our user to the remote address"),
    Direction.INBOUND: gettext_lazy("From the remote address to our user"),
}

#: (when the rule holds, when it refuses); %(name)s is the object that was read.
_SENTENCES: dict[Code, tuple[_StrPromise, _StrPromise]] = {
    Code.EDGE_FEDERATION_OFF: (
        gettext_lazy("Communications with federated users are enabled in the Access Edge configuration."),
        gettext_lazy("Communications with federated users are off in the Access Edge configuration."),
    ),
    Code.PARTNER_UNKNOWN: (
        gettext_lazy("The remote domain is one of the XMPP federated partner %(name)s."),
        gettext_lazy("%(name)s is the domain of no XMPP federated partner; subdomains are not implied."),
    ),
    Code.USER_UNKNOWN: (
        gettext_lazy("%(name)s is a user of ours."),
        gettext_lazy("%(name)s is no user of ours."),
    ),
    Code.USER_DISABLED: (
        gettext_lazy("The user %(name)s is enabled."),
        gettext_lazy("The user %(name)s is temporarily disabled."),
    ),
    Code.HOME_SURVIVABLE: (
        gettext_lazy("The user’s pool %(name)s offers XMPP."),
        gettext_lazy("The user’s pool %(name)s is a Survivable Branch Appliance, which offers no XMPP."),
    ),
    Code.POLICY_FEDERATION_OFF: (
        gettext_lazy("The policy that governs the user, %(name)s, has federated users on."),
        gettext_lazy("The policy that governs the user, %(name)s, has federated users off."),
    ),
    Code.POLICY_XMPP_OFF: (
        gettext_lazy("The policy that governs the user, %(name)s, has XMPP federated users on."),
        gettext_lazy("The policy that governs the user, %(name)s, has XMPP federated users off."),
    ),
    Code.GROUP_CHAT: (
        gettext_lazy("This is person to person: %(kind)s."),
        gettext_lazy("Group chat does not pass: %(kind)s."),
    ),
    Code.CONTACT_REQUIRED: (
        gettext_lazy("The remote address is on the contact list of %(name)s."),
        gettext_lazy(
            "The partner is public and unverified, and the remote address is not on the contact list of"
            " %(name)s."
        ),
    ),
    Code.DOMAIN_BLOCKED: (
        gettext_lazy("%(name)s is not on the list of blocked SIP domains."),
        gettext_lazy("%(name)s is on the list of blocked SIP domains."),
    ),
    Code.DOMAIN_UNKNOWN: (
        gettext_lazy("%(name)s is on the list of allowed SIP domains."),
        gettext_lazy("%(name)s is no allowed SIP domain and no domain of an enabled public provider."),
    ),
    Code.POLICY_PUBLIC_OFF: (
        gettext_lazy("The policy that governs the user, %(name)s, has public users on."),
        gettext_lazy("The policy that governs the user, %(name)s, has public users off."),
    ),
}

_SPARED: dict[Spare, _StrPromise] = {
    Spare.WITHDRAWAL: gettext_lazy("Not asked: a person may always withdraw a subscription."),
    Spare.SERVER: gettext_lazy("Not asked: the local address is the server itself."),
    Spare.COMPONENT: gettext_lazy("Not asked: the local address belongs to a component, not to a user."),
}

_NO_POLICY = gettext_lazy("No policy governs the user.")
_COMPONENT = gettext_lazy("Group chat does not pass: %(name)s belongs to a component of ours.")
_ROOMS = gettext_lazy(
    "Group chat does not pass: %(name)s is a service of rooms, to which only withdrawals and leaving pass."
)
_OUTBOUND = gettext_lazy("Contact lists are asked only for what comes in.")
_TYPE = gettext_lazy("The partner %(name)s is of the type “%(type)s”: no contact is needed.")
_DISCOVERY = gettext_lazy("Partner domain discovery is enabled in the Access Edge configuration.")
_PROVIDER = gettext_lazy("The remote domain is one of the enabled public provider %(name)s.")
STRIPPED = gettext_lazy("The presence leaves without its status note, since the partner is public.")
EMPTIED = gettext_lazy(
    "It goes on without any content: with its addresses, its type and its id alone, since a message would be"
    " refused."
)
NOT_FEDERATION = gettext_lazy("%(domain)s is a domain of ours: this is no federation, and no rule is asked.")


def sentence(step: Step) -> str:
    """One rule: what it read, and what that means."""
    if step.spare:
        return str(_SPARED[step.spare])
    words = _exception(step.code, step.read) or _SENTENCES[step.code][step.outcome is Outcome.REFUSES]
    return words % _params(step.read)


def _exception(code: Code, read: Read) -> _StrPromise | None:
    """The sentence for what a rule read when it is not what the rule usually reads."""
    if read.subject is Subject.POLICY and not read.name:
        return _NO_POLICY
    if code is Code.GROUP_CHAT and read.setting == "component":
        return _COMPONENT
    if code is Code.GROUP_CHAT and read.setting == "rooms":
        return _ROOMS
    if code is Code.CONTACT_REQUIRED:
        return {"direction": _OUTBOUND, "type": _TYPE}.get(read.setting)
    if code is Code.DOMAIN_UNKNOWN:
        return {Subject.EDGE: _DISCOVERY, Subject.PROVIDER: _PROVIDER}.get(read.subject)
    return None


def _params(read: Read) -> dict[str, str]:
    params = {"name": read.name}
    if read.subject in {Subject.PARTNER, Subject.DOMAIN}:
        params["name"] = shown_domain(read.name)
    elif "@" in read.name:
        local, _at, domain = read.name.rpartition("@")
        params["name"] = f"{local}@{shown_domain(domain)}"
    if read.setting == "kind":
        params["kind"] = str(KIND_LABELS[Kind(str(read.value))])
    if read.setting == "type":
        params["type"] = str(TYPE_LABELS[PartnerType(str(read.value))])
    return params


#: The answer in one sentence, of what XMPP enforces and of what the SIP tabs tell.
HEADLINES: dict[tuple[Verdict, bool], _StrPromise] = {
    (Verdict.NOT_FEDERATION, False): gettext_lazy("Allowed: both addresses are ours"),
    (Verdict.ALLOWED, False): gettext_lazy("Allowed: %(sender)s → %(receiver)s"),
    (Verdict.REFUSED, False): gettext_lazy("Refused: %(sender)s → %(receiver)s"),
    (Verdict.ALLOWED, True): gettext_lazy("Allowed by SIP: %(sender)s → %(receiver)s"),
    (Verdict.REFUSED, True): gettext_lazy("Refused by SIP: %(sender)s → %(receiver)s"),
}
TOLD_ONLY = gettext_lazy("This is told, not enforced: no SIP server is ours.")


#: Why users may not reach a partner; follows their number.
REFUSED_FOR: dict[Code, _StrPromise] = {
    Code.EDGE_FEDERATION_OFF: gettext_lazy("federation is off in the Access Edge configuration"),
    Code.USER_DISABLED: gettext_lazy("temporarily disabled"),
    Code.HOME_SURVIVABLE: gettext_lazy("homed on a Survivable Branch Appliance"),
    Code.POLICY_FEDERATION_OFF: gettext_lazy("their policy has federated users off"),
    Code.POLICY_XMPP_OFF: gettext_lazy("their policy has XMPP federated users off"),
}

#: Said when a policy's switches are turned on in vain.
EDGE_IS_OFF = gettext_lazy(
    "Nobody talks to XMPP federated partners yet: federation is off in the Access Edge configuration."
)

#: What another partner type changes: by the meaning, (when it is lost, when it is gained).
MEANING_CHANGES: dict[str, tuple[_StrPromise, _StrPromise]] = {
    "may_ask": (
        gettext_lazy(
            "People of %(partner)s can then no longer ask to see the presence of a user who has not added"
            " them (users who may talk to them: %(number)s)."
        ),
        gettext_lazy(
            "People of %(partner)s may then ask to see the presence of users who have not added them"
            " (users who may talk to them: %(number)s)."
        ),
    ),
    "may_write": (
        gettext_lazy(
            "People of %(partner)s can then no longer write to a user who has not added them"
            " (users who may talk to them: %(number)s)."
        ),
        gettext_lazy(
            "People of %(partner)s may then write to users who have not added them"
            " (users who may talk to them: %(number)s)."
        ),
    ),
    "sees_notes": (
        gettext_lazy("People of %(partner)s then no longer see status notes."),
        gettext_lazy("People of %(partner)s then see status notes."),
    ),
}
