"""Private keys are at rest only sealed, open nowhere else, and survive a new master key."""

from __future__ import annotations

import base64
import errno
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from federation.x509 import masterkey, vault
from federation.x509.findings import Refusal, Refused
from federation.x509.keys import KeyKind, make_key, private_octets
from federation.x509.masterkey import Keyring, MasterKey

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

KEYRING = Keyring(MasterKey.make())


def refusal(call: Callable[[], object]) -> Refused:
    with pytest.raises(Refused) as caught:
        call()
    return caught.value


def opened(sealed: bytes, keyring: Keyring = KEYRING, record: str = "one", purpose: str = "test") -> bytes:
    return vault.unseal(sealed, keyring=keyring, record=record, purpose=purpose)


def sealed(plaintext: bytes = b"secret", keyring: Keyring = KEYRING) -> bytes:
    return vault.seal(plaintext, keyring=keyring, record="one", purpose="test")


@given(st.binary(max_size=3000))
def test_what_is_sealed_opens_and_does_not_show(plaintext: bytes) -> None:
    closed = sealed(plaintext)
    assert opened(closed) == plaintext
    assert len(plaintext) < 8 or plaintext not in closed
    assert sealed(plaintext) != closed


def test_a_private_key_comes_back_whole_and_is_found_in_nothing_shown() -> None:
    for kind in (KeyKind.RSA_2048, KeyKind.ECDSA_P384):
        key = make_key(kind)
        closed = vault.seal_key(key, keyring=KEYRING, record="one")
        assert private_octets(vault.open_key(closed, keyring=KEYRING, record="one")) == private_octets(key)
        assert private_octets(key)[-32:] not in closed


def test_a_record_opens_in_no_other_place() -> None:
    closed = sealed()
    for record, purpose in (
        ("two", "test"),
        ("one", "other"),
        ("onetest", ""),
        ("", "testone"),
        ("test", "one"),
    ):
        refused = refusal(lambda: opened(closed, record=record, purpose=purpose))  # noqa: B023
        assert refused.code is Refusal.SEALED_DAMAGED


@given(st.integers(0, 10_000), st.integers(1, 255))
def test_a_changed_octet_is_noticed(place: int, change: int) -> None:
    closed = bytearray(sealed())
    closed[place % len(closed)] ^= change
    assert refusal(lambda: opened(bytes(closed))).code in {Refusal.SEALED_DAMAGED, Refusal.MASTER_KEY_CHANGED}


@given(st.binary(max_size=200))
def test_what_is_no_record_is_refused(octets: bytes) -> None:
    refusal(lambda: opened(octets))


def test_a_changed_master_key_is_told_by_its_name() -> None:
    other = Keyring(MasterKey.make())
    refused = refusal(lambda: opened(sealed(), keyring=other))
    assert refused.code is Refusal.MASTER_KEY_CHANGED
    assert refused.params == {"sealed_under": KEYRING.current.id, "present": other.current.id}


def test_a_new_master_key_rewraps_and_leaves_the_data_alone() -> None:
    closed = sealed()
    both = Keyring(MasterKey.make(), KEYRING.keys)
    assert opened(closed, keyring=both) == b"secret"
    moved = vault.rewrap(closed, keyring=both, record="one", purpose="test")
    assert vault.sealed_under(moved) == both.current.id != vault.sealed_under(closed)
    assert opened(moved, keyring=Keyring(both.current)) == b"secret"
    assert moved[-22:] == closed[-22:]
    assert vault.rewrap(moved, keyring=both, record="one", purpose="test") == moved
    refused = refusal(lambda: vault.rewrap(closed, keyring=both, record="two", purpose="test"))
    assert refused.code is Refusal.SEALED_DAMAGED


def test_nothing_shown_holds_a_secret() -> None:
    shown = f"{KEYRING} {KEYRING!r} {KEYRING.current} {vars(Keyring)}"
    assert KEYRING.current.id in shown
    assert KEYRING.current.word() not in shown
    assert repr(KEYRING.current.secret) not in shown
    assert KEYRING.current.secret.hex() not in shown


# Where the master key is.


def test_the_file_is_made_once_and_only_its_owner_may_read_it(tmp_path: Path) -> None:
    path = tmp_path / "master.key"
    made = masterkey.load_or_make(path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert masterkey.load_or_make(path) == masterkey.load(path) == made
    assert [each.name for each in tmp_path.iterdir()] == ["master.key"]


def test_of_several_processes_at_first_start_all_use_one_key(tmp_path: Path) -> None:
    program = (
        "import sys, pathlib; from federation.x509.masterkey import load_or_make;"
        "print(load_or_make(pathlib.Path(sys.argv[1])).current.id)"
    )
    command = [sys.executable, "-c", program, str(tmp_path / "master.key")]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE) for _number in range(6)]
    assert len({process.communicate()[0] for process in running}) == 1


def test_the_environment_comes_before_the_file(tmp_path: Path) -> None:
    path = tmp_path / "master.key"
    key = MasterKey.make()
    assert masterkey.load_or_make(path, key.word()).current == key
    assert not path.exists()
    for word in (key.word(), key.secret.hex(), base64.urlsafe_b64encode(key.secret).decode()):
        assert masterkey.load(path, f" {word}\n").current == key
    in_file = masterkey.load_or_make(path)
    assert masterkey.load(path, "") == masterkey.load(path, None) == in_file


def test_losing_or_spoiling_the_file_is_told(tmp_path: Path) -> None:
    path = tmp_path / "master.key"
    assert refusal(lambda: masterkey.load(path)).code is Refusal.MASTER_KEY_MISSING
    masterkey.load_or_make(path)
    path.chmod(0o640)
    refused = refusal(lambda: masterkey.load(path))
    assert refused.code is Refusal.MASTER_KEY_EXPOSED
    assert refused.params == {"where": str(path), "mode": "0640"}
    path.chmod(0o600)
    for text in (
        "",
        "# only a note\n",
        "short",
        "A" * 43,
        base64.b64encode(os.urandom(31)).decode(),
        "é" * 44,
    ):
        path.write_text(text)
        refused = refusal(lambda: masterkey.load(path))
        assert refused.code is Refusal.MASTER_KEY_MALFORMED
        assert text not in str(refused) or not text
    assert refusal(lambda: masterkey.load(path, "secret words")).params == {"where": "environment"}
    path.unlink()
    path.mkdir()
    assert refusal(lambda: masterkey.load(path)).code is Refusal.MASTER_KEY_UNREADABLE
    nowhere = tmp_path / "nowhere" / "master.key"
    assert refusal(lambda: masterkey.load_or_make(nowhere)).code is Refusal.MASTER_KEY_UNWRITABLE


@pytest.mark.parametrize("call, number", [("link", errno.EPERM), ("fsync", errno.ENOSPC)])
def test_a_disk_that_will_not_take_the_file_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str, number: int
) -> None:
    def refuses(*_what: object) -> None:
        raise OSError(number, os.strerror(number))

    path = tmp_path / "master.key"
    with monkeypatch.context() as patch:
        patch.setattr(os, call, refuses)
        refused = refusal(lambda: masterkey.load_or_make(path))
    told = (Refusal.MASTER_KEY_UNWRITABLE, {"where": str(path), "why": os.strerror(number)})
    assert (refused.code, refused.params) == told
    assert list(tmp_path.iterdir()) == []
    made = masterkey.load_or_make(path)
    monkeypatch.setattr(os, "fsync", lambda _file: refuses() if call == "fsync" else None)
    monkeypatch.setattr(os, "replace", refuses)
    for change in (masterkey.replace, masterkey.retire):
        assert refusal(lambda change=change: change(path)).code is Refusal.MASTER_KEY_UNWRITABLE  # type: ignore[misc]
    assert masterkey.load(path) == made


def test_replacing_the_key_keeps_the_previous_until_it_is_retired(tmp_path: Path) -> None:
    path = tmp_path / "master.key"
    first = masterkey.load_or_make(path)
    second = masterkey.replace(path)
    assert second.previous == first.keys
    assert masterkey.load(path) == second
    third = masterkey.replace(path)
    assert third.previous == second.keys
    assert masterkey.retire(path) == Keyring(third.current) == masterkey.load(path)
    assert path.stat().st_mode & 0o777 == 0o600
