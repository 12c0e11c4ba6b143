"""Things between a panel and a directory server, and in its place, that do not behave."""

from __future__ import annotations

import contextlib
import itertools
import socket
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PAGED = b"1.2.840.113556.1.4.319"
#: Tags of LDAP (RFC 4511, 4).
BIND, BOUND, SEARCH, ENTRY, DONE, UNBIND = 0x60, 0x61, 0x63, 0x64, 0x65, 0x42


def tlv(tag: int, *parts: bytes) -> bytes:
    """One element of BER."""
    content = b"".join(parts)
    size = len(content)
    length = bytes([size]) if size < 128 else b"\x84" + size.to_bytes(4)
    return bytes([tag]) + length + content


def number(value: int, tag: int = 2) -> bytes:
    return tlv(tag, value.to_bytes(4))


def entry(uid: str) -> bytes:
    """A searchResultEntry of somebody with an address."""
    values = tlv(0x31, tlv(4, f"sip:{uid}@contoso.com".encode()))
    attribute = tlv(0x30, tlv(4, b"msRTCSIP-PrimaryUserAddress"), values)
    return tlv(ENTRY, tlv(4, f"uid={uid}".encode()), tlv(0x30, attribute))


def done(cookie: bytes | None) -> list[bytes]:
    """A searchResultDone, and its control with a cookie; None leaves the control out."""
    result = tlv(DONE, number(0, 0x0A), tlv(4), tlv(4))
    if cookie is None:
        return [result]
    value = tlv(0x30, number(0), tlv(4, cookie))
    return [result, tlv(0xA0, tlv(0x30, tlv(4, PAGED), tlv(4, value)))]


#: The messages that answer one search.
Page = list[list[bytes]]


@contextlib.contextmanager
def listening(serve: Callable[[socket.socket], None]) -> Iterator[int]:
    """Serve one connection after the other in a thread; yields the port."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        stop = threading.Event()

        def run() -> None:
            while not stop.is_set():
                with contextlib.suppress(OSError), listener.accept()[0] as client:
                    if not stop.is_set():
                        serve(client)

        thread = threading.Thread(target=run)
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            stop.set()
            with contextlib.suppress(OSError), socket.create_connection(listener.getsockname(), timeout=5):
                pass
            thread.join(10)


@contextlib.contextmanager
def liar(page: Callable[[int], Page]) -> Iterator[int]:
    """An LDAP server that answers its n-th search with the messages of ``page(n)``."""

    def serve(client: socket.socket) -> None:
        client.settimeout(10)
        numbers = itertools.count()
        while True:
            key, tag = _message(client)
            if tag == BIND:
                answers: Page = [[tlv(BOUND, number(0, 0x0A), tlv(4), tlv(4))]]
            elif tag == SEARCH:
                answers = page(next(numbers))
            else:
                return
            client.sendall(b"".join(tlv(0x30, key, *answer) for answer in answers))

    with listening(serve) as port:
        yield port


def _message(client: socket.socket) -> tuple[bytes, int]:
    """The next message: its id as it came, and the tag of its operation."""
    head = _bytes(client, 2)
    size = head[1]
    if size > 127:
        size = int.from_bytes(_bytes(client, size - 128))
    content = _bytes(client, size)
    key = content[: 2 + content[1]]
    return key, content[len(key)]


def _bytes(client: socket.socket, count: int) -> bytes:
    got = b""
    while len(got) < count:
        more = client.recv(count - len(got))
        if not more:
            raise OSError("The client went away.")
        got += more
    return got


@contextlib.contextmanager
def cutting(port: int, after: int) -> Iterator[int]:
    """A proxy to ``port`` that cuts the connection after so many bytes from the server."""

    def serve(client: socket.socket) -> None:
        with socket.create_connection(("127.0.0.1", port)) as server:
            upward = threading.Thread(target=_copy, args=(client, server))
            upward.start()
            left = after
            while left > 0 and (some := server.recv(min(left, 4096))):
                client.sendall(some)
                left -= len(some)
            for each in (client, server):
                with contextlib.suppress(OSError):
                    each.shutdown(socket.SHUT_RDWR)
            upward.join(10)

    with listening(serve) as own:
        yield own


def _copy(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while some := source.recv(4096):
            target.sendall(some)
