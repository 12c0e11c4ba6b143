"""A PostgreSQL of our own for as long as a command runs.

``python tests/postgres.py -- COMMAND ...``: the server listens on a free port of 127.0.0.1 with a random
password, keeps its files in a temporary folder, and is gone when the command ends. The command finds it
through DATABASE_URL. ``server()`` is the same for Python.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

# Durability is for data that anybody needs tomorrow.
OPTIONS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "60",
}


def programs() -> Path:
    """The folder with the newest server's programs. Raises SystemExit with a sentence when there is none."""
    found = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    if found:
        return max(found, key=lambda path: float(path.parent.name))
    on_path = shutil.which("initdb")
    if on_path is None:
        raise SystemExit("PostgreSQL's server is missing: on Debian, apt-get install postgresql.")
    return Path(on_path).resolve().parent


def as_postgres() -> list[str]:
    """What to put before a command of the server, which refuses to be root."""
    if os.geteuid() != 0:
        return []
    return ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", "--"]


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextlib.contextmanager
def server() -> Iterator[str]:
    """Run a new, empty server; yields its DATABASE_URL. Raises SystemExit when it does not come up."""
    folder = Path(tempfile.mkdtemp(prefix="panel-postgres-"))
    try:
        password = secrets.token_hex(16)
        port = free_port()
        _make_cluster(folder, password)
        with _running(folder, port):
            yield f"postgres://panel:{password}@127.0.0.1:{port}/postgres"
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _make_cluster(folder: Path, password: str) -> None:
    secret = folder / "password"
    secret.write_text(password)
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres", "postgres")
        shutil.chown(secret, "postgres", "postgres")
    command = [*as_postgres(), str(programs() / "initdb"), "--pgdata", str(folder / "data")]
    command += ["--username=panel", f"--pwfile={secret}", "--auth=scram-sha-256", "--no-sync"]
    command += ["--encoding=UTF8", "--locale=C.UTF-8"]
    made = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    secret.unlink()
    if made.returncode:
        raise SystemExit(f"initdb failed: {made.stderr}")


@contextlib.contextmanager
def _running(folder: Path, port: int) -> Iterator[None]:
    command = [*as_postgres(), str(programs() / "postgres"), "-D", str(folder / "data"), "-p", str(port)]
    command += [f"--{name}={value}" for name, value in OPTIONS.items()]
    log = folder / "log"
    # Its own group: Ctrl+C reaches the command, and the server stops after it, not before.
    with log.open("w") as output:
        process = subprocess.Popen(
            command, cwd=folder, stdout=output, stderr=subprocess.STDOUT, start_new_session=True
        )
    try:
        _wait_until_ready(process, folder, log)
        yield
    finally:
        process.send_signal(signal.SIGINT)  # fast shutdown: connections that are left are ended
        try:
            process.wait(60)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGQUIT)
            process.wait(20)


def _wait_until_ready(process: subprocess.Popen[bytes], folder: Path, log: Path) -> None:
    status = folder / "data" / "postmaster.pid"
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        # The eighth line says "ready" once connections are taken.
        if status.exists() and "ready" in "".join(status.read_text().splitlines()[7:8]):
            return
        time.sleep(0.05)
    raise SystemExit(f"PostgreSQL did not start:\n{log.read_text()}")


def main(arguments: list[str]) -> int:
    """Run the command that follows ``--`` beside a server; its exit code is ours."""
    if arguments[:1] != ["--"] or len(arguments) < 2:
        print(__doc__, file=sys.stderr)
        return 2
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with server() as url:
        return subprocess.run(arguments[1:], env=os.environ | {"DATABASE_URL": url}, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
