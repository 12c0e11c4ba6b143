"""Labels, help and refusals of this room; the labels are those of the original panel where it had one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.utils.formats import number_format
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy, pgettext_lazy

from federation.edge.rules import EDGE_NUMBERS, GATEWAY_NUMBERS, Code

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from django.utils.functional import _StrPromise


LABELS: dict[str, _StrPromise] = {
    "federation": pgettext_lazy("access edge", "Enable communications with federated users"),
    "discovery": _("Enable partner domain discovery"),
    "archiving_disclaimer": _("Send archiving disclaimer to federated partners"),
    "remote": _("Enable remote user access"),
    "anonymous": _("Enable communications with anonymous users"),
    "routing": _("Routing method"),
    "default_route": _("Default route (FQDN)"),
    "route_is_public": _("The default route leads to a public provider"),
    "route_verification": _("Verification level of the default route"),
    "discovered_verification": _("Verification level of discovered partners"),
    "discovered_rate": _("Messages per second from a discovered partner"),
    "contacts_limit": _("Limit how many of our users a discovered partner may reach"),
    "discovered_contacts": _("Users within reach of a discovered partner"),
    "discovered_report_minutes": _("Report on discovered partners every (minutes)"),
    "mark_verifiable": _("Mark the source of outgoing messages as verifiable"),
    "clearing_house": _("Be a clearing house"),
    "keep_crls": _("Keep certificate revocation lists of peers up to date"),
    "user_replicator": _("Enable the user replicator"),
    "tls_count": _("TLS connections to a federated partner"),
    "accepted_certificates": _("Accepted certificates kept"),
    "rejected_certificates": _("Rejected certificates kept"),
    "certificates_deleted": _("Certificates deleted when the store is full (percent)"),
    "connection_limit": _("Connections with all partners"),
    "partner_connection_limit": _("Connections with one partner"),
    "keep_alive": _("Keep-alive interval (seconds)"),
    "establishment_timeout": _("Stream establishment timeout (seconds)"),
    "inactivity_timeout": _("Stream inactivity timeout (seconds)"),
    "subscription_refresh": _("Subscription refresh interval (seconds)"),
    "log_bodies": _("Log the text of all messages"),
}

#: What heads a column, where the label is too long for one.
SHORT_LABELS: dict[str, _StrPromise] = {
    "federation": _("Federated users"),
    "discovery": _("Partner domain discovery"),
    "archiving_disclaimer": _("Archiving disclaimer"),
    "remote": _("Remote users"),
    "anonymous": _("Anonymous users"),
    "log_bodies": _("Message text logged"),
}

HELP: dict[str, _StrPromise] = {
    "federation": _(
        "The switch of the whole organisation: SIP federation, public providers, split domains and XMPP."
    ),
    "discovery": _("Domains that nobody listed are found in the DNS. Off: only allowed domains."),
    "archiving_disclaimer": _("Tells partners that messages may be archived here."),
    "remote": _("Signing in from outside the network, without VPN. The user’s policy must allow it too."),
    "anonymous": _("Guests of conferences. The conferencing policy must allow them too."),
    "routing": _(
        "With a default route there is no partner discovery, and no SIP federated provider can be used."
    ),
    "default_route": _("The server that everything is sent to. Used with default routing only."),
    "route_is_public": _("Used with default routing only."),
    "route_verification": _("Used with default routing only."),
    "discovered_verification": _("Used with DNS SRV routing only."),
    "clearing_house": _("Only when the support of the product asks for it."),
    "user_replicator": _("Gives the edge the list of users, to refuse strangers at the border."),
    "mark_verifiable": _("Partners then trust that our users are who they say."),
    "keep_alive": _("Partners who are to be kept alive are sent a blank that often."),
    "establishment_timeout": _("A stream that is not authenticated by then is closed, in either direction."),
    "inactivity_timeout": _(
        "A stream that carries no message, presence or request for that long is closed; keep-alives do not "
        "count. The next message opens a new one."
    ),
    "subscription_refresh": _("Presence subscriptions are made anew after that time."),
    "partner_connection_limit": _("For partners without a limit of their own."),
    "log_bodies": _(
        "What people write to each other then stands in the log. Ask your data protection officer first."
    ),
}

#: What to tick first, by the dependent box.
NEEDS_SENTENCES: dict[str, _StrPromise] = {
    "discovery": _(
        "Tick “Enable communications with federated users” first: partner domain discovery needs it."
    ),
    "archiving_disclaimer": _(
        "Tick “Enable communications with federated users” first: the archiving disclaimer needs it."
    ),
}

_REFUSALS: dict[Code, Any] = {
    Code.NO_ROUTE: _("Type the FQDN of the default route, or choose DNS SRV routing."),
    Code.DISCOVERY_BY_ROUTE: _(
        "Untick partner domain discovery, or choose DNS SRV routing: with a default route nothing is "
        "discovered."
    ),
    Code.PROVIDERS_IN_THE_WAY: ngettext_lazy(
        "Delete the SIP federated provider first: with default routing there can be none, and there is "
        "%(count)s.",
        "Delete all SIP federated providers first: with default routing there can be none, and there are "
        "%(count)s.",
        "count",
    ),
    Code.PARTNER_ABOVE_ALL: _("One partner cannot have more connections than all together: %(limit)s."),
}


def help_of(name: str) -> str:
    """The help of a field; a number's says its limits and how it is installed."""
    said = str(HELP.get(name, ""))
    number = {**EDGE_NUMBERS, **GATEWAY_NUMBERS}.get(name)
    if number is None:
        return said
    default, least, most = (number_format(each, force_grouping=True) for each in number)
    limits = _("From %(least)s to %(most)s; %(default)s after installation.")
    return f"{said} {limits % {'default': default, 'least': least, 'most': most}}".strip()


def refused(refusals: Iterable[tuple[str, Code, Mapping[str, int]]]) -> None:
    """Raise ValidationError with a sentence beside each field of ``refusals``; nothing for none."""
    errors = {name: _sentence(name, code, params) for name, code, params in refusals}
    if errors:
        raise ValidationError(errors)


def _sentence(name: str, code: Code, params: Mapping[str, int]) -> str:
    words = NEEDS_SENTENCES[name] if code is Code.NEEDS_FEDERATION else _REFUSALS[code]
    return str(words % params if params else words)
