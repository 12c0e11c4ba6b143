"""What only one gateway may read, on its way there: sealed with the gateway's own key. Pure Python.

The transport is HTTPS, and the key (secret.py) travels in neither direction. So whoever reads requests and
answers, a proxy that ends the TLS included, learns neither a private key nor the dialback secret, and a
change on the way is noticed. Such a proxy is still trusted with what is not sealed: it sees the token, and
reads the rules and may alter them, or keep something back.

Prosody 0.12 has no cipher in Lua, but HMAC-SHA-256: so the key stream is HMAC in counter mode, and the whole
is authenticated before any of it is opened (encrypt-then-MAC). 256 bits of key, a fresh nonce a message, and
a key of its own for each step derived from both. For whom and what it is for is authenticated too: what was
sealed as one thing opens as no other.

    nonce (16 bytes)  ciphertext  tag (32 bytes)
"""

from __future__ import annotations

import hmac
from enum import StrEnum
from hashlib import sha256
from secrets import token_bytes

_NONCE, _TAG = 16, 32


class Purpose(StrEnum):
    """What is sealed."""

    CERTIFICATE = "certificate"
    DIALBACK = "dialback"


class NotSealedForUs(ValueError):
    """Not sealed with this key for this gateway and purpose, or changed on the way."""


def seal(plain: bytes, *, key: bytes, gateway: str, purpose: Purpose, nonce: bytes = b"") -> bytes:
    """``plain`` for the gateway that has ``key``. ``nonce`` is for tests only."""
    nonce = nonce or token_bytes(_NONCE)
    encrypt, authenticate = _keys(key, nonce)
    cipher = _xor(plain, encrypt)
    return nonce + cipher + _tag(authenticate, gateway, purpose, cipher)


def unseal(sealed: bytes, *, key: bytes, gateway: str, purpose: Purpose) -> bytes:
    """What ``seal`` was given. Raises NotSealedForUs."""
    nonce, cipher, tag = sealed[:_NONCE], sealed[_NONCE:-_TAG], sealed[-_TAG:]
    encrypt, authenticate = _keys(key, nonce)
    expected = _tag(authenticate, gateway, purpose, cipher)
    if len(sealed) < _NONCE + _TAG or not hmac.compare_digest(tag, expected):
        raise NotSealedForUs
    return _xor(cipher, encrypt)


def _keys(key: bytes, nonce: bytes) -> tuple[bytes, bytes]:
    return _hmac(key, b"encrypt" + nonce), _hmac(key, b"authenticate" + nonce)


def _tag(key: bytes, gateway: str, purpose: Purpose, cipher: bytes) -> bytes:
    return _hmac(key, b"\0".join([gateway.encode(), purpose.encode(), cipher]))


def _xor(text: bytes, key: bytes) -> bytes:
    blocks = range((len(text) + 31) // 32)
    stream = b"".join(_hmac(key, number.to_bytes(4, "big")) for number in blocks)[: len(text)]
    return bytes(a ^ b for a, b in zip(text, stream, strict=True))


def _hmac(key: bytes, text: bytes) -> bytes:
    return hmac.digest(key, text, sha256)
