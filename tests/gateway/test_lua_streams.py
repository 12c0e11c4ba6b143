"""On a stream that serves several remote domains, each one's own record counts."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests.gateway.servers import MODULE


def test_a_domain_loses_a_stream_that_was_authenticated_as_its_record_does_not_allow() -> None:
    script = Path(__file__).with_name("streams.lua")
    done = subprocess.run(["lua5.4", str(script), str(MODULE)], capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("bykey.test first.test same.test\n", "")
