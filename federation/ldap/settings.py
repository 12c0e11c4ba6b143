"""How a directory server is reached and read, from the environment of ``manage.py sync_directory``.

PANEL_LDAP_URL            ldaps://dc.contoso.com or ldap://dc.contoso.com (then StartTLS); needed
PANEL_LDAP_BASE           where the users are, such as ou=People,dc=contoso,dc=com; needed
PANEL_LDAP_BIND_DN        who asks; left out, the server is asked anonymously
PANEL_LDAP_PASSWORD_FILE  a file that holds the password alone
PANEL_LDAP_CA_FILE        the authority of the server's certificate (default: those the system trusts)
PANEL_LDAP_STARTTLS       "false" speaks ldap:// in the clear; only to this machine itself
PANEL_LDAP_FILTER         which entries are users (default: those that have the attribute of the address)
PANEL_LDAP_ATTRIBUTES     the attribute of each column, as JSON; null leaves it alone (default: AD with Lync).
                          "enabled" takes one or a list; all must allow it, and what is not there does not:
                          Active Directory ["msRTCSIP-UserEnabled", "userAccountControl"], the default; also
                          "accountExpires". Without Lync's schema ["userAccountControl"]
                          OpenLDAP ["pwdAccountLockedTime"], or an attribute of yours that holds TRUE or FALSE
                          389 and FreeIPA ["nsAccountLock"]; eDirectory ["loginDisabled"]
                          null: whoever is new is not enabled, and everybody else stays as they are
PANEL_LDAP_POOL           the pool of new users whose entry names none
PANEL_LDAP_PAGE_SIZE      entries a page (default 500)
PANEL_LDAP_TIMEOUT        seconds that the server may take to connect, and to answer (default 30)
PANEL_LDAP_MOST_VANISHING percent of the users that one run may disable (default 10)
PANEL_LDAP_NAME           how records remember where they come from (default: the base); keep it
"""

from __future__ import annotations

import ipaddress
import ssl
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from urllib.parse import urlsplit

from environs import Env, EnvError, validate

from federation.topology import names

#: What Active Directory with Lync's schema has (lync-reference.md, 10.5).
ATTRIBUTES: dict[str, str | tuple[str, ...] | None] = {
    "address": "msRTCSIP-PrimaryUserAddress",
    "display_name": "displayName",
    "first_name": "givenName",
    "last_name": "sn",
    "email": "mail",
    "department": "department",
    "enabled": ("msRTCSIP-UserEnabled", "userAccountControl"),
    "pool": None,
    "policy": None,
}
LONGEST_NAME = 64  # of a source, as the table of users has it


class ServerCode(StrEnum):
    """Why reading was given up, and the parameters that come with it: ``host``, and mostly ``detail``."""

    UNREACHABLE = "server-unreachable"
    CERTIFICATE = "server-certificate"
    TLS = "server-tls"
    BIND = "server-bind"
    FILTER = "server-filter"
    STOPPED = "server-stopped"  # entries (read until then)
    SEARCH = "server-search"
    PAGING = "server-paging"


class ServerRefused(Exception):
    """The server cannot be read to its end, so nothing that it said is used."""

    def __init__(self, code: ServerCode, **params: str | int) -> None:
        super().__init__(code.value, params)
        self.code, self.params = code, params


class SettingsWrong(ValueError):
    """A setting cannot work; the text says which and why."""


@dataclass(frozen=True)
class ServerSettings:
    """A directory server, ready to be asked."""

    host: str
    port: int
    is_ldaps: bool
    starttls: bool
    base: str
    name: str
    filter: str
    attributes: dict[str, str]
    enabled: tuple[str, ...]  # all of these must allow it; none: the server does not say
    bind_dn: str = ""
    password: str = field(default="", repr=False)
    ca_file: str = ""
    pool: str = ""
    page_size: int = 500
    timeout: int = 30
    most_vanishing: float = 10


def from_environment() -> ServerSettings:
    """The settings as they stand; raises SettingsWrong."""
    env = Env(prefix="PANEL_LDAP_")
    try:
        host, port, is_ldaps = _address(env.str("URL"))
        attributes, enabled = _attributes(env.json("ATTRIBUTES", {}))
        base = env.str("BASE", validate=validate.Length(min=1))
        settings = ServerSettings(
            host=host,
            port=port,
            is_ldaps=is_ldaps,
            starttls=not is_ldaps and env.bool("STARTTLS", default=True),
            base=base,
            name=env.str("NAME", base.casefold()[:LONGEST_NAME], validate=validate.Length(1, LONGEST_NAME)),
            filter=env.str("FILTER", f"({attributes['address']}=*)"),
            attributes=attributes,
            enabled=enabled,
            bind_dn=env.str("BIND_DN", ""),
            password=_password(env.str("PASSWORD_FILE", "")),
            ca_file=_authority(env.str("CA_FILE", "")),
            pool=_pool(env.str("POOL", "")),
            page_size=env.int("PAGE_SIZE", 500, validate=validate.Range(1, 5000)),
            timeout=env.int("TIMEOUT", 30, validate=validate.Range(1, 600)),
            most_vanishing=env.float("MOST_VANISHING", 10, validate=validate.Range(0, 100)),
        )
    except (EnvError, OSError, UnicodeDecodeError) as fault:
        raise SettingsWrong(f"The settings of the directory server are wrong: {fault}") from fault
    _refuse_clear_text(settings)
    return settings


def _address(url: str) -> tuple[str, int, bool]:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        host = None
    if host is None or parts.scheme not in {"ldap", "ldaps"} or parts.path.strip("/"):
        raise SettingsWrong(
            "PANEL_LDAP_URL is an address such as ldaps://dc.contoso.com or ldap://dc.contoso.com:389."
        )
    return host, port or (636 if parts.scheme == "ldaps" else 389), parts.scheme == "ldaps"


def _attributes(given: object) -> tuple[dict[str, str], tuple[str, ...]]:
    """The attribute of each column but *enabled*, and those that enable a person."""
    if not isinstance(given, dict) or not all(_is_attribute(*each) for each in given.items()):
        raise SettingsWrong(
            'PANEL_LDAP_ATTRIBUTES is JSON such as {"address": "mail"}; '
            f"its columns are {', '.join(ATTRIBUTES)}, and “enabled” takes a list too."
        )
    merged = {**ATTRIBUTES, **given}
    enabled = merged.pop("enabled") or ()
    attributes = {column: name for column, name in merged.items() if isinstance(name, str)}
    if "address" not in attributes:
        raise SettingsWrong(
            "PANEL_LDAP_ATTRIBUTES leaves out the address. Without it nobody can be told apart."
        )
    return attributes, (enabled,) if isinstance(enabled, str) else tuple(enabled)


def _is_attribute(column: object, attribute: object) -> bool:
    """Whether ``column`` can be read from ``attribute``: a name, null or, of *enabled*, a list of names."""
    several = attribute if column == "enabled" and isinstance(attribute, list) and attribute else [attribute]
    is_named = all(isinstance(name, str) and name.strip() for name in several)
    return column in ATTRIBUTES and (attribute is None or is_named)


def _pool(text: str) -> str:
    try:
        return names.domain(text) if text else ""
    except names.NameRefused as refused:
        raise SettingsWrong(f"PANEL_LDAP_POOL is the FQDN of a pool, and “{text}” is none.") from refused


def _password(file: str) -> str:
    return Path(file).read_text(encoding="utf-8").rstrip("\r\n") if file else ""


def _authority(file: str) -> str:
    if file:
        Path(file).open("rb").close()  # says which file cannot be read; ssl does not
        try:
            ssl.create_default_context(cafile=file)
        except ssl.SSLError as error:
            raise SettingsWrong(f"PANEL_LDAP_CA_FILE, {file}, holds no certificate as PEM.") from error
    return file


def _refuse_clear_text(settings: ServerSettings) -> None:
    """Refuse to send names and a password through a network in the clear."""
    try:
        is_here = ipaddress.ip_address(settings.host).is_loopback
    except ValueError:
        is_here = settings.host == "localhost"
    if not (settings.is_ldaps or settings.starttls or is_here):
        raise SettingsWrong("PANEL_LDAP_STARTTLS=false is for a server on this machine only.")
    if settings.bind_dn and not settings.password:
        raise SettingsWrong(
            "PANEL_LDAP_BIND_DN needs PANEL_LDAP_PASSWORD_FILE: a file with the password alone."
        )
