"""Why a text is no name, as codes; topology/words.py has the sentences. Pure Python."""

from __future__ import annotations

from enum import StrEnum


class Code(StrEnum):
    """Why a name was refused, and the parameters that come with it."""

    EMPTY = "empty"
    SPACE = "space"
    CONTROL = "control-character"  # codepoint
    SCHEME = "scheme"  # scheme
    PORT = "port"  # port
    PATH = "path"
    WILDCARD = "wildcard"
    ADDRESS = "address-not-domain"
    TRAILING_DOT = "trailing-dot"
    EMPTY_LABEL = "empty-label"
    SINGLE_LABEL = "single-label"  # label
    IP_ADDRESS = "ip-address"
    TOO_LONG = "name-too-long"  # limit
    LABEL_TOO_LONG = "label-too-long"  # label, limit
    HYPHEN = "hyphen"  # label
    CHARACTER = "character"  # character, codepoint
    LABEL = "label-invalid"  # label
    MIXED_SCRIPTS = "mixed-scripts"  # label, scripts
    NO_LOCAL = "no-local-part"
    RESOURCE = "resource"
    LOCAL_TOO_LONG = "local-part-too-long"  # limit
    LOCAL_CHARACTER = "local-part-character"  # character, codepoint
    LOCAL = "local-part-invalid"  # local
    READ_AS = "read-as-another"  # typed, instead
    READ_AS_DOMAIN = "read-as-another-domain"  # typed, instead, stored
    SPELLING = "spelling-unread"  # typed, instead
    UNREADABLE = "unreadable"  # typed


class NameRefused(ValueError):
    """The text is no domain, or no address: ``code`` says why, ``params`` what and where."""

    def __init__(self, code: Code, **params: str | int) -> None:
        super().__init__(code.value, params)
        self.code = code
        self.params = params
