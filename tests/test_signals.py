"""Whatever signals the tests inherit as ignored or blocked, what they start can be ended by them."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest

from tests.processes import ROOT

#: Ignores and blocks what it may, as a script or nohup does, and starts what follows.
IGNORES = """
import signal, subprocess, sys
for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT):
    signal.signal(each, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_BLOCK, [each])
sys.exit(subprocess.call([sys.executable, "-c", *sys.argv[1:]]))
"""
#: What tests do: start a process, and end it by a signal.
ENDS = """
import subprocess, sys
import tests.settings, django
django.setup()
import tests.conftest
child = subprocess.Popen([sys.executable, "-c", "print('here', flush=True); input()"],
                         stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
child.stdout.readline()
child.send_signal(int(sys.argv[1]))
try:
    print(child.wait(30))
finally:
    child.kill()
"""


@pytest.mark.parametrize("ends", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT])
def test_a_signal_that_was_inherited_as_ignored_ends_a_process(ends: signal.Signals) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", IGNORES, ENDS, str(int(ends))],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert ended.stdout.strip() == str(-int(ends)), ended.stderr
