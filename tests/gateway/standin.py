"""A stand-in for the panel's endpoint, only for tests: the protocol, and faults to order."""

from __future__ import annotations

import socket
import threading
import time
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

from federation.gateway import wire
from federation.gateway.requests import Request, parse
from federation.gateway.secret import token
from tests.waiting import PATIENCE

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Iterator, Mapping

    from federation.gateway.objects import Object

SECRET = "2.a-secret-of-the-gateway"


class Panel:
    """Objects, revisions, and a server on loopback that gateways may pull from."""

    def __init__(self, gateway: str = "gw.contoso.test") -> None:
        self.gateway = gateway
        self.identity = "the-panel"
        self.secret = SECRET
        self.revision = 0
        self.objects: dict[str, Mapping[str, Any]] = {}
        self.history: list[list[wire.Change]] = []  # history[n] leads from revision n to n + 1
        self.requests: list[Request] = []
        self.fault: Callable[[Request], tuple[int, bytes] | None] | None = None
        self.changed = threading.Condition()
        self.closing = False
        self.port = 0
        #: What is assigned: SHA-256, and what the gateway gets for it (sealing.py).
        self.certificate: tuple[str, bytes] | None = None
        #: The dialback secret, sealed.
        self.dialback = b""
        #: A status instead of what is sealed.
        self.unsealable = 0
        self.credentials: set[str] = set()

    def commit(self, *puts: Object, drop: tuple[str, ...] = ()) -> int:
        """One commit; returns its revision."""
        changes = [wire.Change(key, value) for key, value in puts] + [wire.Change(key, None) for key in drop]
        with self.changed:
            for change in changes:
                if change.value is None:
                    self.objects.pop(change.key, None)
                else:
                    self.objects[change.key] = change.value
            self.history.append(changes)
            self.revision += 1
            self.changed.notify_all()
        return self.revision

    def header(self, lines: int, since: int | None = None) -> wire.Header:
        total = wire.SetHash.of(wire.line(key, value) for key, value in self.objects.items())
        return wire.Header(self.identity, self.gateway, self.revision, total.hex, total.count, lines, since)

    def full(self) -> bytes:
        lines = [wire.line(key, self.objects[key]) for key in sorted(self.objects, key=wire.sort_key)]
        return b"".join(wire.encode(self.header(len(lines)), lines))

    def changes(self, since: int) -> bytes:
        net = wire.coalesce(change for commit in self.history[since:] for change in commit)
        return b"".join(wire.encode(self.header(len(net), since), [wire.line(*change) for change in net]))

    def answer(self, request: Request) -> tuple[int, bytes]:
        """What the panel would say now; waits as asked."""
        with self.changed:
            self.requests.append(request)
            self.changed.notify_all()
            if self.fault and (ordered := self.fault(request)) is not None:
                return ordered
            if request.report_only:
                return 204, b""
            have = request.have
            if (
                not have
                or request.everything
                or have.panel != self.identity
                or not 0 < have.revision <= self.revision
            ):
                return 200, self.full()
            self.changed.wait_for(lambda: self.closing or self.revision > have.revision, timeout=request.wait)
            if self.closing:
                raise ConnectionAbortedError
            if self.fault and (ordered := self.fault(request)) is not None:
                return ordered
            return (200, self.changes(have.revision)) if self.revision > have.revision else (204, b"")

    def wait_for(
        self, told: Callable[[Request], bool], timeout: float = PATIENCE, after: int = -1
    ) -> Request:
        """The first request that ``told`` is true of: the latest or one to come, or one ``after`` so many."""
        deadline = time.monotonic() + timeout
        with self.changed:
            seen = after if after >= 0 else max(0, len(self.requests) - 1)
            while True:
                for request in self.requests[seen:]:
                    if told(request):
                        return request
                seen = max(seen, len(self.requests))
                if not self.changed.wait(timeout=deadline - time.monotonic()) and time.monotonic() > deadline:
                    raise TimeoutError(f"not told; last: {self.requests[-1:]}")

    def in_force(self, timeout: float = PATIENCE, after: int = -1) -> Request:
        """Waits until the gateway reports the latest revision."""
        return self.wait_for(
            lambda r: r.have is not None and r.have.revision == self.revision, timeout, after
        )

    @contextmanager
    def serving(self, port: int = 0, tls: ssl.SSLContext | None = None) -> Iterator[Panel]:
        """Serve on loopback, again on the same port. Polls that wait are cut off at the end."""
        self.closing = False
        server = Server(("127.0.0.1", port or self.port), _handler(self))
        if tls:
            server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        self.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            with self.changed:
                self.closing = True
                self.changed.notify_all()
            server.shutdown()
            server.server_close()
            for connection in server.connections:
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)


class Server(ThreadingHTTPServer):
    """Knows its connections: closing a server does not end them."""

    daemon_threads = True

    def __init__(self, address: tuple[str, int], handler: type[BaseHTTPRequestHandler]) -> None:
        self.connections: list[socket.socket] = []
        super().__init__(address, handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        self.connections.append(request)
        super().process_request(request, client_address)


def _handler(panel: Panel) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            panel.credentials.add(self.headers["Authorization"])
            if self.headers["Authorization"] != f"Bearer {token(panel.secret)}":
                return self.reply(401, b"")
            if self.path.endswith("/dialback") and not panel.unsealable:
                return self.reply(200, panel.dialback)
            if self.path.endswith(("/certificate", "/dialback")):
                told = panel.certificate[1] if panel.certificate else b""
                return self.reply(panel.unsealable, b"") if panel.unsealable else self.reply(200, told)
            return self.reply(*panel.answer(parse(body)))

        def reply(self, status: int, body: bytes) -> None:
            self.send_response_only(status)
            if panel.certificate:
                self.send_header("Federation-Certificate", panel.certificate[0])
            if status != 204:
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

        def handle(self) -> None:
            try:
                super().handle()
            except ConnectionError:
                return

    return Handler
