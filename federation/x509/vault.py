"""Private keys at rest: each under a data key of its own, which is wrapped under the master key. Pure Python.

A sealed record is: version (1 octet), id of the master key (8), nonce (12) and wrapped data key (48), nonce
(12) and ciphertext. Both steps are AES-256-GCM (NIST SP 800-38D); record and purpose are authenticated with
each, so that one record's octets open in no other. A new master key re-wraps the data keys and touches no
private key.

The caller says where the master key is (masterkey.py). Failures raise ``Refused``; nothing here prints a
secret.
"""

from __future__ import annotations

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from federation.x509.findings import Refusal, Refused
from federation.x509.keys import PrivateKey, key_from_der, private_octets
from federation.x509.masterkey import ID_OCTETS, KEY_OCTETS, Keyring, MasterKey

VERSION = b"\x01"
NONCE_OCTETS = 12
TAG_OCTETS = 16
_WRAPPED = NONCE_OCTETS + KEY_OCTETS + TAG_OCTETS
_HEADER = len(VERSION) + ID_OCTETS
_LEAST = _HEADER + _WRAPPED + NONCE_OCTETS + TAG_OCTETS

PRIVATE_KEY = "private-key"


def seal(plaintext: bytes, *, keyring: Keyring, record: str, purpose: str) -> bytes:
    """Seal ``plaintext`` under the current master key.

    ``record`` names for ever what it belongs to, such as the SHA-256 of the public key; ``purpose`` what it
    is.
    """
    data_key = AESGCM.generate_key(bit_length=KEY_OCTETS * 8)
    wrapped = _wrap(data_key, keyring.current, record, purpose)
    return wrapped + _encrypt(data_key, plaintext, _bound("data", record, purpose))


def unseal(sealed: bytes, *, keyring: Keyring, record: str, purpose: str) -> bytes:
    """What was sealed; raises Refused: MASTER_KEY_CHANGED, or SEALED_DAMAGED when any octet differs."""
    data_key = _unwrap(sealed, keyring, record, purpose)
    return _decrypt(data_key, sealed[_HEADER + _WRAPPED :], _bound("data", record, purpose))


def rewrap(sealed: bytes, *, keyring: Keyring, record: str, purpose: str) -> bytes:
    """The same record under the current master key; unchanged when it is so already. Raises like unseal()."""
    data_key = _unwrap(sealed, keyring, record, purpose)
    if sealed_under(sealed) == keyring.current.id:
        return sealed
    return _wrap(data_key, keyring.current, record, purpose) + sealed[_HEADER + _WRAPPED :]


def sealed_under(sealed: bytes) -> str:
    """The id of the master key a record needs; raises Refused(SEALED_DAMAGED) if it is no record."""
    if len(sealed) < _LEAST or sealed[:1] != VERSION:
        raise Refused(Refusal.SEALED_DAMAGED)
    return sealed[1:_HEADER].hex()


def seal_key(key: PrivateKey, *, keyring: Keyring, record: str) -> bytes:
    """Seal a private key."""
    return seal(private_octets(key), keyring=keyring, record=record, purpose=PRIVATE_KEY)


def open_key(sealed: bytes, *, keyring: Keyring, record: str) -> PrivateKey:
    """The private key of a record; raises like unseal()."""
    return key_from_der(unseal(sealed, keyring=keyring, record=record, purpose=PRIVATE_KEY))


def _wrap(data_key: bytes, master: MasterKey, record: str, purpose: str) -> bytes:
    wrapped = _encrypt(master.secret, data_key, _bound("key", record, purpose) + master.id.encode())
    return VERSION + bytes.fromhex(master.id) + wrapped


def _unwrap(sealed: bytes, keyring: Keyring, record: str, purpose: str) -> bytes:
    needed = sealed_under(sealed)
    master = keyring.find(needed)
    if master is None:
        present = ",".join(known.id for known in keyring.keys)
        raise Refused(Refusal.MASTER_KEY_CHANGED, sealed_under=needed, present=present)
    bound = _bound("key", record, purpose) + master.id.encode()
    return _decrypt(master.secret, sealed[_HEADER : _HEADER + _WRAPPED], bound)


def _bound(step: str, record: str, purpose: str) -> bytes:
    """The additional data: each part behind its length, so that no two triples look alike."""
    parts = [part.encode() for part in (step, purpose, record)]
    return b"".join(len(part).to_bytes(4, "big") + part for part in parts)


def _encrypt(key: bytes, plaintext: bytes, bound: bytes) -> bytes:
    nonce = os.urandom(NONCE_OCTETS)
    return nonce + AESGCM(key).encrypt(nonce, plaintext, bound)


def _decrypt(key: bytes, nonce_and_text: bytes, bound: bytes) -> bytes:
    try:
        return AESGCM(key).decrypt(nonce_and_text[:NONCE_OCTETS], nonce_and_text[NONCE_OCTETS:], bound)
    except InvalidTag:
        raise Refused(Refusal.SEALED_DAMAGED) from None
