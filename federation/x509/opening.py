"""Encrypted containers and keys, opened in a child process that has so much time and memory and no more.

What opening costs stands in the file, and some of it inside an encrypted part, where nobody sees it before:
rounds.py refuses at once what lies open, and this bounds all the rest. Files, passwords and keys go through
pipes: none is written to a disk or stands among the arguments of a process.
"""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import BoundedSemaphore, Timer
from typing import TYPE_CHECKING, Any, NamedTuple

from cryptography.hazmat.primitives.serialization import load_der_private_key

from federation.x509.findings import Refusal, Refused
from federation.x509.keys import known_kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from federation.x509.keys import PrivateKey

#: Children at once in each process, and seconds that one more waits for its turn.
AT_ONCE, PATIENCE = 2, 2.0
#: Seconds by the clock for everything that is opened together.
MOST_SECONDS = 6.0
_PROJECT = Path(__file__).resolve().parents[2]
_turns = BoundedSemaphore(AT_ONCE)


class Opened(NamedTuple):
    """What a container held: certificates in DER, and the key."""

    certificates: list[bytes]
    key: PrivateKey | None


class Opener:
    """One child, started by the first question; it ends with ``close``, or when its time is over."""

    def __init__(self) -> None:
        self._child: subprocess.Popen[bytes] | None = None
        self._ends = 0.0

    def open(self, kind: str, data: bytes, password: str, label: str = "") -> Opened:
        """Open a ``pfx``, a key in ``der``, or what stands in a PEM block ``label``; raises Refused."""
        asked = {"kind": kind, "data": _text(data), "password": password, "label": label}
        told = self._ask(json.dumps(asked).encode("ascii") + b"\n")
        if code := told.get("refused"):
            raise Refused(Refusal(code), **told["params"])
        certificates = [base64.b64decode(each) for each in told["certificates"]]
        if not told["key"]:
            return Opened(certificates, None)
        # The child has checked it.
        der = base64.b64decode(told["key"])
        key = load_der_private_key(der, None, unsafe_skip_rsa_key_validation=True)
        return Opened(certificates, known_kind(key))

    def close(self) -> None:
        """End the child, whatever it is doing."""
        if child := self._child:
            self._child = None
            child.kill()
            with suppress(OSError):
                child.communicate()
            _turns.release()

    def _ask(self, question: bytes) -> dict[str, Any]:
        child = self._child or self._start()
        timer = Timer(max(0.0, self._ends - time.monotonic()), child.kill)
        timer.start()
        answer = b""
        try:
            assert child.stdin is not None  # noqa: S101 - for mypy
            assert child.stdout is not None  # noqa: S101 - for mypy
            child.stdin.write(question)
            child.stdin.flush()
            answer = child.stdout.readline()
        except BrokenPipeError:
            pass
        finally:
            timer.cancel()
        if not answer.endswith(b"\n"):
            if (ended := child.wait()) < 0:  # by a signal: its time or its memory was over
                raise Refused(Refusal.TOO_MUCH_WORK)
            raise RuntimeError(f"The process that opens containers ended with {ended}.")
        found: dict[str, Any] = json.loads(answer)
        return found

    def _start(self) -> subprocess.Popen[bytes]:
        if not _turns.acquire(timeout=PATIENCE):
            raise Refused(Refusal.BUSY)
        try:
            self._child = subprocess.Popen(
                [sys.executable, "-m", "federation.x509.opener"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                cwd=_PROJECT,
                env={"LANG": "C.UTF-8", "PATH": os.defpath},  # nothing of ours: no password of the database
            )
        except BaseException:
            _turns.release()
            raise
        self._ends = time.monotonic() + MOST_SECONDS
        return self._child


@contextmanager
def opener() -> Iterator[Opener]:
    """For all files of one reading."""
    made = Opener()
    try:
        yield made
    finally:
        made.close()


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")
