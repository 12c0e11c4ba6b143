"""An OpenLDAP of our own: slapd on free ports of 127.0.0.1, as an ordinary user, with TLS.

It holds what Active Directory holds of Lync's users. ``running()`` starts it, and stops it by its process id.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import ldap3
from ldap3.core.exceptions import LDAPException

from tests.ldap.authority import Authority
from tests.postgres import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator

BASE = "dc=contoso,dc=com"
PEOPLE = f"ou=People,{BASE}"
ADMIN, PASSWORD = f"cn=admin,{BASE}", "opensesame"
ACCOUNT = "openldap"  # Debian's account of slapd

# Lync's attributes, under numbers that are for examples (RFC 5612).
CONFIGURATION = """
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
attributetype ( 1.3.6.1.4.1.32473.1.1 NAME 'msRTCSIP-PrimaryUserAddress' EQUALITY caseIgnoreMatch
  SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 )
attributetype ( 1.3.6.1.4.1.32473.1.2 NAME 'msRTCSIP-UserEnabled' EQUALITY booleanMatch
  SYNTAX 1.3.6.1.4.1.1466.115.121.1.7 )
attributetype ( 1.3.6.1.4.1.32473.1.3 NAME 'department' EQUALITY caseIgnoreMatch
  SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 )
attributetype ( 1.3.6.1.4.1.32473.1.4 NAME 'userAccountControl' EQUALITY integerMatch
  SYNTAX 1.3.6.1.4.1.1466.115.121.1.27 )
attributetype ( 1.3.6.1.4.1.32473.1.6 NAME 'accountExpires' EQUALITY caseIgnoreMatch
  SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 )
attributetype ( 1.3.6.1.4.1.32473.1.7 NAME 'nsAccountLock' EQUALITY caseIgnoreMatch
  SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 )
attributetype ( 1.3.6.1.4.1.32473.1.8 NAME 'loginDisabled' EQUALITY booleanMatch
  SYNTAX 1.3.6.1.4.1.1466.115.121.1.7 )
attributetype ( 1.3.6.1.4.1.32473.1.5 NAME 'pool' EQUALITY caseIgnoreMatch
  SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 )
objectclass ( 1.3.6.1.4.1.32473.2.1 NAME 'lyncUser' SUP top AUXILIARY
  MAY ( msRTCSIP-PrimaryUserAddress $ msRTCSIP-UserEnabled $ department $ userAccountControl $ pool $
  accountExpires $ nsAccountLock $ loginDisabled ) )
modulepath /usr/lib/ldap
moduleload back_mdb
pidfile {folder}/slapd.pid
TLSCACertificateFile {folder}/ca.pem
TLSCertificateFile {folder}/server.pem
TLSCertificateKeyFile {folder}/server.key
sizelimit {limit}
database mdb
suffix "{base}"
rootdn "{admin}"
rootpw {password}
maxsize 268435456
dbnosync
directory {folder}/data
"""


@dataclass
class OpenLdap:
    """A server that runs: its addresses, and its people."""

    port: int
    tls_port: int
    ca_file: str
    connection: Any  # ldap3's; half of it has no types

    @property
    def settings(self) -> dict[str, str]:
        """The environment of a panel that reads it over LDAPS."""
        return {
            "PANEL_LDAP_URL": f"ldaps://127.0.0.1:{self.tls_port}",
            "PANEL_LDAP_CA_FILE": self.ca_file,
            "PANEL_LDAP_BASE": PEOPLE,
            "PANEL_LDAP_POOL": "pool.contoso.com",
            "PANEL_LDAP_NAME": "contoso",
            "PANEL_LDAP_TIMEOUT": "5",
        }

    def add(self, uid: str, **attributes: Any) -> None:
        """A person called ``uid``, enabled; ``sip`` and ``enabled`` are Lync’s attributes (None: without)."""
        names = {"sip": "msRTCSIP-PrimaryUserAddress", "enabled": "msRTCSIP-UserEnabled"}
        values: dict[str, Any] = {
            "sn": uid.title(),
            "cn": uid.title(),
            "displayName": uid.title(),
            "sip": f"sip:{uid}@contoso.com",
            "enabled": "TRUE",
        }
        values |= attributes
        given = {names.get(name, name): value for name, value in values.items() if value is not None}
        assert self.connection.add(dn(uid), ["inetOrgPerson", "lyncUser"], given), self.connection.result

    def change(self, uid: str, **attributes: Any) -> None:
        """Give attributes new values; [] takes one away."""
        changes = {name: [(ldap3.MODIFY_REPLACE, value)] for name, value in attributes.items()}
        assert self.connection.modify(dn(uid), changes), self.connection.result

    def remove(self, uid: str) -> None:
        """Somebody leaves."""
        assert self.connection.delete(dn(uid)), self.connection.result

    def empty(self) -> None:
        """Everybody leaves."""
        self.connection.search(PEOPLE, "(objectClass=inetOrgPerson)", attributes=[])
        for entry in list(self.connection.response or []):
            assert self.connection.delete(entry["dn"])


def dn(uid: str) -> str:
    """The name of somebody's entry."""
    return f"uid={uid},{PEOPLE}"


def as_account() -> list[str]:
    """What to put before a command of the server: it need not be root, and it ends with us, even killed."""
    command = ["setpriv", "--pdeathsig=TERM"]
    if os.geteuid() == 0:
        command += [f"--reuid={ACCOUNT}", f"--regid={ACCOUNT}", "--clear-groups"]
    return [*command, "--"]


@contextlib.contextmanager
def running(*, limit: str = "unlimited") -> Iterator[OpenLdap]:
    """Run a new, empty server. ``limit`` is how many entries it gives without pages."""
    folder = Path(tempfile.mkdtemp(prefix="panel-openldap-"))
    try:
        ports = free_port(), free_port()
        _fill(folder, limit)
        with _slapd(folder, *ports):
            server = _ready(OpenLdap(*ports, str(folder / "ca.pem"), _admin(ports[0])))
            yield server
            server.connection.unbind()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _fill(folder: Path, limit: str) -> None:
    authority = Authority()
    (folder / "data").mkdir()
    (folder / "ca.pem").write_bytes(authority.pem)
    key, certificate = authority.issue("127.0.0.1")
    (folder / "server.key").write_bytes(key)
    (folder / "server.pem").write_bytes(certificate)
    values = {"folder": folder, "base": BASE, "admin": ADMIN, "password": PASSWORD, "limit": limit}
    (folder / "slapd.conf").write_text(CONFIGURATION.format(**values))
    if os.geteuid() == 0:
        for path in (folder, *folder.rglob("*")):
            shutil.chown(path, ACCOUNT, ACCOUNT)


@contextlib.contextmanager
def _slapd(folder: Path, port: int, tls_port: int) -> Iterator[None]:
    addresses = f"ldap://127.0.0.1:{port}/ ldaps://127.0.0.1:{tls_port}/"
    command = [*as_account(), "/usr/sbin/slapd", "-f", str(folder / "slapd.conf"), "-h", addresses, "-d", "0"]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, cwd=folder, stdout=log, stderr=log, start_new_session=True)
    try:
        _wait(process, folder / "log", folder / "slapd.pid")
        yield
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(20)


def _wait(process: subprocess.Popen[bytes], log: Path, pid_file: Path) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and process.poll() is None:
        if pid_file.exists():
            return
        time.sleep(0.05)
    raise AssertionError(f"slapd did not start:\n{log.read_text()}")


def _admin(port: int) -> Any:
    server = ldap3.Server("127.0.0.1", port=port, get_info=ldap3.NONE)
    return ldap3.Connection(server, user=ADMIN, password=PASSWORD)


def _ready(ldap: OpenLdap) -> OpenLdap:
    deadline = time.monotonic() + 30
    while True:
        try:
            assert ldap.connection.bind()
            break
        except LDAPException:
            if ldap.connection.socket:
                ldap.connection.socket.close()
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
    ldap.connection.add(BASE, ["dcObject", "organization"], {"o": "Contoso", "dc": "contoso"})
    ldap.connection.add(PEOPLE, "organizationalUnit", {"ou": "People"})
    return ldap
