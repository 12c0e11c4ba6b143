"""The tests run the server that they are told to run."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.gateway.servers import Prosody
    from tests.gateway.standin import Panel


def test_the_gateway_reports_the_version_that_the_tests_were_to_run(panel: Panel, gateway: Prosody) -> None:
    unpacked = os.environ.get("TEST_PROSODY")
    if unpacked:
        version = Path(unpacked).with_name("version").read_text()
    else:
        asked = ["dpkg-query", "--show", "--showformat=${Version}", "prosody"]
        version = subprocess.run(asked, capture_output=True, text=True, check=True).stdout
    assert panel.in_force().report["server"] == f"Prosody {version.partition('-')[0].strip()}"
