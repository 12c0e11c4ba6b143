"""What the panel asks of the web server.

Whether this process is being stopped: requests that wait ask now and then, so that it ends at once.

How long it lets a client keep a thread: who sends nothing of a body, or takes nothing of an answer, for
PATIENCE seconds is dropped. What the panel cannot limit is how slowly the head of a request comes.

That an answer given before the body was read ends its connection: what comes of the body after it would be
taken for the next request (RFC 9112, 9.3 and 9.6).

And that it believes no header about who asks, or over what line: it cannot know who wrote it. Django's
settings say when to believe a proxy.

Gunicorn reads this module as its configuration (``--config python:controlpanel.shell.serving``).
"""

from __future__ import annotations

from typing import Any

from gunicorn import util
from gunicorn.http.body import Body

from controlpanel.shell.lingering import Lingering

#: Seconds for the next bytes of a body to come, or for the next piece of an answer to be taken.
PATIENCE = 10

# Names of gunicorn's.
forwarded_allow_ips = ""
secure_scheme_headers: dict[str, str] = {}
forwarder_headers = ""

_workers: list[Any] = []


def post_worker_init(worker: Any) -> None:
    """Gunicorn's hook: remember the worker, which knows whether it goes on."""
    _workers[:] = [worker]
    lingering = Lingering()
    lingering.start()
    util.close_graceful = lingering.take


def pre_request(_worker: Any, request: Any) -> None:
    """Gunicorn's hook, between the head of a request and its body."""
    request.unreader.sock.settimeout(PATIENCE)
    request.body = body = ReadInTime(request)
    said_by_client = request.should_close
    # Asked when the head of the answer is written, and again when the connection would be used once more.
    request.should_close = lambda: body.ends_connection() or said_by_client()


class ReadInTime(Body):  # type: ignore[misc]
    """The body of a request, which knows whether the answer came before its end."""

    def __init__(self, request: Any) -> None:
        super().__init__(request.body.reader)
        self._sock = request.unreader.sock
        # Who waits for a word before sending the body gets it when the body is asked for, not before.
        self._is_awaited = request._expected_100_continue
        request._expected_100_continue = False
        self._came_late = False

    def ends_connection(self) -> bool:
        """Whether the connection ends with the answer that is given now."""
        self._came_late = self._came_late or not self._is_whole()
        return self._came_late

    def _is_whole(self) -> bool:
        """Of a body of known length nothing is left; of one in chunks the last was read."""
        return not getattr(self.reader, "length", 0) and getattr(self.reader, "parser", None) is None

    def _read_reader(self, size: int) -> bytes:
        if self._is_awaited:
            self._is_awaited = False
            self._sock.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        octets: bytes = super()._read_reader(size)
        return octets


def is_stopping() -> bool:
    """Whether the server asked this process to end."""
    return any(not worker.alive for worker in _workers)
