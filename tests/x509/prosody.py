"""One real Prosody for the probes: unprivileged, on loopback, on ports of the kernel's choice."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path

from tests.waiting import PATIENCE

NOBODY = 65534
CONFIGURATION = """
daemonize = false; pidfile = "{folder}/pid"; data_path = "{folder}"; certificates = "{folder}"
interfaces = {{ "127.0.0.1" }}; use_ipv6 = false; c2s_ports = {{}}; c2s_direct_tls_ports = {{}}
http_ports = {{}}; https_ports = {{}}; s2s_ports = {{ {port} }}; s2s_direct_tls_ports = {{ {direct} }}
modules_enabled = {{ "tls", "saslauth", "dialback", "s2s" }}; modules_disabled = {{ "c2s", "posix" }}
log = {{ {{ levels = {{ min = "debug" }}; to = "file"; filename = "{folder}/log" }} }}
ssl = {{ cafile = "{folder}/trusted.pem"; capath = "/nonexistent" }}
s2s_direct_tls_ssl = {{ certificate = "{folder}/fabrikam.test.crt"; key = "{folder}/fabrikam.test.key" }}
{options}
VirtualHost "fabrikam.test"
VirtualHost "plain.test"
  modules_disabled = {{ "tls" }}
  s2s_require_encryption = false
"""


def free_port() -> int:
    """A port the kernel gave a moment ago."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
    return port


class Prosody:
    """A server for fabrikam.test with a certificate, and for plain.test without TLS."""

    def __init__(self, bundle: bytes, key: bytes, trusted: bytes, options: str = "") -> None:
        self.bundle, self.key = bundle, key
        self.folder = Path(tempfile.mkdtemp(prefix="probed-"))
        self.port, self.direct = free_port(), free_port()
        for name, contents in (
            ("fabrikam.test.crt", bundle),
            ("fabrikam.test.key", key),
            ("trusted.pem", trusted),
            (
                "prosody.cfg.lua",
                CONFIGURATION.format(
                    folder=self.folder, port=self.port, direct=self.direct, options=options
                ).encode(),
            ),
        ):
            (self.folder / name).write_bytes(contents)
        self.process = self._start()

    def _start(self) -> subprocess.Popen[bytes]:
        command = ["prosody", "-F", "--config", str(self.folder / "prosody.cfg.lua")]
        nobody = None
        if os.geteuid() == 0:
            for path in (self.folder, *self.folder.iterdir()):
                os.chown(path, NOBODY, NOBODY)
            nobody = NOBODY
        with (self.folder / "output").open("wb") as output:
            process = subprocess.Popen(
                command,
                cwd=self.folder,
                stdout=output,
                stderr=output,
                env={**os.environ, "HOME": str(self.folder)},
                user=nobody,
                group=nobody,
            )
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline and process.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
            except OSError:
                time.sleep(0.02)
            else:
                return process
        process.kill()
        process.wait()
        raise AssertionError((self.folder / "output").read_text() + self.log())

    def log(self) -> str:
        """What the server wrote."""
        path = self.folder / "log"
        return path.read_text(errors="replace") if path.exists() else ""

    def stop(self) -> None:
        """End it and remove what it left."""
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)
