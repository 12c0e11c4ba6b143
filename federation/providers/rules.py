"""What a SIP federated provider may say (lync-reference.md, 3.3). Pure Python."""

from __future__ import annotations

from enum import StrEnum


class Kind(StrEnum):
    """A hosted provider serves organisations, a public one everybody."""

    HOSTED = "hosted"
    PUBLIC = "public"


#: The port at which clients sign in to a hosted provider.
SIP_PORT = 443
LEAST_PORT, MOST_PORT = 1, 65_535

#: The servers of shipped providers that ended their service in June 2014 (reference 3.3). No documentation at
#: hand names them: they are as remembered, and the page says so.
ENDED = frozenset({"sip.oscar.aol.com", "lcsap.msg.yahoo.com"})

#: What only the shell could set, by kind; the values after installation.
ADVANCED: dict[Kind, dict[str, bool | str | int]] = {
    Kind.HOSTED: {
        "shared_address_space": False,
        "hosts_ocs_users": False,
        "is_local": False,
        "autodiscover_url": "",
        "sip_client_port": SIP_PORT,
    },
    Kind.PUBLIC: {"icon_url": "", "name_decoration_domain": ""},
}


def foreign_to(kind: Kind) -> dict[str, bool | str | int]:
    """The settings that only the other kind has, as they stand untouched."""
    return ADVANCED[Kind.PUBLIC if kind is Kind.HOSTED else Kind.HOSTED]


def is_offered(level: str, kind: Kind) -> bool:
    """Whether a kind may have a verification level: UseSourceVerification is deprecated for public ones."""
    return kind is Kind.HOSTED or level != "UseSourceVerification"
