"""The master key, from an environment variable or from a file that only the panel may read. Pure Python.

Both hold words, the current key first, then previous ones that records not yet re-wrapped need: 32 random
octets each, in base64 or hexadecimal. In the file, lines that begin with # are notes. Replacing the key is
three steps, and stopping after any of them loses nothing: ``replace`` puts a new key in front, every record
is re-wrapped (vault.py), ``retire`` drops the previous ones.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
import tempfile
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from federation.x509.findings import Refusal, Refused

KEY_OCTETS = 32
ID_OCTETS = 8
LONGEST_FILE = 65_536
NOTE = (
    "# The master key of the Federation Control Panel. Without it no private key in the database\n"
    "# can be used: keep a copy, apart from the copies of the database.\n"
)


@dataclass(frozen=True)
class MasterKey:
    """32 secret octets; ``id`` is a digest of them, safe to show."""

    secret: bytes = field(repr=False)
    id: str = field(init=False)

    def __post_init__(self) -> None:
        digest = hashlib.sha256(b"master key id\0" + self.secret).digest()
        object.__setattr__(self, "id", digest[:ID_OCTETS].hex())

    @classmethod
    def make(cls) -> MasterKey:
        """A new one, from the system's random source."""
        return cls(os.urandom(KEY_OCTETS))

    def word(self) -> str:
        """The secret in base64, for the file or the environment variable alone."""
        return base64.b64encode(self.secret).decode("ascii")


@dataclass(frozen=True)
class Keyring:
    """The current master key and the previous ones."""

    current: MasterKey
    previous: tuple[MasterKey, ...] = ()

    @property
    def keys(self) -> tuple[MasterKey, ...]:
        """All of them, the current one first."""
        return (self.current, *self.previous)

    def find(self, identifier: str) -> MasterKey | None:
        """The key with this id, if it is here."""
        return next((key for key in self.keys if key.id == identifier), None)


def load(path: Path, environment: str | None = None) -> Keyring:
    """The keys: of ``environment``, the variable's value, if it is set at all; else of the file.

    Raises Refused with MASTER_KEY_MISSING, _UNREADABLE, _EXPOSED (others may read the file) or _MALFORMED;
    the parameter ``where`` is the path, or "environment".
    """
    if environment is not None and environment.strip():
        return parse(environment, "environment")
    return parse(_text(path), str(path))


def load_or_make(path: Path, environment: str | None = None) -> Keyring:
    """Like load(), but makes the file where there is none; of several processes at once all use one key.

    Raises Refused(MASTER_KEY_UNWRITABLE) when it cannot be made, and like load().
    For a panel that has sealed nothing yet: where records exist, a missing key is to be told, by load().
    """
    with suppress(FileExistsError):
        if not (environment or "").strip() and not path.exists():
            _write(path, Keyring(MasterKey.make()), may_replace=False)
    return load(path, environment)


def parse(text: str, where: str) -> Keyring:
    """The keys in a text; raises Refused(MASTER_KEY_MALFORMED)."""
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    keys = [MasterKey(_octets(word, where)) for line in lines for word in line.split()]
    if not keys:
        raise Refused(Refusal.MASTER_KEY_MALFORMED, where=where)
    return Keyring(keys[0], tuple(keys[1:]))


def replace(path: Path) -> Keyring:
    """Put a new master key in front of the file's; the others become previous ones."""
    keyring = Keyring(MasterKey.make(), load(path).keys)
    _write(path, keyring)
    return keyring


def retire(path: Path) -> Keyring:
    """Drop the file's previous keys: only when every record is under the current one."""
    keyring = Keyring(load(path).current)
    _write(path, keyring)
    return keyring


def _octets(word: str, where: str) -> bytes:
    with suppress(ValueError):
        if len(word) == 2 * KEY_OCTETS:
            return bytes.fromhex(word)
    with suppress(binascii.Error, ValueError):
        found = base64.b64decode(word.replace("-", "+").replace("_", "/"), validate=True)
        if len(found) == KEY_OCTETS:
            return found
    raise Refused(Refusal.MASTER_KEY_MALFORMED, where=where)


def _text(path: Path) -> str:
    """The file's text, if nobody but its owner may read or write it."""
    where = str(path)
    try:
        with path.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode & 0o777
            found = file.read(LONGEST_FILE)
    except FileNotFoundError:
        raise Refused(Refusal.MASTER_KEY_MISSING, where=where) from None
    except OSError as failure:
        raise Refused(Refusal.MASTER_KEY_UNREADABLE, where=where, why=failure.strerror or "") from None
    if mode & 0o077:
        raise Refused(Refusal.MASTER_KEY_EXPOSED, where=where, mode=f"{mode:04o}")
    return found.decode("ascii", errors="replace")


def _write(path: Path, keyring: Keyring, *, may_replace: bool = True) -> None:
    """Write the file whole or not at all, of mode 0600 from its first moment; may raise FileExistsError."""
    text = NOTE + "".join(f"{key.word()}\n" for key in keyring.keys)
    try:
        _put(path, text, may_replace=may_replace)
    except FileExistsError:
        raise
    except OSError as failure:
        why = failure.strerror or ""
        raise Refused(Refusal.MASTER_KEY_UNWRITABLE, where=str(path), why=why) from None


def _put(path: Path, text: str, *, may_replace: bool) -> None:
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # of mode 0600
    temporary = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        if may_replace:
            temporary.replace(path)
        else:
            os.link(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
