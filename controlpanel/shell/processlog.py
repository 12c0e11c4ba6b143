"""Lines of the process log for programs: one JSON object each, in a bounded number."""

from __future__ import annotations

import json
import logging
import threading
import time

LOGGER = logging.getLogger("panel.access")
#: Lines a minute of one kind from one network, and of one kind from everywhere, in each process.
FROM_ONE, FROM_ALL = 60, 300


class _Brake:
    """Counts the lines of this minute."""

    def __init__(self) -> None:
        self._lock, self._minute, self._kept_back = threading.Lock(), 0, 0
        self._written: dict[tuple[str, str], int] = {}

    def allows(self, kind: str, network: str) -> tuple[bool, int]:
        """Whether one more may be written; with how many were kept back in the minutes before, once."""
        with self._lock:
            kept_back = 0
            if (minute := int(time.monotonic() // 60)) != self._minute:
                kept_back, self._kept_back, self._minute = self._kept_back, 0, minute
                self._written.clear()
            places = ((kind, ""), (kind, network or "-"))
            for place, most in zip(places, (FROM_ALL, FROM_ONE), strict=True):
                if self._written.get(place, 0) >= most:
                    self._kept_back += 1
                    return False, kept_back
            for place in places:
                self._written[place] = self._written.get(place, 0) + 1
            return True, kept_back


_brake = _Brake()


def told(event: str, *, network: str, **facts: object) -> None:
    """Write one line; a flood is cut, and how many lines it would have had is said in the next minute."""
    allowed, kept_back = _brake.allows(event, network)
    if kept_back:
        LOGGER.warning(json.dumps({"event": "lines-kept-back", "count": kept_back}))
    if allowed:
        LOGGER.warning(json.dumps({"event": event, **facts}))


class NotRefused(logging.Filter):
    """Drops the web framework's lines, one with a traceback, about what ``told`` has said already."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Keep the others."""
        said = getattr(getattr(record, "request", None), "refusal_told", False)
        return not said and getattr(record, "status_code", 0) != 403


class Brief(logging.Filter):
    """Leaves one line of a bad request: a traceback says nothing of it, and strangers could fill the log."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Keep all; without a traceback what somebody else did wrong."""
        if record.name.startswith("django.security.") or getattr(record, "status_code", 500) < 500:
            record.exc_info = record.exc_text = None
        return True
