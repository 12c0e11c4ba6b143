"""The dialback secret at rest: a copy of the database alone does not give it away.

The key follows from SECRET_KEY, which every panel process shares and no database holds.
"""

from __future__ import annotations

import base64
import secrets

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.utils.encoding import force_bytes


class SealBroken(Exception):
    """The secret was sealed under another SECRET_KEY; a new one must be made."""


def new_sealed_secret() -> str:
    """A new secret of 256 bits, sealed."""
    return _seals().encrypt(secrets.token_urlsafe(32).encode()).decode()


def unsealed(sealed: str) -> str:
    """The secret; raises SealBroken."""
    try:
        return _seals().decrypt(sealed.encode()).decode()
    except InvalidToken as fault:
        raise SealBroken from fault


def _seals() -> MultiFernet:
    return MultiFernet([_seal(key) for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)])


def _seal(key: str | bytes) -> Fernet:
    derived = HKDF(SHA256(), length=32, salt=None, info=b"xmpp gateway dialback secret").derive(
        force_bytes(key)
    )
    return Fernet(base64.urlsafe_b64encode(derived))
