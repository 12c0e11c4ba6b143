"""The panel as ``make run`` starts it: what was committed is there after the process was killed."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import time
from http.cookiejar import CookieJar
from typing import TYPE_CHECKING
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, ProxyHandler, build_opener

import pytest

from tests.conftest import PASSWORD
from tests.postgres import free_port
from tests.processes import ROOT, environment, run

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class Browser:
    """As much of a browser as this needs: cookies, and the token of the last page."""

    def __init__(self, port: int) -> None:
        self.port = port
        self._opener = build_opener(HTTPCookieProcessor(CookieJar()), ProxyHandler({}))
        self._token = ""

    def ask(self, address: str, /, **data: str) -> tuple[int, str]:
        """Status and text of the answer; with ``data`` it is a POST with the token of the page before."""
        body = urlencode({**data, "csrfmiddlewaretoken": self._token}).encode() if data else None
        try:
            with self._opener.open(f"http://127.0.0.1:{self.port}{address}", body, timeout=20) as answer:
                status, text = answer.status, answer.read().decode()
        except HTTPError as refusal:
            with refusal:
                status, text = refusal.code, refusal.read().decode()
        if found := re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', text):
            self._token = found[1]
        return status, text

    def sign_in(self) -> None:
        """As the first administrator."""
        self.ask("/account/sign-in/")
        status, text = self.ask("/account/sign-in/", username="admin", password=PASSWORD)
        assert (status, "Sign out" in text) == (200, True)


@contextlib.contextmanager
def serving(state: Path, how: signal.Signals) -> Iterator[Browser]:
    """The panel with this state on a free port; ended with the signal ``how``."""
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", "controlpanel.wsgi", "--bind", f"127.0.0.1:{port}"]
    command += ["--workers", "2", "--worker-class", "gthread", "--threads", "4", "--no-control-socket"]
    log = (state / "log").open("w")
    process = subprocess.Popen(
        command, cwd=ROOT, env=environment(state), stdout=log, stderr=log, start_new_session=True
    )
    try:
        browser = Browser(port)
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            with contextlib.suppress(URLError, ConnectionError):
                if browser.ask("/healthz") == (200, "ok\n"):
                    break
            time.sleep(0.1)
        yield browser
    finally:
        os.killpg(process.pid, how)
        process.wait(30)
        log.close()


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """The state directory of a panel that is prepared."""
    done = run(tmp_path, "manage.py", "prepare", PANEL_ADMIN_PASSWORD=PASSWORD)
    assert done.returncode == 0, done.stderr
    return tmp_path


def test_what_was_committed_survives_a_kill(state: Path) -> None:
    with serving(state, signal.SIGKILL) as browser:
        browser.sign_in()
        browser.ask("/federation/policies/new/user/")
        status, text = browser.ask("/federation/policies/new/user/", name="Ventes", federated="on", xmpp="on")
        assert (status, "Tag:Ventes" in text) == (200, True)
        policy = re.search(r'href="(/federation/policies/\d+/)" title="Tag:Ventes"', text)
        assert policy
    with serving(state, signal.SIGTERM) as browser:
        browser.sign_in()
        status, text = browser.ask(policy[1])
        assert (status, "Tag:Ventes" in text) == (200, True)
        assert browser.ask("/federation/policies/?q=ventes")[0] == 200


def half_a_request(port: int, request: bytes) -> None:
    """Send the start of a request, and hang up."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as wire:
        wire.sendall(request)


def test_half_a_request_does_not_stop_the_others(state: Path) -> None:
    with serving(state, signal.SIGTERM) as browser:
        browser.sign_in()
        head = b"POST /federation/policies/new/user/ HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        for request in (
            b"GET /hea",
            head,
            head
            + b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 1000\r\n\r\nname=Half",
            head + b"Transfer-Encoding: chunked\r\n\r\n5\r\nna",
            b"\x16\x03\x01\x02\x00",
        ):
            half_a_request(browser.port, request)
        assert browser.ask("/federation/policies/?q=" + "x" * 10_000)[0] in {400, 414}
        assert browser.ask("/federation/policies/?q=" + "x" * 2_000)[0] == 200
        status, text = browser.ask("/federation/policies/")
        assert (status, "Tag:" in text) == (200, False)
        assert browser.ask("/static/nothing.css")[0] == 404
    assert "Traceback" not in (state / "log").read_text()
