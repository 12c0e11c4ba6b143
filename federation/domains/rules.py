"""What a SIP federated domain may say (lync-reference.md, 3.2). Pure Python."""

from __future__ import annotations

import unicodedata
from enum import StrEnum

#: What only an allowed domain has.
ALLOWED_ONLY = ("proxy_fqdn", "monitored", "verification_level")


class Kind(StrEnum):
    """Which list a domain is on."""

    ALLOWED = "allowed"
    BLOCKED = "blocked"


def looked_for(text: str) -> str:
    """What a search is for: of an address or a ``*.`` name the domain, in the form that is searched."""
    domain = unicodedata.normalize("NFC", text.strip().casefold()).rpartition("@")[2]
    return domain.removeprefix("sip:").removeprefix("*").strip(".")
