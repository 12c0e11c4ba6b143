"""A gateway's report, cut down to what the panel believes and keeps. Pure Python.

A gateway stands in a DMZ and may be in other hands: whatever it sends has the right types here, is short, and
there is not too much of it. What cannot be read is left out, never an error: the rest still counts.
"""

from __future__ import annotations

import json
import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from federation.decisions.facts import Code, Direction, Kind

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_STREAMS, MOST_REFUSALS, MOST_ALARMS, MOST_HOSTS = 500, 200, 20, 1000
MOST = 2**53  # of anything counted
LONGEST_DOMAIN, LONGEST_ADDRESS = 253, 512
_FINGERPRINT = re.compile(r"[0-9a-fA-F]{64}")
_STATUSES = frozenset({"live", "disk", "expired", "none"})
#: What a gateway refuses with that has no rules it may go by. No decision of the panel's ends so.
NO_SNAPSHOT = "no-snapshot"
_CODES = frozenset({*map(str, Code), NO_SNAPSHOT})
_KINDS, _DIRECTIONS = (frozenset(map(str, each)) for each in (Kind, Direction))


@dataclass(frozen=True, slots=True)
class Told:
    """What a report says, as columns of the tables in models.py."""

    report: dict[str, Any]
    streams: list[dict[str, Any]]
    refusals: list[dict[str, Any]]

    @property
    def streams_mark(self) -> str:
        """Differs when any stream does."""
        return sha256(json.dumps(self.streams, default=str).encode()).hexdigest()


def read(report: dict[str, Any], now: datetime) -> Told:
    """What ``report`` says; it never raises."""
    columns = {
        "status": _one_of(_STATUSES, report.get("status")) or "none",
        "module": text(report.get("module"), 60),
        "server": text(report.get("server"), 60),
        "started": moment(report.get("started"), now),
        "counters": _counters(report.get("counters")),
        "alarms": [_alarm(each, now) for each in _items(report.get("alarms"), MOST_ALARMS)],
        "refusals_dropped": number(report.get("refusals_dropped")),
        "dialback": text(report.get("dialback"), 40),
        "certificate": fingerprint(report.get("certificate")),
        "hosts": _hosts(report.get("hosts")),
        "rooms": _hosts(report.get("rooms")) or [],
        "streams_total": min(number(report.get("streams_total")), 2**31 - 1),
    }
    streams = [_stream(each, now) for each in _items(report.get("streams"), MOST_STREAMS)]
    refusals = [_refusal(each, now) for each in _items(report.get("refusals"), MOST_REFUSALS)]
    return Told(columns, [each for each in streams if each], [each for each in refusals if each])


def text(value: object, longest: int) -> str:
    """``value`` when it is text, cut, without characters that make a page lie; else ""."""
    if not isinstance(value, str):
        return ""
    return "".join(c for c in value[:longest] if unicodedata.category(c)[0] != "C")


def _one_of(names: frozenset[str], value: object) -> str:
    return value if isinstance(value, str) and value in names else ""


def number(value: object, least: int = 0) -> int:
    """``value`` when it is a whole number (a float of Lua's too), kept within bounds; else ``least``."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= MOST:
        return least
    return int(value)


def fingerprint(value: object) -> str:
    """``value`` when it is a SHA-256 in hexadecimal, in capitals as certificates are kept; else ""."""
    return value.upper() if isinstance(value, str) and _FINGERPRINT.fullmatch(value) else ""


def moment(value: object, now: datetime) -> datetime | None:
    """Seconds since 1970 as a time; None when it is none, or lies more than a day ahead."""
    seconds = number(value)
    if not seconds or seconds > (now + timedelta(days=1)).timestamp():
        return None
    return datetime.fromtimestamp(seconds, UTC)


def _items(value: object, most: int) -> Iterator[dict[str, Any]]:
    """The tables of a list; Lua's JSON writes an empty one as ``{}``."""
    if isinstance(value, list):
        yield from (each for each in value[:most] if isinstance(each, dict))


def _hosts(value: object) -> list[str] | None:
    """Names of hosts, in order; None of a gateway that does not tell them."""
    if value is None or (value and not isinstance(value, list)):
        return None
    names = {text(each, LONGEST_DOMAIN).casefold() for each in list(value)[:MOST_HOSTS]}  # type: ignore[call-overload]
    return sorted(names - {""})


def _counters(value: object) -> dict[str, dict[str, int]]:
    found = value if isinstance(value, dict) else {}
    refused, passed = found.get("refused"), found.get("passed")
    return {
        "refused": _numbers(refused, _CODES),
        "passed": _numbers(passed, _DIRECTIONS),
    }


def _numbers(value: object, names: frozenset[str]) -> dict[str, int]:
    found = value if isinstance(value, dict) else {}
    return {name: number(found[name]) for name in sorted(names & found.keys())}


def _alarm(alarm: dict[str, Any], now: datetime) -> dict[str, Any]:
    since = moment(alarm.get("since"), now)
    return {
        "code": text(alarm.get("code"), 60),
        "since": since.isoformat() if since else None,
        "text": text(alarm.get("text"), 300),
    }


def _stream(stream: dict[str, Any], now: datetime) -> dict[str, Any] | None:
    remote = text(stream.get("remote"), LONGEST_DOMAIN)
    direction = _one_of(_DIRECTIONS, stream.get("direction"))
    if not remote or not direction:
        return None
    return {
        "remote": remote.casefold(),
        "local": text(stream.get("local"), LONGEST_DOMAIN).casefold(),
        "direction": direction,
        "both_ways": stream.get("both_ways") is True,
        "method": text(stream.get("method"), 20),
        "tls": text(stream.get("tls"), 20),
        "cipher": text(stream.get("cipher"), 80),
        "certificate": text(stream.get("certificate"), 60),
        "since": moment(stream.get("since"), now),
    }


def _refusal(refusal: dict[str, Any], now: datetime) -> dict[str, Any] | None:
    code = _one_of(_CODES, refusal.get("code"))
    direction = _one_of(_DIRECTIONS, refusal.get("direction"))
    if not code or not direction:
        return None
    return {
        "at": moment(refusal.get("at"), now) or now,
        "code": code,
        "direction": direction,
        "local": text(refusal.get("local"), LONGEST_ADDRESS),
        "remote": text(refusal.get("remote"), LONGEST_ADDRESS),
        "kind": _one_of(_KINDS, refusal.get("kind")),
        "count": number(refusal.get("count"), least=1),
        "revision": number(refusal.get("revision")) or None,
    }
