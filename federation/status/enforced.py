"""What a Prosody gateway does not do, or does otherwise, than a record says. Pages say it beside the record.

It is read off the module (gateway/prosody): whoever changes what that enforces changes these sentences.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from federation.edge.models import XmppGatewayConfiguration
from federation.gateway.models import Gateway
from federation.partners.rules import Method, negotiate

if TYPE_CHECKING:
    from collections.abc import Iterator

    from federation.partners.models import Partner


def of_partner(partner: Partner) -> list[str]:
    """The sentences for a partner's page, by what its record says. Two queries."""
    settings = XmppGatewayConfiguration.objects.the_global()
    limit = partner.connection_limit or settings.partner_connection_limit
    gateways = Gateway.objects.filter(enabled=True).count()
    return [*_limit(limit, gateways), *_other(partner, settings.keep_alive)]


def of_settings() -> list[str]:
    """The sentences for the page of the XMPP gateway configuration. One query."""
    return [
        _("The limits count streams that came in, and each gateway counts its own."),
        _(
            "Keep-alive: the gateway asks partners for none, and closes no stream because they send none. "
            "What closes a stream is the inactivity timeout, for which only stanzas count."
        ),
        _(
            "The subscription refresh interval does not reach it: between XMPP servers a subscription stands "
            "until it is taken back."
        ),
        *_dialback(),
        _("The text of messages is never logged by it, whether the box is ticked or not."),
    ]


def _dialback() -> Iterator[str]:
    """What is to be said while some gateway cannot be given the dialback secret."""
    without = Gateway.objects.filter(enabled=True, sealing_key=b"").order_by("name")
    names = list(without.values_list("name", flat=True))
    if names:
        said = _(
            "The dialback secret does not reach gateways without a sealing key, where Prosody makes its own "
            "when it starts: %(names)s."
        )
        yield said % {"names": ", ".join(names)}


def _limit(limit: int, gateways: int) -> Iterator[str]:
    shown = number_format(limit, force_grouping=True)
    yield _(
        "The connection limit counts streams that the partner opened. Those that the gateway opened are not "
        "counted, even where they carry both ways."
    )
    if gateways > 1:
        said = ngettext(
            "Each counts its own: %(gateways)s gateway lets in up to %(most)s, at a limit of %(limit)s.",
            "Each counts its own: %(gateways)s gateways let in up to %(most)s, at a limit of %(limit)s.",
            gateways,
        )
        most = number_format(limit * gateways, force_grouping=True)
        yield said % {"gateways": number_format(gateways), "most": most, "limit": shown}
    yield _("A limit that was lowered closes no stream; it holds for the next one.")


def _other(partner: Partner, seconds: int) -> Iterator[str]:
    methods = set(negotiate(*partner.choice).methods)
    if not {Method.SASL_TLS, Method.DIALBACK_TLS} & methods:
        yield _("Direct TLS is not tried with it; if the partner comes by it, no stream comes about.")
    if not {Method.DIALBACK_TLS, Method.DIALBACK_TCP} & methods:
        yield _("Dialback that comes in is not ignored: it closes the stream, with policy-violation.")
    if partner.keep_alive:
        said = _("Keep-alive: the gateway sends it a blank every %(seconds)s seconds, and asks it for none.")
        yield said % {"seconds": number_format(seconds, force_grouping=True)}
    if partner.proxy:
        yield _(
            "The proxy is for streams that go out: always to its port 5269, never with Direct TLS. Streams "
            "that come in may come from anywhere."
        )
