"""A sentence for everything that federation.x509 finds in a plan, a certificate or a chain."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from federation.x509.findings import Code

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

FINDINGS: dict[Code, _StrPromise] = {
    # A request.
    Code.NAME_REFUSED: _("“%(name)s” cannot be asked for: %(why)s"),
    Code.WILDCARD_REFUSED: _(
        "“%(name)s” is a wildcard. XMPP servers match one label with it and many do not match it at all; and "
        "contoso.com itself is never covered by *.contoso.com. List each name."
    ),
    Code.DOMAIN_UNREQUESTED: _(
        "The certificate would not cover “%(domain)s”: partners could not verify the gateway for its users."
    ),
    Code.NO_LOCAL_DOMAIN: _(
        "No local XMPP domain is known, so the names cannot be compared with any. Add it under Topology > "
        "Domains."
    ),
    Code.XMPP_ADDRESS: _(
        "It names %(names)s as id-on-xmppAddr. ejabberd 23.01 cannot federate with such a certificate, and "
        "nobody needs the name when the domain stands there as a DNS name."
    ),
    Code.FIELD_TOO_LONG: _("%(field)s: at most %(limit)s characters fit into a certificate."),
    Code.FIELD_CHARACTER: _("%(field)s: take the hidden character %(codepoint)s out."),
    Code.COUNTRY_UNKNOWN: _("“%(country)s” is no country code of two letters, such as FR."),
    Code.COMMON_NAME_OMITTED: _(
        "“%(name)s” is longer than %(limit)s characters, so the request has no common name. Servers look at "
        "the alternative names only, where it stands."
    ),
    Code.UNIT_IGNORED: _("Public authorities leave the organisational unit out of their certificates."),
    Code.TOO_MANY_NAMES: _("It has %(count)s names; public authorities take %(limit)s."),
    # A certificate and its key.
    Code.KEY_MISMATCH: _("The private key does not belong to this certificate. No partner could connect."),
    Code.KEY_WEAK: _(
        "The key of “%(subject)s” is too weak: %(kind)s, %(bits)s bits. At least %(least)s are needed."
    ),
    Code.KEY_KIND: _("The key of “%(subject)s” is of a kind (%(kind)s) that servers do not take."),
    Code.SIGNATURE_WEAK: _("“%(subject)s” is signed with %(hash)s, which can be forged. Partners refuse it."),
    Code.VERSION_OLD: _("This is a certificate of version %(version)s. Version 3 is needed."),
    Code.SERIAL: _("Its serial number (%(serial)s) is not a positive number. Partners refuse it."),
    Code.UNKNOWN_CRITICAL: _(
        "It has a critical extension (%(oid)s) that servers do not know and must refuse."
    ),
    Code.MUST_STAPLE: _(
        "It demands a stapled OCSP answer, which XMPP servers do not send. Strict partners refuse it."
    ),
    Code.LEAF_IS_AUTHORITY: _("This is the certificate of an authority, not one for a server."),
    Code.NO_SERVER_USAGE: _("“%(subject)s” may not be used by servers. Partners that dial in refuse it."),
    Code.NO_CLIENT_USAGE: _(
        "“%(subject)s” may not be used by clients, and the gateway is one when it dials out. Partners’ "
        "servers that check refuse it; Prosody accepts it."
    ),
    Code.NO_SIGNATURE_USAGE: _("It may not sign a TLS handshake, which every modern connection asks for."),
    # Names.
    Code.NO_NAMES: _(
        "It has no alternative names. Servers do not look at the common name (%(common_name)s)."
    ),
    Code.DOMAIN_UNCOVERED: _(
        "Its names do not cover “%(domain)s”. Partners cannot verify the gateway for it."
    ),
    Code.DOMAIN_BY_WILDCARD: _(
        "“%(domain)s” is covered by the wildcard %(name)s only. Some XMPP servers do not accept one."
    ),
    Code.DOMAIN_BY_OTHER_NAME: _(
        "“%(domain)s” is covered by an SRVName or id-on-xmppAddr only. Many servers look at DNS names only."
    ),
    # Dates.
    Code.NOT_YET_VALID: _("It is valid only from %(starts)s on."),
    Code.EXPIRED: _("It ended on %(ended)s."),
    Code.ENDS_SOON: _("It ends soon, on %(ends)s. Days left: %(days)s."),
    Code.LIFETIME_LONG: _("It is valid for %(days)s days. Public authorities issue at most %(limit)s."),
    # The chain.
    Code.SELF_SIGNED: _("It is signed by itself. Partners must be told to trust it, or use dialback."),
    Code.ISSUER_MISSING: _(
        "The chain is not complete: the certificate of “%(issuer)s”, which issued “%(subject)s”, is missing. "
        "Add it to the file or trust it under Trusted authorities. %(where)s"
    ),
    Code.AUTHORITY_UNTRUSTED: _(
        "It leads to “%(subject)s”, which is not among the trusted authorities. Partners may not know it "
        "either."
    ),
    Code.AUTHORITY_EXPIRED: _("The authority “%(subject)s” ended on %(ended)s."),
    Code.AUTHORITY_NOT_YET_VALID: _("The authority “%(subject)s” is valid only from %(starts)s on."),
    Code.AUTHORITY_ENDS_FIRST: _("The authority “%(subject)s” ends before it, on %(ends)s."),
    Code.CHAIN_REFUSED: _("The chain does not hold. The verifier says: %(reason)s"),
    Code.CHAIN_REORDERED: _("The chain was not in order; it was sorted."),
    Code.CHAIN_COMPLETED: _("“%(subject)s” was added to the chain from the trusted authorities."),
    Code.CHAIN_EXTRA: _("“%(subject)s” is in the file but not part of the chain; it was left out."),
    Code.ROOT_OMITTED: _("The root “%(subject)s” is not sent: partners have it or do not trust it."),
}
