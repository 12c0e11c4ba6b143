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
    load = masterkey.load if KeyPair.objects.exists() else masterkey.load_or_make
    return load(settings.MASTER_KEY_FILE, settings.MASTER_KEY)


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
        ring = keyring()
        for newest in KeyPair.objects.order_by("-pk")[:1]:  # opens under this master key, or it is another
            vault.open_key(bytes(newest.sealed), keyring=ring, record=newest.record)
        sealed = vault.seal_key(key, keyring=ring, record=name)
    return KeyPair.objects.create(record=name, sealed=sealed)


@sensitive_variables()
def opened(pair: KeyPair) -> PrivateKey:
    """The private key itself; raises ValidationError when the master key is gone or the seal is broken."""
    with refusals_told():
        return key_from_der(_unsealed(pair, PRIVATE_KEYS))


@sensitive_variables()
def sealed(plain: bytes, *, record: str, purpose: str) -> bytes:
    """``plain`` under the master key. Raises ValidationError when there is none; inside a transaction."""
    hold()
    with refusals_told():
        return vault.seal(plain, keyring=keyring(), record=record, purpose=purpose)


@sensitive_variables()
def unsealed(row: Model, kind: Kind) -> bytes:
    """What is sealed in ``row``; raises ValidationError when the master key is gone or the seal is broken."""
    with refusals_told():
        return _unsealed(row, kind)


@sensitive_variables()
def _unsealed(row: Model, kind: Kind) -> bytes:
    for is_last in (False, False, True):
        kept, record = bytes(getattr(row, kind.sealed)), getattr(row, kind.record)
        try:
            return vault.unseal(kept, keyring=keyring(), record=record, purpose=kind.purpose)
        except Refused as refusal:
            if refusal.code is not Refusal.MASTER_KEY_CHANGED or is_last:
                raise
        row.refresh_from_db(fields=[kind.sealed])  # the master key may have been rotated since it was read
    raise AssertionError


def destroy_unused(pair: KeyPair) -> None:
    """Delete a key that no request and no certificate needs any more."""
    if not pair.certificates.exists() and not hasattr(pair, "request"):
        pair.delete()
