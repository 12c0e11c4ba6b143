"""Passwords are hashed by few at once: each takes 100 MiB and, with its eight lanes, every processor.

Anybody may ask for it by signing in. The hasher itself stands behind the gate, so that no page can forget it.
"""

from __future__ import annotations

import threading
from contextlib import contextmanager
from functools import wraps
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from django.conf import settings
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

P = ParamSpec("P")
T = TypeVar("T")

SENTENCE = _("Too many people are signing in or setting passwords at this moment. Try again in a moment.")
#: Seconds that somebody waits for their turn at most, and after which it is worth trying again.
PATIENCE = 5


class Crowded(Exception):
    """Too many want a password hashed; nothing was done."""


class _Turn:
    """Somebody who waits."""

    def __init__(self) -> None:
        self.called = threading.Event()
        self.granted = False


class Gate:
    """Lets ``at_once`` in and ``waiting`` wait.

    The latest comes first, and the one who waited longest leaves for a newcomer: in a crowd, who came first
    has most likely given up, and a person who tries again is served at once, however many stand before.
    """

    def __init__(self, at_once: int, waiting: int) -> None:
        self._free, self._places = at_once, waiting
        self._lock = threading.Lock()
        self._waiting: list[_Turn] = []
        self._inside = threading.local()

    @contextmanager
    def turn(self, patience: float = PATIENCE) -> Iterator[None]:
        """Be inside; who is inside already may come again. Raises Crowded.

        Take the turn before a transaction: nobody else should wait for a lock while this one waits here.
        """
        if getattr(self._inside, "now", False):
            yield
            return
        self._enter(patience)
        self._inside.now = True
        try:
            yield
        finally:
            self._inside.now = False
            self._leave()

    def _enter(self, patience: float) -> None:
        turn = _Turn()
        with self._lock:
            if self._free:
                self._free -= 1
                return
            self._waiting.append(turn)
            if len(self._waiting) > self._places:
                self._waiting.pop(0).called.set()
        turn.called.wait(patience)
        with self._lock:
            if turn in self._waiting:
                self._waiting.remove(turn)
            if not turn.granted:
                raise Crowded

    def _leave(self) -> None:
        with self._lock:
            if self._waiting:
                turn = self._waiting.pop()
                turn.granted = True
                turn.called.set()
            else:
                self._free += 1


#: One for each process; an eighth of its threads may wait. Three quarters are the gateways', the rest serves.
GATE = Gate(at_once=1, waiting=settings.SIGN_INS_WAITING)


def in_turn(work: Callable[P, T]) -> Callable[P, T]:
    """``work`` that hashes a password in a transaction: it takes its turn before that begins."""

    @wraps(work)
    def taken(*args: P.args, **kwargs: P.kwargs) -> T:
        with GATE.turn():
            return work(*args, **kwargs)

    return taken


class GatedArgon2(Argon2PasswordHasher):
    """Argon2id as Django keeps it, behind the gate."""

    def encode(self, password: str, salt: str) -> str:
        """The hash to keep. Raises Crowded."""
        with GATE.turn():
            return super().encode(password, salt)

    def verify(self, password: str, encoded: str) -> bool:
        """Whether ``password`` is the one. Raises Crowded."""
        with GATE.turn():
            return super().verify(password, encoded)
