"""What the panel and a gateway say to each other. Pure Python; the module's half is prosody/.

One exchange is one HTTP POST. The gateway sends JSON (``Request``): what it has, how long it will wait, and a
report of itself. The panel answers 204 when nothing changed within that time, or 200 with a *document*:

    {"count":3,"from":41,"gateway":"...","hash":"...","kind":"changes","lines":2,"panel":"...",...}
    policy:7 {"federation":true,"scope":"user","site":null,"xmpp":false}
    user:bob@contoso.test

The first line is the header. Every other line is one object, ``key SPACE canonical-JSON``, or, when a change
took it away, its key alone. A full document holds every object once; a change document holds each object
that differs between two revisions once, as it is in the later one, so a gateway may be any number of
revisions behind. Both are in ``sort_key`` order: by kind, then by key, byte by byte as UTF-8. That makes the
document of a revision the same bytes every time, and lets a reader see without remembering that no key comes
twice. UTF-8, each line ends in LF, the body has a Content-Length and no encoding: Prosody can neither
decompress nor tell a truncated chunked body from a whole one.

**The hash** is the XOR of the SHA-256 digests of all object lines. Objects have unique keys, so the objects
are a set, and two sets have the same XOR exactly when the digests of the lines in which they *differ* XOR to
zero. Whatever accident made them differ (a lost, repeated, garbled or misplaced line) did not choose lines
for that: one chance in 2**256. An adversary could choose (solve 256 linear equations), but one who can write
lines holds the gateway's secret already. In exchange, one changed object among a million costs two digests,
and the order in which objects came does not matter. ``count`` goes along for people who read documents.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

PROTOCOL = 1
MEDIA_TYPE = "application/x-federation-objects; charset=utf-8"
#: The order of kinds in a full document: what a decision needs first; unknown kinds go last.
KINDS = ("edge", "xmpp", "domain", "policy", "pool", "partner", "user", "certificate")

#: Limits that both halves check, in bytes or in lines.
LONGEST_KEY = 3072
LONGEST_LINE = 4 * 1024 * 1024
MOST_OBJECTS = 5_000_000
LONGEST_REQUEST = 1024 * 1024
LONGEST_WAIT = 55  # seconds; proxies commonly cut at 60

_KEY = re.compile(r"[a-z]+:[^\x00-\x20\x7f]+")
_HASH = re.compile(r"[0-9a-f]{64}")


class Malformed(ValueError):
    """Bytes that are no document or request of this protocol, or break one of its limits."""


class Change(NamedTuple):
    """One object that differs: ``value`` as it is now, or None when it is gone."""

    key: str
    value: Mapping[str, Any] | None


def canonical(value: Mapping[str, Any]) -> str:
    """The one JSON text of an object: sorted keys, no spaces, no escapes but JSON's own, no floats."""
    _check_value(value)
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def _check_value(value: object) -> None:
    if isinstance(value, float):
        raise Malformed("a number that is not whole")
    if isinstance(value, dict):
        for key, inside in value.items():
            if not isinstance(key, str):
                raise Malformed("a name that is not text")
            _check_value(inside)
    elif isinstance(value, list | tuple):
        for inside in value:
            _check_value(inside)


def line(key: str, value: Mapping[str, Any] | None) -> str:
    """The line of a change, without its LF."""
    if not _KEY.fullmatch(key) or len(key.encode()) > LONGEST_KEY:
        raise Malformed(f"not a key: {key[:80]!r}")
    text = key if value is None else f"{key} {canonical(value)}"
    if len(text.encode()) > LONGEST_LINE:
        raise Malformed(f"an object too long to send: {key[:80]!r}")
    return text


def sort_key(key: str) -> tuple[int, str]:
    """Where an object stands in a full document: by kind, then by code points of its key."""
    kind = key.partition(":")[0]
    return (KINDS.index(kind) if kind in KINDS else len(KINDS)), key


@dataclass(frozen=True, slots=True)
class SetHash:
    """The hash and the number of a set of object lines. ``put`` and ``drop`` are inverse and commute."""

    value: int = 0
    count: int = 0

    def put(self, text: str) -> SetHash:
        """With this line, which must not be in the set."""
        return SetHash(self.value ^ _digest(text), self.count + 1)

    def drop(self, text: str) -> SetHash:
        """Without this line, which must be in the set."""
        return SetHash(self.value ^ _digest(text), self.count - 1)

    @property
    def hex(self) -> str:
        """64 lower-case hexadecimal digits."""
        return f"{self.value:064x}"

    @classmethod
    def of(cls, lines: Iterable[str]) -> SetHash:
        """The hash of a whole set."""
        value = count = 0
        for text in lines:
            value ^= _digest(text)
            count += 1
        return cls(value, count)

    @classmethod
    def parse(cls, digits: str, count: int) -> SetHash:
        """What ``hex`` printed."""
        if not _HASH.fullmatch(digits):
            raise Malformed("not a hash")
        return cls(int(digits, 16), count)


def _digest(text: str) -> int:
    return int.from_bytes(hashlib.sha256(text.encode()).digest(), "big")


@dataclass(frozen=True, slots=True)
class Header:
    """The first line of a document. ``since`` is the revision a change document starts from, else None."""

    panel: str  # which panel (its database) this is; a gateway never mixes two
    gateway: str  # for whom it was made
    revision: int
    hash: str  # of the state after it
    count: int  # objects in the state after it
    lines: int  # lines that follow
    since: int | None = None

    def encode(self) -> bytes:
        """The header line, with its LF."""
        fields: dict[str, Any] = {
            "protocol": PROTOCOL,
            "kind": "full" if self.since is None else "changes",
            "panel": self.panel,
            "gateway": self.gateway,
            "revision": self.revision,
            "hash": self.hash,
            "count": self.count,
            "lines": self.lines,
        }
        if self.since is not None:
            fields["from"] = self.since
        return canonical(fields).encode() + b"\n"


def coalesce(changes: Iterable[Change]) -> list[Change]:
    """The net effect of changes in order: the last word on each key, in ``sort_key`` order."""
    last = {change.key: change for change in changes}
    return [last[key] for key in sorted(last, key=sort_key)]


def encode(header: Header, lines: Iterable[str]) -> Iterator[bytes]:
    """A document in pieces of about 64 KiB, to stream; ``lines`` are as ``line`` makes them."""
    piece = [header.encode()]
    size = 0
    for text in lines:
        encoded = text.encode() + b"\n"
        piece.append(encoded)
        size += len(encoded)
        if size >= 65536:
            yield b"".join(piece)
            piece, size = [], 0
    if piece:
        yield b"".join(piece)


def decode(body: bytes) -> tuple[Header, list[Change]]:
    """The document in ``body``, whole and well formed, or Malformed. Does not look at the hash."""
    if not body.endswith(b"\n"):
        raise Malformed("truncated")
    first, *rest = body[:-1].split(b"\n")
    header = _header(_object(first))
    if len(rest) != header.lines:
        raise Malformed("truncated")
    changes = [_change(text) for text in rest]
    places = [sort_key(change.key) for change in changes]
    if any(one >= other for one, other in pairwise(places)):
        raise Malformed("a key comes twice, or out of order")
    if header.since is None and any(change.value is None for change in changes):
        raise Malformed("a full document removes something")
    return header, changes


def _object(text: bytes) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Malformed("not JSON") from error
    if not isinstance(value, dict):
        raise Malformed("not a JSON object")
    return value


def _change(text: bytes) -> Change:
    if len(text) > LONGEST_LINE:
        raise Malformed("a line too long")
    try:
        key, space, value = text.decode().partition(" ")
    except UnicodeDecodeError as error:
        raise Malformed("not UTF-8") from error
    if not _KEY.fullmatch(key):
        raise Malformed("not a key")
    return Change(key, _object(value.encode()) if space else None)


def _header(fields: dict[str, Any]) -> Header:
    kind, since = fields.get("kind"), fields.get("from")
    if fields.get("protocol") != PROTOCOL or kind not in {"full", "changes"}:
        raise Malformed("another protocol")
    if (kind == "changes") != (type(since) is int):
        raise Malformed("changes from where?")
    panel, gateway, digits = (_text(fields, name) for name in ("panel", "gateway", "hash"))
    revision, count, lines = (_number(fields, name) for name in ("revision", "count", "lines"))
    if not _HASH.fullmatch(digits) or max(count, lines) > MOST_OBJECTS:
        raise Malformed("a header field is out of bounds")
    return Header(panel, gateway, revision, digits, count, lines, since)


def _text(fields: dict[str, Any], name: str) -> str:
    value = fields.get(name)
    if not isinstance(value, str):
        raise Malformed(f"no {name}")
    return value


def _number(fields: dict[str, Any], name: str) -> int:
    value = fields.get(name)
    if type(value) is not int or value < 0:
        raise Malformed(f"no {name}")
    return value
