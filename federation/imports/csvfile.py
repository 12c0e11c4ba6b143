"""Users in a CSV file: Get-CsUser's export, a spreadsheet's, or our own (lync-reference.md, 10.3, 10.5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from controlpanel.shell.delimited import Table, open_table
from federation.topology.filekinds import FileKind
from federation.topology.kindwords import expects

if TYPE_CHECKING:
    from controlpanel.shell.textfile import Readable

#: The headings that mean each column, best first: the shell's, ours, the directory's, the French ones.
HEADINGS = {
    "address": (
        "SipAddress", "SIP address", "Address", "JID", "SIP", "msRTCSIP-PrimaryUserAddress",
        "Adresse SIP", "Adresse",
    ),
    "display_name": (
        "DisplayName", "Display name", "Nom complet", "Nom d’affichage", "Nom affiché", "Nom à afficher",
    ),
    "first_name": ("FirstName", "First name", "GivenName", "Prénom"),
    "last_name": ("LastName", "Last name", "Surname", "sn", "Nom de famille", "Nom"),
    "email": (
        "WindowsEmailAddress", "EmailAddress", "E-mail address", "E-mail", "Mail", "Adresse e-mail",
        "Adresse de messagerie", "Courriel", "Adresse électronique",
    ),
    "department": ("Department", "Département", "Service"),
    "pool": (
        "RegistrarPool", "Registrar pool", "Pool", "Pool d’inscription", "Pool de serveurs d’inscriptions",
        "Pool du serveur d’inscriptions", "Pool d’enregistrement",
    ),
    "enabled": ("Enabled", "Activé"),
    "sip_enabled": ("msRTCSIP-UserEnabled",),  # Get-ADUser writes it beside Enabled, which is the account
    "account_control": ("userAccountControl",),
    "policy": (
        "ExternalAccessPolicy", "External access policy", "Policy", "Assigned policy",
        "Stratégie d’accès externe", "Stratégie", "Stratégie attribuée", "Stratégie affectée",
    ),
}  # fmt: skip


#: Columns of names that people have or chose.
_NAMES = ("display_name", "first_name", "last_name", "department", "policy")


def open_users(file: Readable, file_name: str = "") -> Table:
    """The head of a file of users; raises FileRefused, for another kind of file too, and where it breaks.

    Only the address is required.
    """
    judge = expects(FileKind.USERS, file_name=file_name)
    return open_table(file, HEADINGS, required=("address",), names=_NAMES, judge=judge)
