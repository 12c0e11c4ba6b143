"""How a gateway stands, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.utils.formats import date_format, number_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from federation.decisions.facts import Code
from federation.gateway.alarms import breaking
from federation.gateway.reports import NO_SNAPSHOT
from federation.gateway.services import sealing_key
from federation.partners.rules import Method
from federation.status.standing import Stand, Standing

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from federation.gateway.models import Gateway, Report
    from federation.replication.models import Revision
    from federation.status.in_force import InForce

#: How many gateways are named where there may be forty.
NAMED = 3

#: The class of the pill: what colour says, the word says too.
LOOKS = {
    Standing.UP_TO_DATE: "ok",
    Standing.STRAYED: "bad",
    Standing.FOREIGN: "bad",
    Standing.BROKEN: "bad",
    Standing.BEHIND: "warn",
    Standing.NEVER: "warn",
    Standing.SILENT: "bad",
    Standing.CLOSED: "bad",
    Standing.DISABLED: "off",
}
LABELS = {
    Standing.UP_TO_DATE: gettext_lazy("Up to date"),
    Standing.STRAYED: gettext_lazy("Runs another history"),
    Standing.FOREIGN: gettext_lazy("Follows another panel"),
    Standing.BROKEN: gettext_lazy("Not in force"),
    Standing.BEHIND: gettext_lazy("Behind"),
    Standing.NEVER: gettext_lazy("Never reported"),
    Standing.SILENT: gettext_lazy("Silent"),
    Standing.CLOSED: gettext_lazy("Closed"),
    Standing.DISABLED: gettext_lazy("Disabled"),
}
METHOD_LABELS = {
    Method.SASL_TLS.value: gettext_lazy("certificate (SASL EXTERNAL over TLS)"),
    Method.DIALBACK_TLS.value: gettext_lazy("dialback over TLS"),
    Method.DIALBACK_TCP.value: gettext_lazy("dialback without encryption"),
}
#: Why a gateway refuses, by the code in stanza errors and reports.
REFUSAL_LABELS = {
    Code.EDGE_FEDERATION_OFF.value: gettext_lazy("Federation is off in the Access Edge configuration"),
    Code.PARTNER_UNKNOWN.value: gettext_lazy("The remote domain is no partner’s"),
    Code.USER_UNKNOWN.value: gettext_lazy("The local address is no user’s"),
    Code.USER_DISABLED.value: gettext_lazy("The user is temporarily disabled"),
    Code.HOME_SURVIVABLE.value: gettext_lazy("The user is homed on a Survivable Branch Appliance"),
    Code.POLICY_FEDERATION_OFF.value: gettext_lazy("The user’s policy has federated users off"),
    Code.POLICY_XMPP_OFF.value: gettext_lazy("The user’s policy has XMPP federated users off"),
    Code.GROUP_CHAT.value: gettext_lazy("Rooms do not federate"),
    Code.CONTACT_REQUIRED.value: gettext_lazy("The sender is not on the user’s contact list"),
    NO_SNAPSHOT: gettext_lazy("The gateway had no rules it may go by, or they were too old"),
}
#: What an error means, by the code in reports (federation/gateway/alarms.py).
ALARM_LABELS = {
    "panel-unreachable": gettext_lazy("It did not reach the panel, and goes on with what it has."),
    "panel-error": gettext_lazy("The panel could not answer it, and it goes on with what it has."),
    "another-history": gettext_lazy("The panel has not published what is in force there."),
    "secret-refused": gettext_lazy("The panel refused its secret, or it is disabled here."),
    "document-refused": gettext_lazy("It refused what the panel sent, and goes on with what it has."),
    "disk": gettext_lazy(
        "Its disk did not take the rules. They are in force; after a restart nobody federates until it "
        "reaches the panel."
    ),
    "certificate-refused": gettext_lazy("It refused the assigned certificate and serves the one before."),
    "certificate-not-served": gettext_lazy(
        "The assigned certificate was in place but not shown, so the one before was put back."
    ),
    "certificate-not-fetched": gettext_lazy("It could not fetch the assigned certificate."),
    "dialback-refused": gettext_lazy("It could not use the dialback secret that the panel sent."),
    "dialback-not-fetched": gettext_lazy("It could not fetch the dialback secret."),
    "dialback-not-kept": gettext_lazy(
        "Its disk did not take the dialback secret. It is in use; after a restart the gateway goes by the "
        "one kept before or by its own until it reaches the panel."
    ),
    "server-unchecked": gettext_lazy(
        "The module was not tried on this version of Prosody. The parts of the server that it depends on are "
        "there; test a message in each direction."
    ),
    "internals": gettext_lazy(
        "This version of Prosody differs from what the module depends on, so nobody federates. Install a "
        "version that the module was tried on, or a newer module."
    ),
    "expired": gettext_lazy("The panel has not confirmed its rules for too long, so nobody federates."),
    "panel-in-clear": gettext_lazy(
        "It would ask the panel over a line that is open, so it does not ask, and nobody federates: "
        "federation_control_url must begin with https:// in prosody.cfg.lua."
    ),
    "s2s": gettext_lazy("No stream comes up on some of its hosts."),
    "s2s-not-owned": gettext_lazy(
        "Streams come up there without the module, too: modules_disabled lacks “s2s” in prosody.cfg.lua."
    ),
    "strict-option": gettext_lazy(
        "No stream comes up with partners whose record asks for less: s2s_require_encryption and "
        "s2s_secure_auth must be false in prosody.cfg.lua."
    ),
    "disk-state": gettext_lazy("What it kept on its disk was damaged."),
    "apply-failed": gettext_lazy("What the panel sent was not applied to its end."),
    "change-failed": gettext_lazy(
        "After a change, not everything that the rules do not allow any more could be ended. It tries again, "
        "and nobody federates where a connection could still be open. If this lasts, restart Prosody."
    ),
}


def sealing(gateway: Gateway) -> str:
    """Why nothing can be sealed for ``gateway``, and what to do; "" when it can."""
    if not gateway.can_unseal:
        return _(
            "Its secret was made before there were sealing keys, or while the master key was missing. It "
            "gets the rules, but no certificate and no dialback secret. Put the present module on its "
            "machine, and replace the secret."
        )
    try:
        sealing_key(gateway)
    except ValidationError as refusal:
        return _(
            "Its sealing key cannot be opened: it gets the rules, but no certificate and no dialback secret. "
            "%(why)s If the master key is lost, replace the secret."
        ) % {"why": " ".join(refusal.messages)}
    return ""


def explained(stand: Stand) -> str:
    """What stands beside the pill; "" when the pill says it all."""
    if stand.standing is Standing.BEHIND:
        said = ngettext("by %(number)s revision", "by %(number)s revisions", stand.behind)
        said %= {"number": number_format(stand.behind, force_grouping=True)}
        return f"{said} {_since(stand.since)}".strip()
    if stand.standing is Standing.CLOSED:
        return _("It has no rules it may go by, so nobody federates through it.")
    if stand.standing is Standing.STRAYED:
        return _(
            "It has rules that this panel published and knows no more, as after a database was restored. It "
            "takes no others until somebody says that it should follow."
        )
    if stand.standing is Standing.FOREIGN:
        return _(
            "To let it follow this one, stop the server, remove what is in its folder federation_control, "
            "and start it again."
        )
    if stand.standing is Standing.BROKEN and stand.report:
        codes = breaking(stand.report.alarms)
        return " ".join(str(ALARM_LABELS.get(code, code)) for code in codes)
    if stand.standing is Standing.SILENT:
        return _since(stand.since)
    if stand.standing is Standing.UP_TO_DATE and not stand.holds:
        return _("from its disk; the panel has not confirmed it yet")
    return ""


def note(found: Iterable[Stand], unserved: list[str]) -> str:
    """What Home says under its step: the first gateways without rules of ours, and domains without one."""
    without = [each for each in found if not each.holds]
    told = [
        _("%(name)s: %(status)s.") % {"name": each.gateway, "status": LABELS[each.standing]}
        for each in without[:NAMED]
    ]
    more = [_("And others.")] if len(without) > NAMED else []
    if unserved:
        told_of = _("No gateway has %(domains)s.") % {"domains": _first(unserved)}
        more.append(told_of)
    return " ".join([*told, *more])


def warnings(found: InForce) -> list[str]:
    """What the message bar warns of, with the names of the first gateways; an error that stands at once."""
    told = []
    if found.broken:
        told.append(_("not in force, for an error: %(names)s") % {"names": _first(found.broken)})
    if found.is_late and found.lacking:
        told.append(_("behind: %(names)s") % {"names": _first(found.lacking)})
    if found.is_late and found.unserved:
        told.append(_("another certificate: %(names)s") % {"names": _first(found.unserved)})
    return told


def alarms(report: Report | None) -> Iterator[dict[str, object]]:
    """The errors of a report, each with what it means (``why``) and whether the rules hold with it."""
    for alarm in report.alarms if report else ():
        code = alarm.get("code", "")
        yield {**alarm, "why": ALARM_LABELS.get(code, ""), "look": "bad" if breaking([alarm]) else "warn"}


def _first(names: Sequence[str]) -> str:
    more = ["…"] if len(names) > NAMED else []
    return ", ".join([*names[:NAMED], *more])


def _since(moment: datetime | None) -> str:
    if moment is None:
        return ""
    return _("since %(moment)s") % {"moment": date_format(localtime(moment), "Y-m-d H:i:s")}


def has_revision(report: Report) -> str:
    """Which revision a gateway says it has."""
    number = _("revision %(number)s") % {"number": report.revision}
    return f"{report.gateway}{pgettext('after a label', ':')} {number}"


def panel_at(latest: Revision) -> str:
    """Where this panel stands, before gateways of another history follow it."""
    said = _(
        "This panel is at revision %(number)s, published %(at)s. It knows nothing of what was committed "
        "after the backup it was restored from."
    )
    return said % {"number": latest.number, "at": f"{latest.at:%Y-%m-%d %H:%M}"}


def not_following(names: Sequence[str]) -> str:
    """What a commit says of gateways that run another history; "" without any."""
    if not names:
        return ""
    said = ngettext(
        "%(names)s does not follow this panel since it was restored from a backup: what is committed here "
        "is not in force there until somebody lets it follow.",
        "%(names)s do not follow this panel since it was restored from a backup: what is committed here "
        "is not in force there until somebody lets them follow.",
        len(names),
    )
    return said % {"names": _first(names)}
