"""The end of a connection, so that the last answer arrives (RFC 9112, 9.6).

Whoever still sends when a connection is closed is sent a reset, and may lose the answer that was on its way.
So the panel first says that it sends no more, and goes on taking what comes, unread, until the other side is
done. Gunicorn does that too, but in the thread that lets everybody in: one who stays would hold up all.
"""

from __future__ import annotations

import selectors
import socket
import time
from collections import deque
from contextlib import suppress
from threading import Thread

#: Seconds until a connection is closed on which nothing comes any more, or however much comes.
IDLE, LONGEST = 2.0, 30.0
#: Connections at once; beyond them the oldest is closed.
MOST = 128
_PIECE = 65536


class Lingering(Thread):
    """One thread a process; ``take`` gives it a connection that was answered."""

    def __init__(self) -> None:
        super().__init__(name="lingering", daemon=True)
        self._selector = selectors.DefaultSelector()
        self._arrived: deque[socket.socket] = deque()
        self._held: dict[socket.socket, tuple[float, float]] = {}  # since when, and when something came last
        self._bell, self._ear = socket.socketpair()
        self._bell.setblocking(False)
        self._selector.register(self._ear, selectors.EVENT_READ)

    def take(self, connection: socket.socket) -> None:
        """Send no more there, and close it as soon as the other side is done. Does not wait."""
        try:
            connection.shutdown(socket.SHUT_WR)
        except OSError:  # the other side is gone
            connection.close()
            return
        self._arrived.append(connection)
        with suppress(BlockingIOError):  # it rings already
            self._bell.send(b"\0")

    def run(self) -> None:
        """Until the process ends."""
        while True:
            for key, _events in self._selector.select(IDLE / 4 if self._held else None):
                if key.fileobj is self._ear:
                    self._ear.recv(_PIECE)
                    self._let_in()
                elif isinstance(key.fileobj, socket.socket):
                    self._hear(key.fileobj)
            now = time.monotonic()
            for connection, (since, last) in list(self._held.items()):
                if now - last > IDLE or now - since > LONGEST:
                    self._close(connection)

    def _let_in(self) -> None:
        while self._arrived:
            connection = self._arrived.popleft()
            if connection in self._held or connection.fileno() < 0:
                continue
            if len(self._held) >= MOST:
                self._close(next(iter(self._held)))
            self._held[connection] = (time.monotonic(), time.monotonic())
            self._selector.register(connection, selectors.EVENT_READ)

    def _hear(self, connection: socket.socket) -> None:
        try:
            something = connection.recv(_PIECE, socket.MSG_DONTWAIT)
        except BlockingIOError:
            return
        except OSError:
            something = b""
        if something:
            self._held[connection] = (self._held[connection][0], time.monotonic())
        else:
            self._close(connection)

    def _close(self, connection: socket.socket) -> None:
        del self._held[connection]
        self._selector.unregister(connection)
        connection.close()
