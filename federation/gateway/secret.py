"""What follows from a gateway's secret: the token that it shows, and the key that only seals. Pure Python.

The secret stands in the gateway's configuration and does not travel between it and the panel. Both derive
from it by HMAC-SHA-256 with a label each, so that neither leads to the other or back. The token goes with
every request, and of it the panel keeps the SHA-256; the sealing key goes nowhere, and the panel keeps it
sealed under its master key.

Secrets made before there were two keys are shown as they are, and nothing is sealed for them. A new one can
be told from those by its form: no character of theirs is a full stop.
"""

from __future__ import annotations

import hmac
from hashlib import sha256
from secrets import token_urlsafe

_FORM = "2."
_TOKEN, _SEALING_KEY = b"federation-control token", b"federation-control sealing key"


def new() -> str:
    """A new secret: 256 random bits, in characters that no configuration file minds."""
    return _FORM + token_urlsafe(32)


def token(secret: str) -> str:
    """What the gateway that has ``secret`` shows as a bearer token."""
    return _derived(secret, _TOKEN).hex() if secret.startswith(_FORM) else secret


def sealing_key(secret: str) -> bytes:
    """What is sealed with for the gateway that has ``secret``; empty when it is an old one."""
    return _derived(secret, _SEALING_KEY) if secret.startswith(_FORM) else b""


def _derived(secret: str, label: bytes) -> bytes:
    return hmac.digest(secret.encode(), label, sha256)
