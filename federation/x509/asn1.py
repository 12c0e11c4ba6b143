"""Just enough of BER (X.690) to tell files apart and to see how much work they ask for. Pure Python.

Certificates and keys are read by ``cryptography``; this finds where they lie in a container: tags of one
octet, definite and indefinite lengths, no deeper than DEEPEST. Everything else raises ``Malformed``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

INTEGER, BIT_STRING, OCTET_STRING, OID = 0x02, 0x03, 0x04, 0x06
UTF8_STRING, IA5_STRING = 0x0C, 0x16
SEQUENCE, SET, EXPLICIT_0 = 0x30, 0x31, 0xA0

DEEPEST = 24
_CONSTRUCTED = 0x20
_END_OF_CONTENTS = b"\x00\x00"


class Malformed(ValueError):
    """The octets are not what BER allows, or not what was expected here."""


class Element(NamedTuple):
    """One element: its tag, where it starts, where its contents start and stop, where the next one starts."""

    tag: int
    start: int
    begin: int
    stop: int
    after: int


def element(data: bytes, at: int = 0, end: int | None = None, depth: int = 0) -> Element:
    """The element of ``data`` that starts at ``at`` and stops before ``end``; raises Malformed."""
    end = len(data) if end is None else end
    if depth > DEEPEST or at + 2 > end or data[at] & 0x1F == 0x1F:
        raise Malformed
    tag, length, begin = data[at], data[at + 1], at + 2
    if length == 0x80:
        if not tag & _CONSTRUCTED:
            raise Malformed
        return _indefinite(data, at, end, depth)
    if length > 0x80:
        octets = length - 0x80
        if octets > 4 or begin + octets > end:
            raise Malformed
        length, begin = int.from_bytes(data[begin : begin + octets], "big"), begin + octets
    if begin + length > end:
        raise Malformed
    return Element(tag, at, begin, begin + length, begin + length)


def _indefinite(data: bytes, at: int, end: int, depth: int) -> Element:
    inner = at + 2
    while data[inner : inner + 2] != _END_OF_CONTENTS:
        inner = element(data, inner, end, depth + 1).after
    if inner + 2 > end:
        raise Malformed
    return Element(data[at], at, at + 2, inner, inner + 2)


def elements(data: bytes, begin: int = 0, stop: int | None = None) -> Iterator[Element]:
    """The elements that follow each other from ``begin`` to ``stop``; raises Malformed."""
    stop = len(data) if stop is None else stop
    while begin < stop:
        found = element(data, begin, stop)
        yield found
        begin = found.after


def children(data: bytes, parent: Element) -> list[Element]:
    """The elements inside a constructed one; raises Malformed."""
    if not parent.tag & _CONSTRUCTED:
        raise Malformed
    return list(elements(data, parent.begin, parent.stop))


def contents(data: bytes, found: Element) -> bytes:
    """What an element holds, without its tag and length."""
    return data[found.begin : found.stop]


def whole(data: bytes, found: Element) -> bytes:
    """An element with its tag and length."""
    return data[found.start : found.after]


def text(data: bytes, tag: int, encoding: str) -> str:
    """The one string of type ``tag`` that ``data`` is; raises Malformed."""
    found = element(data)
    if found.tag != tag or found.after != len(data):
        raise Malformed
    try:
        return contents(data, found).decode(encoding)
    except UnicodeDecodeError:
        raise Malformed from None


def wrapped(tag: int, value: bytes) -> bytes:
    """DER of ``value`` under a tag (lengths up to 65535)."""
    size = len(value)
    if size < 0x80:
        return bytes((tag, size)) + value
    octets = size.to_bytes(2, "big").lstrip(b"\0")
    return bytes((tag, 0x80 + len(octets))) + octets + value
