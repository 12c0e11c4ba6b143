"""What a file that somebody brings is: by its type line, then by its headings, then by its name. Pure Python.

Every import asks this before it reads a line. As the shell writes them, lists of allowed and of blocked
domains have the same headings, so there only a type line or the name of the file tells them apart.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TYPE_CHECKING

from controlpanel.shell.delimited import heading_key
from controlpanel.shell.text import sort_key

if TYPE_CHECKING:
    from controlpanel.shell.delimited import Head


class FileKind(StrEnum):
    """What a file can be; kindwords.py has the words."""

    USERS = "users"
    PARTNERS = "partners"
    ALLOWED = "allowed-domains"
    BLOCKED = "blocked-domains"
    DOMAINS = "domains"  # allowed or blocked: the file says so line by line, or not at all
    POLICIES = "policies"
    EFFECTIVE = "effective-policies"
    EDGE = "edge"
    GATEWAY = "gateway"
    PROVIDERS = "providers"
    TENANT = "tenant-federation"
    SITES = "sites"
    POOLS = "pools"
    LOCAL_DOMAINS = "local-domains"
    SERVERS = "remote-servers"  # of Openfire
    CERTIFICATES = "certificates"
    CHANGES = "change-log"
    FORMATTED = "formatted"  # Format-Table | Export-Csv
    LISTING = "listing"  # what the shell shows
    XML = "xml"
    JSON = "json"
    LDIF = "ldif"
    SCRIPT = "script"
    SQL = "sql"
    CONFIGURATION = "configuration"  # of an XMPP server
    UNKNOWN = "unknown"  # of a type that nobody here knows


_TYPES = {
    "externalaccesspolicy": FileKind.POLICIES,
    "xmppallowedpartner": FileKind.PARTNERS,
    "xmppgatewaysettings": FileKind.GATEWAY,
    "accessedgesettings": FileKind.EDGE,
    "alloweddomain": FileKind.ALLOWED,
    "blockeddomain": FileKind.BLOCKED,
    "hostingprovider": FileKind.PROVIDERS,
    "publicprovider": FileKind.PROVIDERS,
    "tenantfederationsettings": FileKind.TENANT,
    "effectivepolicy": FileKind.EFFECTIVE,
    "sipdomain": FileKind.LOCAL_DOMAINS,
    "site": FileKind.SITES,
    "displaysite": FileKind.SITES,
    "pool": FileKind.POOLS,
    "displaypool": FileKind.POOLS,
    "cluster": FileKind.POOLS,
} | dict.fromkeys(("ocsaduser", "ocsuserorappcontact", "ocsuser", "aduser", "csuser", "user"), FileKind.USERS)
#: Types that say nothing: whatever a script put together.
_ANY_TYPE = re.compile(r"(pscustomobject|psobject|object|hashtable|ordereddictionary|datarow|string)?")


def _sets(*groups: str) -> tuple[frozenset[str], ...]:
    return tuple(frozenset(map(heading_key, group.split(" + "))) for group in groups)


#: Headings that only one kind of file has together; the first that are there count.
_SIGNS = (
    (FileKind.FORMATTED, _sets("pageHeaderEntry", "ClassId2e4f51ef21dd47e99d3c952918aff9cd")),
    (FileKind.GATEWAY, _sets("DialbackPassphrase", "KeepAliveInterval", "StreamEstablishmentTimeout")),
    (FileKind.TENANT, _sets("AllowFederatedUsers + AllowedDomains", "AllowedDomains + BlockedDomains")),
    (FileKind.EDGE, _sets("AllowFederatedUsers", "AllowOutsideUsers")),
    (FileKind.PROVIDERS, _sets("HostsOCSUsers", "EnabledSharedAddressSpace", "NameDecorationDomain")),
    (FileKind.POLICIES, _sets("EnableFederationAccess", "EnableXmppAccess", "EnableOutsideAccess")),
    (FileKind.EFFECTIVE, _sets("User + ExternalAccessPolicy", "Utilisateur + ExternalAccessPolicy")),
    (FileKind.SERVERS, _sets("xmppDomain", "Domain + remotePort")),
    (FileKind.USERS, _sets(
        "SipAddress", "SIP address", "Adresse SIP", "msRTCSIP-PrimaryUserAddress", "RegistrarPool",
        "UserPrincipalName", "Pool d’inscription",
    )),
    (FileKind.PARTNERS, _sets(
        "TlsNegotiation", "TLS negotiation", "Négociation TLS", "SaslNegotiation", "SASL negotiation",
        "Négociation SASL", "SupportDialbackNegotiation", "Dialback negotiation", "Négociation de rappel",
        "AdditionalDomains", "Autres domaines", "Domaines supplémentaires", "PartnerType", "Partner type",
        "Type de partenaire", "Primary domain", "Domaine principal",
    )),
    (FileKind.LOCAL_DOMAINS, _sets(
        "Identity + Name + IsDefault", "Domain + IsDefault", "Domain + Last changed",
        "Domaine + Dernière modification",
    )),
    (FileKind.SITES, _sets("SiteType", "SiteId + ParentSite")),
    (FileKind.POOLS, _sets("Fqdn + Site", "Identity + Services + Computers")),
    (FileKind.CHANGES, _sets("Action + Who", "Action + Qui")),
    (FileKind.DOMAINS, _sets(
        "Domain + Comment", "Domaine + Commentaire", "Identity + Comment", "Domain name + Status",
        "Nom de domaine + Statut", "Domain + Status", "Domaine + Statut", "Domain + List", "Domaine + Liste",
        "Domain name + Comment", "Nom de domaine + Commentaire", "Access Edge service (FQDN)",
        "Service Edge d’accès (FQDN)", "MarkForMonitoring",
    )),
)  # fmt: skip

#: What a file is that is no table at all, by its first line.
_GRAMMARS = (
    (FileKind.CERTIFICATES, re.compile(r"\s*-----BEGIN ")),
    (FileKind.XML, re.compile(r"\s*<[?!A-Za-z]")),
    (FileKind.JSON, re.compile(r'\s*[\[{]\s*(["\[{}\]]|$)')),
    (FileKind.LDIF, re.compile(r"(dn|version|objectClass)::? ", re.IGNORECASE)),
    (FileKind.SQL, re.compile(r"\s*(INSERT INTO|CREATE TABLE|BEGIN;|/\*)", re.IGNORECASE)),
    (FileKind.SCRIPT, re.compile(r"\s*(PS [A-Z]:.*>|(New|Set|Grant|Get|Remove)-Cs[A-Z]|function |param\()")),
    (FileKind.CONFIGURATION, re.compile(
        r"\s*(-- |%(?!PDF)[A-Z]+\b|::\w|(s2s|modules|admins|hosts|listen)\w*\s*[=:]|VirtualHost )"
    )),
    (FileKind.LISTING, re.compile(r"\s*[A-Za-z]\w*\s+: |[A-Za-z]\w* *: *$")),
)  # fmt: skip

_BLOCKED_NAME = re.compile(
    r"(?<!un)(?<!de)(block|bloqu)|(?<![a-z])den(y(?!s)|ied)|black.?list|liste.?noire|interdi|refus|bann(ed|is)"
    r"|(?<![a-z])ban(.?list)?(?![a-z])|reject|forbid|prohib|exclu(?!siv)|(un|dis|not.?|non.?|never.?)(allow|autoris)"
)
_ALLOWED_NAME = re.compile(r"allow|autoris|white.?list|liste.?blanche")
_PARTNER_NAME = re.compile(r"partn|parten")
#: What a name may say of one kind of list alone.
LISTS = frozenset({FileKind.ALLOWED, FileKind.BLOCKED})


def by_grammar(line: str) -> FileKind | None:
    """What a file is that begins with ``line`` and is no table; None when it may be one."""
    return next((kind for kind, pattern in _GRAMMARS if pattern.match(line)), None)


def by_contents(head: Head) -> FileKind | None:
    """What the file says that it is; None when nothing in its head tells."""
    if not head.type_name and (found := by_grammar(head.line)):
        return found
    keys = frozenset(map(heading_key, head.headings))
    by_headings = next((kind for kind, signs in _SIGNS if any(sign <= keys for sign in signs)), None)
    if by_headings is FileKind.FORMATTED:
        return by_headings
    name = re.split(r"[.+]", head.type_name.partition("#")[0].partition("[")[0].strip())[-1].casefold()
    if found := _TYPES.get(name):
        return found
    if re.search(r"block|deny|denied", name):
        return FileKind.BLOCKED
    return by_headings or (None if _ANY_TYPE.fullmatch(name) else FileKind.UNKNOWN)


def by_name(file_name: str) -> FileKind | None:
    """What the name of a file says that it lists; None when it says nothing."""
    name = sort_key(file_name)
    if _BLOCKED_NAME.search(name):
        return FileKind.BLOCKED
    says_allowed, says_partner, says_xmpp = (
        _ALLOWED_NAME.search(name),
        _PARTNER_NAME.search(name),
        "xmpp" in name,
    )
    if says_partner and (says_xmpp or not says_allowed):
        return FileKind.PARTNERS
    return FileKind.ALLOWED if says_allowed and not says_partner and not says_xmpp else None
