"""What a gateway sends in an exchange (wire.py), checked before anything believes it. Pure Python."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any, TypeGuard

from federation.gateway.wire import LONGEST_REQUEST, LONGEST_WAIT, PROTOCOL, Malformed

#: Names of gateways, as topology.names keeps them, and of panels: ASCII that can be seen.
_NAME = re.compile(r"[!-~]{1,253}")
_HASH = re.compile(r"[0-9a-f]{64}")
#: Of the name of a panel.
LONGEST_PANEL = 64
#: What a column of 64 bits holds.
_MOST = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Have:
    """The state in force on a gateway."""

    panel: str
    revision: int
    hash: str


@dataclass(frozen=True, slots=True)
class Request:
    """One exchange as the gateway opens it. When it only reports, the answer is 204."""

    gateway: str
    have: Have | None  # None: nothing yet
    everything: bool  # it wants a full document, whatever it has
    wait: float  # seconds
    report_only: bool
    report: dict[str, Any]  # report.lib.lua says what is in it; a gateway may say more or less


def parse(body: bytes) -> Request:
    """The request in ``body``, or Malformed."""
    if len(body) > LONGEST_REQUEST:
        raise Malformed("a request too long")
    try:
        fields = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Malformed("not JSON") from error
    if not isinstance(fields, dict) or fields.get("protocol") != PROTOCOL:
        raise Malformed("another protocol")
    gateway, wait = fields.get("gateway"), fields.get("wait", 0)
    report = fields.get("report") or {}
    if not _is(gateway, _NAME) or not isinstance(report, dict):
        raise Malformed("a field is missing or no name")
    if isinstance(wait, bool) or not isinstance(wait, int | float) or not 0 <= wait < float("inf"):
        raise Malformed("not a time to wait")
    have = _have(fields.get("have"))
    everything, report_only = (fields.get(name) is True for name in ("everything", "report_only"))
    return Request(gateway, have, everything, min(wait, LONGEST_WAIT), report_only, report)


def _have(fields: object) -> Have | None:
    if not fields:
        return None
    if not isinstance(fields, dict):
        raise Malformed("not a state")
    panel, revision, digits = (fields.get(name) for name in ("panel", "revision", "hash"))
    if not _is(panel, _NAME) or len(panel) > LONGEST_PANEL or not _is(digits, _HASH):
        raise Malformed("not a state")
    if type(revision) is not int or abs(revision) > _MOST:
        raise Malformed("not a state")
    return Have(panel, revision, digits)


def _is(value: object, form: re.Pattern[str]) -> TypeGuard[str]:
    return isinstance(value, str) and form.fullmatch(value) is not None
