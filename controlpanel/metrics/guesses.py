"""How often a token may be guessed: a few times a minute from one network, in each process."""

from __future__ import annotations

import threading
from collections import Counter

#: Wrong tokens a minute from one network, before it is not listened to until the minute is over.
MOST_GUESSES = 10
#: Networks that are counted one by one; what comes from others in the same minute is one.
MOST_NETWORKS = 1000


class Guesses:
    """Wrong tokens of the minute that runs; times are seconds."""

    def __init__(self) -> None:
        self._lock, self._minute = threading.Lock(), 0
        self._wrong: Counter[str] = Counter()

    def wait(self, network: str, now: float) -> int:
        """For how many seconds ``network`` is not listened to; 0 when it is."""
        with self._lock:
            self._turn(now)
            return 60 - int(now % 60) if self._wrong[self._place(network)] >= MOST_GUESSES else 0

    def note(self, network: str, now: float) -> None:
        """One more wrong token from ``network``."""
        with self._lock:
            self._turn(now)
            self._wrong[self._place(network)] += 1

    def _turn(self, now: float) -> None:
        if (minute := int(now // 60)) != self._minute:
            self._minute = minute
            self._wrong.clear()

    def _place(self, network: str) -> str:
        is_known = network in self._wrong or len(self._wrong) < MOST_NETWORKS
        return network if is_known else ""


guesses = Guesses()
