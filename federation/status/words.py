"""How a gateway stands, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.formats import date_format, number_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from federation.decisions.facts import Code
from federation.gateway.reports import NO_SNAPSHOT
from federation.partners.rules import Method
from federation.status.standing import Stand, Standing

if TYPE_CHECKING:
    from datetime import datetime

#: The class of the pill: what colour says, the word says too.
LOOKS = {
    Standing.UP_TO_DATE: "ok",
    Standing.STRAYED: "bad",
    Standing.BEHIND: "warn",
    Standing.NEVER: "warn",
    Standing.SILENT: "bad",
    Standing.CLOSED: "bad",
    Standing.DISABLED: "off",
}
LABELS = {
    Standing.UP_TO_DATE: gettext_lazy("Up to date"),
    Standing.STRAYED: gettext_lazy("Runs another history"),
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
            "Its rules are none that this panel published, as after a database was restored. Stop the "
            "server, remove what is in its folder federation_control, and start it again."
        )
    if stand.standing is Standing.SILENT:
        return _since(stand.since)
    return ""


def _since(moment: datetime | None) -> str:
    if moment is None:
        return ""
    return _("since %(moment)s") % {"moment": date_format(localtime(moment), "Y-m-d H:i:s")}
