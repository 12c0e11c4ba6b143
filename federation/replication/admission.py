"""Who may hold a thread of the panel: decided before the body of a request is read.

A body may come as slowly as its sender likes, and who it is stands in there. But the secret stands in a
header: one that is some gateway's lets that gateway in, a few requests at a time. To others the panel listens
too, so as to count a wrong secret for the gateway that it was tried with, but only to so few at a time that
nobody else notices; the rest are sent away unheard.
"""

from __future__ import annotations

import threading
from collections import Counter
from hashlib import sha256
from typing import TYPE_CHECKING

from django.views.decorators.debug import sensitive_variables

from federation.gateway.models import Gateway
from federation.replication.exchange import Refused

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Exchanges of one gateway at once, in each process: its poll, a report, a certificate, the dialback secret,
#: and a poll whose connection broke unnoticed.
MOST_AT_ONCE = 5
#: Requests at once, in each process, with a secret that is no gateway's.
STRANGERS = 2

_lock = threading.Lock()
_inside: Counter[int] = Counter()


class Turn:
    """A place among those who are heard, until ``end``, which may be called again."""

    def __init__(self, who: int) -> None:
        self._who = who
        self._is_over = False

    def end(self) -> None:
        """Give the place back."""
        with _lock:
            if not self._is_over:
                self._is_over = True
                _inside[self._who] -= 1
                if not _inside[self._who]:
                    del _inside[self._who]


class Held:
    """``pieces`` on their way; the turn ends with them, or when the reader is gone."""

    def __init__(self, pieces: Iterator[bytes], turn: Turn) -> None:
        self._pieces, self._turn = pieces, turn

    def __iter__(self) -> Iterator[bytes]:
        return self._pieces

    def close(self) -> None:
        """Django calls it when the response is closed."""
        self._turn.end()


@sensitive_variables()
def admit(secret: str) -> Turn:
    """A turn for whoever shows ``secret``. Raises Refused. One query."""
    gateway = Gateway.objects.filter(secret_hash=sha256(secret.encode()).hexdigest()).first()
    if gateway is None:
        return _turn(0, STRANGERS, otherwise=401)
    if not gateway.enabled:
        raise Refused(403)
    return _turn(gateway.pk, MOST_AT_ONCE, otherwise=429)


def _turn(who: int, most: int, otherwise: int) -> Turn:
    with _lock:
        if _inside[who] >= most:
            raise Refused(otherwise)
        _inside[who] += 1
    return Turn(who)
