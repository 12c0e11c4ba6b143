"""Sentences for what a look at a server found, and for what it means for a partner's record."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from federation.partners.rules import Method, negotiate
from federation.partners.words import METHOD_LABELS
from federation.x509.findings import Code
from federation.x509.outgoing import Kind
from federation.x509.streams import Trouble

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from django.utils.functional import _StrPromise

    from federation.partners.rules import Choice

TROUBLES: dict[Trouble, _StrPromise] = {
    Trouble.DOMAIN_UNKNOWN: gettext_lazy("The DNS does not know “%(domain)s”."),
    Trouble.SERVICE_REFUSED: gettext_lazy("The DNS says that there is no XMPP service (%(service)s)."),
    Trouble.NO_ADDRESS: gettext_lazy("The DNS has no address for “%(host)s”."),
    Trouble.DNS_TIMEOUT: gettext_lazy("The DNS did not answer in time (%(name)s)."),
    Trouble.DNS_FAILED: gettext_lazy("The DNS could not answer (%(name)s)."),
    Trouble.ADDRESS_REFUSED: gettext_lazy(
        "It leads to %(address)s, where the panel does not connect: %(range)s."
    ),
    Trouble.NO_RESOLVER: gettext_lazy("This machine has no name server."),
    Trouble.TIMEOUT: gettext_lazy("It did not answer in time (%(step)s)."),
    Trouble.CONNECTION_REFUSED: gettext_lazy("Nothing listens there (%(step)s)."),
    Trouble.UNREACHABLE: gettext_lazy("It cannot be reached (%(step)s, %(why)s)."),
    Trouble.CONNECTION_CLOSED: gettext_lazy("It closed the connection (%(step)s)."),
    Trouble.TLS_REFUSED: gettext_lazy("It offers TLS and then refuses it."),
    Trouble.TLS_FAILED: gettext_lazy("TLS failed (%(step)s, %(why)s)."),
    Trouble.TEXT_BEFORE_TLS: gettext_lazy("It mixed text into the start of TLS, as an eavesdropper could."),
    Trouble.NOT_XMPP: gettext_lazy("What answers there does not speak XMPP."),
    Trouble.XML_FORBIDDEN: gettext_lazy("It sent XML that XMPP forbids."),
    Trouble.TOO_MUCH: gettext_lazy("It sent more than a greeting needs."),
    Trouble.STREAM_ERROR: gettext_lazy("It refused the stream: %(condition)s %(text)s"),
}

#: What an address is that is not connected to.
RANGES: dict[str, _StrPromise] = {
    Kind.LOOPBACK: gettext_lazy("that is the panel’s own machine"),
    Kind.LINK_LOCAL: gettext_lazy("such addresses are of one network cable, not of a partner"),
    Kind.MULTICAST: gettext_lazy("such addresses are of many machines at once"),
    Kind.UNSPECIFIED: gettext_lazy("such addresses are of no machine"),
    Kind.BROADCAST: gettext_lazy("such addresses are of all machines at once"),
    Kind.RESERVED: gettext_lazy("such addresses are of no machine yet"),
    Kind.PRIVATE: gettext_lazy("it is of a private network, and PANEL_PROBE_PRIVATE does not allow these"),
}

#: In place of a Trouble: looking itself failed, in a way that nobody foresaw. The log says how.
FAILED = "failed"

#: What certificates.sentences says about ours reads otherwise of a certificate that somebody else serves.
THEIRS: dict[Code, _StrPromise] = {
    Code.DOMAIN_UNCOVERED: gettext_lazy(
        "Its names do not cover “%(domain)s”, so it does not prove that domain."
    ),
    Code.NO_SERVER_USAGE: gettext_lazy("“%(subject)s” may not be used by servers, though one serves it."),
    Code.NO_CLIENT_USAGE: gettext_lazy(
        "“%(subject)s” may not be used by clients, and their server is one when it dials in. Prosody "
        "accepts it."
    ),
    Code.SELF_SIGNED: gettext_lazy("It is signed by itself, so it proves nothing to who does not know it."),
    Code.ISSUER_MISSING: gettext_lazy(
        "The server does not send the certificate of “%(issuer)s”, which issued “%(subject)s”. %(where)s"
    ),
    Code.AUTHORITY_UNTRUSTED: gettext_lazy(
        "It leads to “%(subject)s”, which is not among the trusted authorities here. Trust it if you know it."
    ),
}


def told(trouble: str, params: Mapping[str, Any]) -> str:
    """The sentence of a trouble or of FAILED; "" for none."""
    if trouble == FAILED:
        return _("It could not be looked at. The panel’s log says why.")
    if not trouble:
        return ""
    kind = params.get("range", "")
    return str(TROUBLES[Trouble(trouble)]) % {**_NOTHING, **params, "range": RANGES.get(kind, kind)}


_NOTHING = dict.fromkeys(
    ("address", "domain", "service", "host", "name", "step", "why", "condition", "text"), ""
)


def labels(methods: Iterable[str]) -> str:
    """Methods in words, the strongest first; they are those of partners.rules."""
    found = set(methods)
    return ", ".join(str(METHOD_LABELS[each]) for each in Method if each.value in found)


def contradiction(choice: Choice, offered: frozenset[str]) -> str:
    """What a partner's record demands and its servers do not offer; "" when they fit."""
    demanded = [method.value for method in negotiate(*choice).methods]
    if set(demanded) & offered:
        return ""
    if not offered:
        return _("You ask for %(demanded)s; they offer nothing that both sides could use.") % {
            "demanded": labels(demanded)
        }
    return _("You ask for %(demanded)s; they offer only %(offered)s.") % {
        "demanded": labels(demanded),
        "offered": labels(offered),
    }
