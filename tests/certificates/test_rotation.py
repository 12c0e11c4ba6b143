"""A new master key while others work: no private key is lost, whoever comes in between."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction

from controlpanel.audit.actor import Actor
from controlpanel.audit.models import AuditEvent
from federation.certificates.actions import Action
from federation.certificates.models import KeyPair
from federation.certificates.services import keys, rotation
from federation.x509 import masterkey, vault
from federation.x509.keys import KeyKind, make_key, public_octets
from federation.x509.masterkey import MasterKey
from tests.together import Meanwhile, together

if TYPE_CHECKING:
    from django.conf import LazySettings

    from federation.x509.masterkey import Keyring

pytestmark = [pytest.mark.sql, pytest.mark.django_db(transaction=True)]
MAKER = Actor("maker")


def kept() -> KeyPair:
    with transaction.atomic():
        return keys.keep(make_key(KeyKind.ECDSA_P256))


def in_the_file() -> Keyring:
    return masterkey.load(settings.MASTER_KEY_FILE)


def all_open() -> None:
    for pair in KeyPair.objects.all():
        assert keys.record_of(public_octets(keys.opened(pair))) == pair.record


def test_a_key_that_is_kept_meanwhile_is_not_lost() -> None:
    kept()
    moment = Meanwhile()

    def keep() -> None:
        with transaction.atomic():
            keys.keep(make_key(KeyKind.ECDSA_P256))
            moment.happened()  # sealed, and not committed yet

    def rotate() -> None:
        moment.wait()
        rotation.rotate_master_key(actor=MAKER)

    assert together([keep, rotate]) == [None, None]
    assert KeyPair.objects.count() == 2
    assert in_the_file().previous == ()
    all_open()


def test_two_new_master_keys_at_once_lose_nothing() -> None:
    for _number in range(3):
        kept()
    found = together([lambda: rotation.rotate_master_key(actor=MAKER)] * 2)
    assert found == [3, 3]
    assert in_the_file().previous == ()
    all_open()


def test_keys_are_kept_and_opened_all_the_while() -> None:
    first = kept()

    def rotate() -> None:
        for _number in range(5):
            rotation.rotate_master_key(actor=MAKER)

    def keep() -> None:
        for _number in range(5):
            kept()

    def read() -> None:
        for _number in range(100):
            keys.opened(first)  # a row read long ago

    assert together([rotate, keep, read]) == [None, None, None]
    assert KeyPair.objects.count() == 6
    all_open()


def test_a_crash_in_the_middle_loses_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    kept()
    for name in ("record", "retired"):
        with monkeypatch.context() as patch:
            patch.setattr(rotation, name, lambda *_args, **_values: 1 / 0)
            with pytest.raises(ZeroDivisionError):
                rotation.rotate_master_key(actor=MAKER)
        all_open()
    rotation.rotate_master_key(actor=MAKER)
    assert in_the_file().previous == ()
    all_open()


def test_a_former_key_stays_while_anything_needs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    kept()
    former = in_the_file().current
    masterkey.replace(settings.MASTER_KEY_FILE)
    with pytest.raises(ValidationError, match="A key is still sealed under"):
        rotation.retired()
    assert in_the_file().find(former.id)
    all_open()


def test_a_key_in_the_environment_must_be_another_one(settings: LazySettings) -> None:
    former, present = MasterKey.make(), MasterKey.make()
    settings.MASTER_KEY = former.word()
    pair = kept()
    with pytest.raises(ValidationError, match="PANEL_MASTER_KEY"):
        rotation.rotate_master_key(actor=MAKER)
    assert not AuditEvent.objects.filter(action=Action.ROTATE).exists()
    settings.MASTER_KEY = f"{present.word()} {former.word()}"
    assert rotation.rotate_master_key(actor=MAKER) == 1
    pair.refresh_from_db()
    assert vault.sealed_under(bytes(pair.sealed)) == present.id
    with pytest.raises(ValidationError, match="PANEL_MASTER_KEY"):
        rotation.rotate_master_key(actor=MAKER)
    settings.MASTER_KEY = present.word()
    all_open()
    assert not settings.MASTER_KEY_FILE.exists()
