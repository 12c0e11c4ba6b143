"""Waiting for the next revision: any number of requests, one listening thread and one connection a process.

PostgreSQL announces a revision (NOTIFY) when it is committed, whichever process published it. SQLite has no
such thing, so the thread asks for the latest number each POLL seconds. The thread ends when nobody waits any
more.
"""

from __future__ import annotations

import logging
import threading
import time
from typing import Any

from django.db import Error, close_old_connections, connection

from controlpanel.shell.serving import is_stopping
from federation.replication import services
from federation.replication.models import Revision, Unpublished
from federation.replication.moments import CHANNEL

#: Seconds between two looks at SQLite; between two looks at the outbox; until the idle thread ends.
POLL, LOOK, LINGER = 0.05, 1.0, 2.0
#: So many who wait keep their connection to the database; opening one takes longer than an exchange.
KEPT = 12

_log = logging.getLogger(__name__)


class Watch:
    """The latest revision as this process knows it, and those who wait for a later one."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._latest = 0
        self._waiting = 0
        self._needed_until = 0.0
        self._dismissals = 0
        self._wait_of: dict[int, object] = {}
        self._thread: threading.Thread | None = None

    @property
    def waiting(self) -> int:
        """How many wait."""
        return self._waiting

    def wait_beyond(self, number: int, seconds: float, who: int) -> int:
        """Wait until there is a revision after ``number``: the latest; 0 when none came in time.

        A later wait of ``who`` ends this one: a gateway asks again only when its connection broke.
        """
        deadline = time.monotonic() + seconds
        if self._waiting >= KEPT:
            connection.close()  # others need it while we wait
        with self._changed:
            self._waiting += 1
            dismissals, this = self._dismissals, object()
            if who in self._wait_of:
                self._changed.notify_all()
            self._wait_of[who] = this
            self._needed_until = max(self._needed_until, deadline + LINGER)
            if self._thread is None:
                self._latest = 0
                self._thread = threading.Thread(target=self._run, name="revisions", daemon=True)
                self._thread.start()
            try:
                while self._latest <= number and dismissals == self._dismissals and not is_stopping():
                    left = deadline - time.monotonic()
                    if left <= 0 or self._wait_of.get(who) is not this:
                        break
                    self._changed.wait(min(left, LOOK))
            finally:
                self._waiting -= 1
                if self._wait_of.get(who) is this:
                    del self._wait_of[who]
                self._changed.notify_all()
            return self._latest if self._latest > number else 0

    def stop(self) -> None:
        """Send away whoever waits, and end the thread (tests; a process that ends does not ask)."""
        with self._changed:
            self._needed_until, thread = 0.0, self._thread
            self._dismissals += 1
            self._changed.notify_all()
            self._changed.wait_for(lambda: not self._waiting, 10)
        if thread:
            thread.join(10)

    def _run(self) -> None:
        while True:
            try:
                self._listen()
            except Error as error:
                _log.warning("The database does not answer: %s", error)
                time.sleep(LOOK)
            except Exception:
                _log.exception("Waiting for revisions failed")
                time.sleep(LOOK)
            connection.close()
            with self._changed:
                if not self._is_needed():
                    self._thread = None
                    return

    def _is_needed(self) -> bool:
        return not is_stopping() and time.monotonic() < self._needed_until

    def _listen(self) -> None:
        close_old_connections()
        news = _Postgres() if connection.vendor == "postgresql" else _Sqlite()
        looked = 0.0
        while self._is_needed():
            if time.monotonic() - looked >= LOOK:
                looked = time.monotonic()
                if Unpublished.objects.exists():  # left by a process that ended between commit and publishing
                    services.publish()
            self._tell(Revision.objects.values_list("number", flat=True).first() or 0)
            news.wait()

    def _tell(self, latest: int) -> None:
        with self._changed:
            if latest != self._latest:
                self._latest = latest
                self._changed.notify_all()


class _Postgres:
    def __init__(self) -> None:
        connection.ensure_connection()
        with connection.cursor() as cursor:
            cursor.execute(f"LISTEN {CHANNEL}")

    def wait(self) -> None:
        """Until something is announced, or LOOK seconds."""
        driver: Any = connection.connection
        for _announced in driver.notifies(timeout=LOOK, stop_after=1):
            pass


class _Sqlite:
    def wait(self) -> None:
        """POLL seconds."""
        time.sleep(POLL)


watch = Watch()
