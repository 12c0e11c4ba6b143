"""Keys at rest: sealed under the master key, opened for a moment, destroyed.

Private keys are this room's. A room above that keeps something sealed the same way registers its table, so
that a new master key reaches that too.
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Any, NamedTuple

from django.conf import settings
from django.db import connection
from django.views.decorators.debug import sensitive_variables

from federation.certificates.models import KeyPair
from federation.certificates.words import refusals_told
from federation.x509 import masterkey, vault
from federation.x509.findings import Refusal, Refused
from federation.x509.keys import key_from_der, public_octets

if TYPE_CHECKING:
    from django.db.models import Model
    from django.db.models.query import QuerySet

    from federation.x509.keys import PrivateKey
    from federation.x509.masterkey import Keyring

_LOCK = 0x6B657973  # "keys"


class Kind(NamedTuple):
    """A table with a sealed column; another column says for ever what the seal is bound to.

    Rows with nothing sealed are empty there.
    """

    model: type[Model]
    record: str
    sealed: str
    purpose: str

    def rows(self) -> QuerySet[Any]:
        """The rows with something sealed."""
        return self.model._default_manager.exclude(**{self.sealed: b""}).order_by("pk")


PRIVATE_KEYS = Kind(KeyPair, "record", "sealed", vault.PRIVATE_KEY)
#: Everything that is sealed under the master key.
kinds = [PRIVATE_KEYS]


def keyring() -> Keyring:
    """The master keys. Made when nothing is sealed yet; else a missing one is an error. Raises Refused."""
    is_needed = any(kind.rows().exists() for kind in kinds)
    load = masterkey.load if is_needed else masterkey.load_or_make
    return load(settings.MASTER_KEY_FILE, settings.MASTER_KEY)


@sensitive_variables()
def _keyring_to_seal_with() -> Keyring:
    """The master keys, once it is sure that what is sealed already needs no other. Raises Refused.

    A damaged row tells nothing of the master key, and stands in nobody's way.
    """
    ring = keyring()
    for kind in kinds:
        for newest in kind.rows().order_by("-pk")[:1]:
            try:
                _opened_under(ring, newest, kind)
            except Refused as refusal:
                if refusal.code is not Refusal.SEALED_DAMAGED:
                    raise
    return ring


def hold() -> None:
    """Until this transaction ends nobody else seals a key or rotates; SQLite has one writer anyway."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def record_of(spki: bytes) -> str:
    """What a key is found by: the SHA-256 of its SubjectPublicKeyInfo."""
    return sha256(spki).hexdigest()


@sensitive_variables()
def keep(key: PrivateKey) -> KeyPair:
    """The row of ``key``, sealed and stored if it is new. Raises ValidationError, inside a transaction."""
    hold()
    name = record_of(public_octets(key))
    known = KeyPair.objects.filter(record=name).first()
    if known is not None:
        return known
    with refusals_told():
        sealed = vault.seal_key(key, keyring=_keyring_to_seal_with(), record=name)
    return KeyPair.objects.create(record=name, sealed=sealed)


@sensitive_variables()
def opened(pair: KeyPair) -> PrivateKey:
    """The private key itself; raises ValidationError when the master key is gone or the seal is broken."""
    with refusals_told():
        return key_from_der(_unsealed(pair, PRIVATE_KEYS))


@sensitive_variables()
def sealed(plain: bytes, *, record: str, purpose: str) -> bytes:
    """``plain`` under the master key; raises ValidationError when it is gone or another. In a transaction."""
    hold()
    with refusals_told():
        return vault.seal(plain, keyring=_keyring_to_seal_with(), record=record, purpose=purpose)


@sensitive_variables()
def unsealed(row: Model, kind: Kind) -> bytes:
    """What is sealed in ``row``; raises ValidationError when the master key is gone or the seal is broken."""
    with refusals_told():
        return _unsealed(row, kind)


@sensitive_variables()
def _unsealed(row: Model, kind: Kind) -> bytes:
    for is_last in (False, False, True):
        try:
            return _opened_under(keyring(), row, kind)
        except Refused as refusal:
            if refusal.code is not Refusal.MASTER_KEY_CHANGED or is_last:
                raise
        row.refresh_from_db(fields=[kind.sealed])  # the master key may have been rotated since it was read
    raise AssertionError


@sensitive_variables()
def _opened_under(ring: Keyring, row: Model, kind: Kind) -> bytes:
    kept, record = bytes(getattr(row, kind.sealed)), getattr(row, kind.record)
    return vault.unseal(kept, keyring=ring, record=record, purpose=kind.purpose)


def destroy_unused(pair: KeyPair) -> None:
    """Delete a key that no request and no certificate needs any more."""
    if not pair.certificates.exists() and not hasattr(pair, "request"):
        pair.delete()
