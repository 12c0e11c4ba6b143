"""Private keys at rest: sealed under the master key, opened for a moment, destroyed, sealed anew."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables

from controlpanel.audit.records import record
from federation.certificates.actions import Action
from federation.certificates.models import KeyPair
from federation.certificates.words import refusals_told
from federation.x509 import masterkey, vault
from federation.x509.keys import public_octets

if TYPE_CHECKING:
    from controlpanel.audit.actor import Actor
    from federation.x509.keys import PrivateKey
    from federation.x509.masterkey import Keyring


def keyring() -> Keyring:
    """The master keys. Made when nothing is sealed yet; else a missing one is an error. Raises Refused."""
    load = masterkey.load if KeyPair.objects.exists() else masterkey.load_or_make
    return load(settings.MASTER_KEY_FILE, settings.MASTER_KEY)


def record_of(spki: bytes) -> str:
    """What a key is found by: the SHA-256 of its SubjectPublicKeyInfo."""
    return sha256(spki).hexdigest()


@sensitive_variables()
def keep(key: PrivateKey) -> KeyPair:
    """The row of ``key``, sealed and stored if it is new. Raises ValidationError, inside a transaction."""
    name = record_of(public_octets(key))
    known = KeyPair.objects.filter(record=name).first()
    if known is not None:
        return known
    with refusals_told():
        sealed = vault.seal_key(key, keyring=keyring(), record=name)
    return KeyPair.objects.create(record=name, sealed=sealed)


@sensitive_variables()
def opened(pair: KeyPair) -> PrivateKey:
    """The private key itself; raises ValidationError when the master key is gone or the seal is broken."""
    with refusals_told():
        return vault.open_key(bytes(pair.sealed), keyring=keyring(), record=pair.record)


def destroy_unused(pair: KeyPair) -> None:
    """Delete a key that no request and no certificate needs any more."""
    if not pair.certificates.exists() and not hasattr(pair, "request"):
        pair.delete()


@sensitive_variables()
def rotate_master_key(*, actor: Actor, reason: str = "") -> int:
    """Put a new master key in force and wrap every private key under it; returns how many there are.

    A crash at any step loses nothing: until the end the file holds the former key too. With the key in the
    environment, put the new one in front there first; this wraps under it. Raises ValidationError.
    """
    with refusals_told():
        keyring()  # so that there is a file
        if not settings.MASTER_KEY:
            masterkey.replace(settings.MASTER_KEY_FILE)
        count = _wrap_all(actor=actor, reason=reason)
        if not settings.MASTER_KEY:
            masterkey.retire(settings.MASTER_KEY_FILE)
    return count


@transaction.atomic
def _wrap_all(*, actor: Actor, reason: str) -> int:
    keys, count = keyring(), 0
    for pair in KeyPair.objects.select_for_update().order_by("pk"):
        pair.sealed = vault.rewrap(
            bytes(pair.sealed), keyring=keys, record=pair.record, purpose=vault.PRIVATE_KEY
        )
        pair.save(update_fields=["sealed"])
        count += 1
    record(
        Action.ROTATE,
        None,
        actor=actor,
        name=_("Master key %(id)s") % {"id": keys.current.id},
        object_type=KeyPair._meta.label_lower,
        after={"keys": count},
        reason=reason,
    )
    return count
