"""What only one gateway may read, on its way there: sealed with the gateway's own secret. Pure Python.

The transport is HTTPS. The seal keeps a private key out of what stores answers on their way, such as a
proxy's cache, and shows whether it is whole. It does not keep it from a proxy that ends the TLS: the secret
that opens it passes there too, as the bearer token of the request. Such a proxy is trusted with both.

Prosody 0.12 has no cipher in Lua, but HMAC-SHA-256: so the key stream is HMAC in counter mode, and the whole
is authenticated before any of it is opened (encrypt-then-MAC). 256 random bits of secret, a fresh nonce a
message, and a key of its own for each purpose derived from both.

    nonce (16 bytes)  ciphertext  tag (32 bytes)
"""

from __future__ import annotations

import hmac
from hashlib import sha256
from secrets import token_bytes

_NONCE, _TAG = 16, 32


class NotSealedForUs(ValueError):
    """Not sealed with this secret for this gateway, or changed on the way."""


def seal(plain: bytes, *, secret: str, gateway: str, nonce: bytes = b"") -> bytes:
    """``plain`` for the gateway that knows ``secret``. ``nonce`` is for tests only."""
    nonce = nonce or token_bytes(_NONCE)
    encrypt, authenticate = _keys(secret, nonce)
    cipher = _xor(plain, encrypt)
    return nonce + cipher + _tag(authenticate, gateway, cipher)


def unseal(sealed: bytes, *, secret: str, gateway: str) -> bytes:
    """What ``seal`` was given. Raises NotSealedForUs."""
    nonce, cipher, tag = sealed[:_NONCE], sealed[_NONCE:-_TAG], sealed[-_TAG:]
    encrypt, authenticate = _keys(secret, nonce)
    if len(sealed) < _NONCE + _TAG or not hmac.compare_digest(tag, _tag(authenticate, gateway, cipher)):
        raise NotSealedForUs
    return _xor(cipher, encrypt)


def _keys(secret: str, nonce: bytes) -> tuple[bytes, bytes]:
    return _hmac(secret.encode(), b"encrypt" + nonce), _hmac(secret.encode(), b"authenticate" + nonce)


def _tag(key: bytes, gateway: str, cipher: bytes) -> bytes:
    return _hmac(key, gateway.encode() + b"\0" + cipher)


def _xor(text: bytes, key: bytes) -> bytes:
    blocks = range((len(text) + 31) // 32)
    stream = b"".join(_hmac(key, number.to_bytes(4, "big")) for number in blocks)[: len(text)]
    return bytes(a ^ b for a, b in zip(text, stream, strict=True))


def _hmac(key: bytes, text: bytes) -> bytes:
    return hmac.digest(key, text, sha256)
