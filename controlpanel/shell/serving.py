"""Whether this process is being stopped: requests that wait ask now and then, so that it ends at once.

Gunicorn reads this module as its configuration (``--config python:controlpanel.shell.serving``).
"""

from __future__ import annotations

from typing import Any

_workers: list[Any] = []


def post_worker_init(worker: Any) -> None:
    """Gunicorn's hook: remember the worker, which knows whether it goes on."""
    _workers[:] = [worker]


def is_stopping() -> bool:
    """Whether the server asked this process to end."""
    return any(not worker.alive for worker in _workers)
