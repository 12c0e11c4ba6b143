"""``make demo`` word for word: a message passes, XMPP is unticked, the next is refused; nothing is left."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.processes import ROOT, environment

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

PASSWORD = "correct-horse-battery-staple"


class Demo:
    """The demo as it runs in a terminal."""

    def __init__(self, folder: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as probe:
            self.port = probe.getsockname()[1]
        settings = {"PANEL_PORT": str(self.port), "PANEL_ADMIN_PASSWORD": PASSWORD, "TMPDIR": str(folder)}
        self.lines: list[str] = []
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.demo"],
            cwd=ROOT,
            env=environment(folder, **settings),
            stdout=subprocess.PIPE,
            text=True,
        )
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self) -> None:
        assert self.process.stdout
        self.lines.extend(iter(self.process.stdout.readline, ""))

    def wait_for(self, *parts: str, after: int = 0) -> int:
        """Wait for a line that has all of ``parts``; how many lines there are up to it."""
        deadline = time.monotonic() + 90
        while time.monotonic() < deadline and self.process.poll() is None:
            for number, line in enumerate(list(self.lines)[after:], after + 1):
                if all(part in line for part in parts):
                    return number
            time.sleep(0.05)
        raise AssertionError(f"{parts} did not come:\n{''.join(self.lines)}")


@contextmanager
def demo(folder: Path) -> Iterator[Demo]:
    started = Demo(folder)
    try:
        yield started
    finally:
        started.process.send_signal(signal.SIGINT)
        started.process.wait(60)
        started.reader.join(10)
        if started.process.stdout:
            started.process.stdout.close()


@pytest.fixture
def folder() -> Iterator[Path]:
    """Its XMPP servers run as nobody, who must reach it; pytest keeps its own folders to itself."""
    made = Path(tempfile.mkdtemp(prefix="demo-test-"))
    made.chmod(0o755)
    yield made
    shutil.rmtree(made, ignore_errors=True)


def test_the_demo_shows_what_a_commit_does_and_ends(browser: Browser, folder: Path) -> None:
    with demo(folder) as shown:
        shown.wait_for("--- certificate", "Gateway of the demo", "served by xmpp1.contoso.test")
        shown.wait_for("Shall we meet", "delivered")
        shown.wait_for("drawing", "REFUSED policy-xmpp-off")
        context = browser.new_context(base_url=f"http://127.0.0.1:{shown.port}", locale="en")
        page = context.new_page()
        page.goto("/federation/policies/")
        page.get_by_label("User name").fill("admin")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.get_by_role("link", name="Global", exact=True).click()
        page.get_by_label("Enable communications with XMPP federated users").uncheck()
        page.get_by_role("button", name="Commit").click()
        expect(page.locator(".msg-success")).to_contain_text(
            "In force on 1 of 1 gateway after", timeout=30_000
        )
        page.goto("/security/certificates/")
        expect(page.get_by_role("row").filter(has_text="Gateway of the demo")).to_contain_text(
            "Demo Authority"
        )
        context.close()
        at = shown.wait_for("--- revision", "in force")
        shown.wait_for("Shall we meet", "REFUSED policy-xmpp-off", after=at)
    assert shown.process.returncode == 0
    assert "nothing of it is left" in shown.lines[-1]
    assert not list(folder.glob("federation-demo-*"))
    assert still_running(folder) == []


def still_running(folder: Path) -> list[str]:
    """Processes that have something of ``folder`` in their command line."""
    found = []
    for each in Path("/proc").glob("[0-9]*/cmdline"):
        if each.parent.name != str(os.getpid()):
            try:
                command = each.read_bytes().decode(errors="replace")
            except OSError:
                continue
            if str(folder) in command:
                found.append(command)
    return found
