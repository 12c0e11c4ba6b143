"""What the panel asks of the web server.

Whether this process is being stopped: requests that wait ask now and then, so that it ends at once.

And how long it lets a client keep a thread: who sends nothing of a body, or takes nothing of an answer, for
PATIENCE seconds is dropped. What the panel cannot limit is how slowly the head of a request comes.

Gunicorn reads this module as its configuration (``--config python:controlpanel.shell.serving``).
"""

from __future__ import annotations

import socket
from contextlib import suppress
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from django.http import HttpRequest

#: Seconds for the next bytes of a body to come, or for the next piece of an answer to be taken.
PATIENCE = 10

_workers: list[Any] = []


def post_worker_init(worker: Any) -> None:
    """Gunicorn's hook: remember the worker, which knows whether it goes on."""
    _workers[:] = [worker]


def pre_request(_worker: Any, request: Any) -> None:
    """Gunicorn's hook, between the head of a request and its body."""
    request.unreader.sock.settimeout(PATIENCE)


def stop_listening(request: HttpRequest) -> None:
    """Do not wait for the rest of the body of ``request``, which is answered without it."""
    if connection := request.META.get("gunicorn.socket"):
        with suppress(OSError):
            connection.shutdown(socket.SHUT_RD)


def is_stopping() -> bool:
    """Whether the server asked this process to end."""
    return any(not worker.alive for worker in _workers)
