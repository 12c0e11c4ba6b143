"""What a gateway shows of its state."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from federation.gateway.requests import Request
    from tests.gateway.servers import Prosody


def store(server: Prosody) -> Path:
    return server.folder / "data/federation_control"


def alarmed(code: str) -> Callable[[Request], bool]:
    return lambda request: any(alarm["code"] == code for alarm in request.report["alarms"])


def calm(request: Request) -> bool:
    return request.report["status"] == "live" and not request.report["alarms"]
