"""PFX files that ask for as many rounds as one likes, at whatever depth (RFC 7292, RFC 8018, RFC 7914)."""

from __future__ import annotations

import hashlib
import hmac
import os

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

PASSWORD = "Test-Password-12"
DATA, ENCRYPTED = "1.2.840.113549.1.7.1", "1.2.840.113549.1.7.6"
SHROUDED_KEY, SAFE_CONTENTS = "1.2.840.113549.1.12.10.1.2", "1.2.840.113549.1.12.10.1.6"


def tlv(tag: int, *parts: bytes) -> bytes:
    body = b"".join(parts)
    size = len(body).to_bytes((len(body).bit_length() + 7) // 8, "big")
    head = bytes([len(body)]) if len(body) < 128 else bytes([0x80 | len(size)]) + size
    return bytes([tag]) + head + body


def number(value: int) -> bytes:
    return tlv(2, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def oid(text: str) -> bytes:
    first, second, *rest = map(int, text.split("."))
    out = [40 * first + second]
    for each in rest:
        left, piece = each, [each & 127]
        while left := left >> 7:
            piece.insert(0, left & 127 | 128)
        out += piece
    return tlv(6, bytes(out))


def pbes2(kdf: bytes, iv: bytes) -> bytes:
    cipher = tlv(0x30, oid("2.16.840.1.101.3.4.1.42"), tlv(4, iv))
    return tlv(0x30, oid("1.2.840.113549.1.5.13"), tlv(0x30, kdf, cipher))


def pbkdf2(rounds: int, salt: bytes) -> bytes:
    digest = tlv(0x30, oid("1.2.840.113549.2.9"), tlv(5))
    return tlv(0x30, oid("1.2.840.113549.1.5.12"), tlv(0x30, tlv(4, salt), number(rounds), digest))


def with_pbkdf2(rounds: int) -> bytes:
    return pbes2(pbkdf2(rounds, os.urandom(8)), os.urandom(16))


def with_pkcs12(rounds: int) -> bytes:
    """SHA-1 and 3DES, as Windows XP wrote it."""
    return tlv(0x30, oid("1.2.840.113549.1.12.1.3"), tlv(0x30, tlv(4, os.urandom(8)), number(rounds)))


def with_scrypt(cost: int) -> bytes:
    cost = 1 << (cost.bit_length() - 1)  # a power of two
    parts = tlv(0x30, tlv(4, os.urandom(8)), number(cost), number(8), number(1))
    return pbes2(tlv(0x30, oid("1.3.6.1.4.1.11591.4.11"), parts), os.urandom(16))


def content(kind: str, *inside: bytes) -> bytes:
    return tlv(0x30, oid(kind), *inside)


def encrypted(plain: bytes) -> bytes:
    """A part that opens after one round, and only then shows what ``plain`` asks for."""
    salt, iv = os.urandom(8), os.urandom(16)
    pad = 16 - len(plain) % 16
    key = hashlib.pbkdf2_hmac("sha256", PASSWORD.encode(), salt, 1, 32)
    cipher = Cipher(algorithms.AES(key), modes.CBC(iv)).encryptor()
    hidden = cipher.update(plain + bytes([pad]) * pad) + cipher.finalize()
    inner = content(DATA, pbes2(pbkdf2(1, salt), iv), tlv(0x80, hidden))
    return content(ENCRYPTED, tlv(0xA0, tlv(0x30, number(0), inner)))


def key_bag(algorithm: bytes) -> bytes:
    bag = tlv(0xA0, tlv(0x30, algorithm, tlv(4, os.urandom(160))))
    return tlv(0x30, tlv(0x30, oid(SHROUDED_KEY), bag))


def nested(algorithm: bytes, layers: int) -> bytes:
    """The bag of a key lies in so many layers: open, in an encrypted part, and in bags inside bags there."""
    bags = key_bag(algorithm)
    for _layer in range(layers - 2):
        bags = tlv(0x30, tlv(0x30, oid(SAFE_CONTENTS), tlv(0xA0, bags)))
    part = content(DATA, tlv(0xA0, tlv(4, bags))) if layers == 1 else encrypted(bags)
    safe = tlv(0x30, part)
    salt, word = os.urandom(8), PASSWORD.encode("utf-16-be") + b"\0\0"
    filled = (word * 64)[: 64 * ((len(word) + 63) // 64)]
    key = hashlib.sha1(b"\3" * 64 + (salt * 8)[:64] + filled, usedforsecurity=False).digest()
    digest = tlv(0x30, tlv(0x30, oid("1.3.14.3.2.26"), tlv(5)), tlv(4, hmac.digest(key, safe, "sha1")))
    return tlv(
        0x30, number(3), content(DATA, tlv(0xA0, tlv(4, safe))), tlv(0x30, digest, tlv(4, salt), number(1))
    )
