"""Signals as a terminal leaves them, whoever started the tests.

A shell script that starts something in the background lets it ignore SIGINT, nohup lets it ignore SIGHUP, and
children inherit both (POSIX, 2.11 and exec); a test of Ctrl+C would then wait for ever.
"""

from __future__ import annotations

import signal

_USUAL = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGCHLD, signal.SIGUSR1)


def as_usual() -> None:
    """Give back what was inherited as ignored or blocked, for this process and those that it starts."""
    for each in _USUAL:
        if signal.getsignal(each) == signal.SIG_IGN:
            signal.signal(each, signal.default_int_handler if each == signal.SIGINT else signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _USUAL)
