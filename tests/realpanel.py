"""The panel as ``make run`` serves it: two processes of gunicorn, a state folder, a database of its own."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode
from urllib.request import Request, urlopen

from tests.pages import Page
from tests.processes import ROOT, environment, run
from tests.waiting import until

if TYPE_CHECKING:
    from tests.pages import Form

PASSWORD = "correct-horse-battery-staple"
TOKEN = "token-of-the-tests"
_SCRIPT = """
import json, sys, django
django.setup()
from tests.realpanel import MAKER
{code}
"""


def _maker() -> Any:
    from controlpanel.audit.actor import Actor

    return Actor("maker")


MAKER = _maker()


class RealPanel:
    """Prepared, but not started yet. ``url`` is its database; "" the SQLite one in ``state``."""

    def __init__(self, state: Path, url: str = "") -> None:
        self.state = state
        self.values = {"PANEL_ADMIN_PASSWORD": PASSWORD, "PANEL_METRICS_TOKEN": TOKEN}
        self.values |= {"DATABASE_URL": url} if url else {}
        with socket.create_server(("127.0.0.1", 0)) as probe:
            self.port: int = probe.getsockname()[1]
        self.process: subprocess.Popen[bytes] | None = None
        state.mkdir(parents=True, exist_ok=True)
        self.manage("prepare")

    def manage(self, *arguments: str, fails: bool = False) -> str:
        """What a management command says."""
        done = run(self.state, "manage.py", *arguments, **self.values)
        assert bool(done.returncode) is fails, done.stdout + done.stderr
        return done.stdout + done.stderr

    def python(self, code: str) -> Any:
        """Run ``code`` in a process of the panel's; what it prints as JSON, if it prints anything."""
        done = run(self.state, "-c", _SCRIPT.format(code=code), **self.values)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout) if done.stdout else None

    def start(self) -> RealPanel:
        command = [sys.executable, "-m", "gunicorn", "controlpanel.wsgi", "--bind", f"127.0.0.1:{self.port}"]
        command += ["--workers", "2", "--worker-class", "gthread", "--threads", "32", "--no-control-socket"]
        command += ["--config", "python:controlpanel.shell.serving", "--log-level", "critical"]
        self.process = subprocess.Popen(command, cwd=ROOT, env=environment(self.state, **self.values))
        until(self.answers)
        return self

    def metric(self, name: str) -> float | None:
        """What /metrics says of the first gateway; None while it says nothing."""
        asked = Request(f"http://127.0.0.1:{self.port}/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
        with urlopen(asked, timeout=30) as answer:
            lines = answer.read().decode().splitlines()
        values = [line.rpartition(" ")[2] for line in lines if line.startswith(f"panel_gateway_{name}{{")]
        return float(values[0]) if values else None

    def answers(self) -> bool:
        """Whether somebody listens."""
        try:
            socket.create_connection(("127.0.0.1", self.port), 1).close()
        except OSError:
            return False
        return True

    def workers(self) -> list[int]:
        """The processes that serve, without the one that started them."""
        assert self.process
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        return [int(each) for each in children.split()]

    def kill_workers(self) -> None:
        """As the kernel does when memory runs out: all at once, in whatever they are at."""
        for each in self.workers():
            os.kill(each, signal.SIGKILL)

    def stop(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(30)


class Visitor:
    """A browser without a screen: cookies, pages, and forms that are sent; it follows nowhere."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.cookies: dict[str, str] = {}

    def sign_in(self) -> None:
        """As the administrator of ``prepare``."""
        self.sign_in_as("admin", PASSWORD)

    def sign_in_as(self, name: str, password: str) -> None:
        """With a password of the test's own."""
        form = self.page("/account/sign-in/").form("Sign in").fill(username=name, password=password)
        assert form.send(self).status_code == 302  # type: ignore[arg-type]

    def page(self, address: str) -> Page:
        """The page at ``address``; asked again while nobody answers."""
        until(lambda: not isinstance(self._ask("GET", address), OSError))
        return Page(self.get(address))

    def get(self, address: str) -> Answer:
        return self._answer("GET", address)

    def post(self, address: str, data: dict[str, list[str]]) -> Answer:
        return self._answer("POST", address, urlencode(data, doseq=True))

    def send(self, form: Form) -> Answer | None:
        """Send ``form``; None when the connection broke."""
        found = self._ask("POST", form.action or form.address, urlencode(form.data, doseq=True))
        return found if isinstance(found, Answer) else None

    def _answer(self, method: str, address: str, body: str = "") -> Answer:
        found = self._ask(method, address, body)
        if not isinstance(found, Answer):
            raise found
        return found

    def _ask(self, method: str, address: str, body: str = "") -> Answer | OSError:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        headers = {
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
            "Content-Type": "application/x-www-form-urlencoded",
            "Accept-Language": "en",
        }
        try:
            connection.request(method, address, body, headers)
            response = connection.getresponse()
            for each in response.msg.get_all("Set-Cookie", []):
                name, _equals, value = each.partition(";")[0].partition("=")
                self.cookies[name] = value
            return Answer(response.status, response.read(), address)
        except (OSError, http.client.HTTPException) as fault:
            return fault if isinstance(fault, OSError) else OSError(str(fault))
        finally:
            connection.close()


class Answer:
    """What Page reads of an answer."""

    def __init__(self, status: int, body: bytes, address: str) -> None:
        self.status_code, self.body, self.address = status, body, address
        self.wsgi_request = self

    def getvalue(self) -> bytes:
        return self.body

    def get_full_path(self) -> str:
        return self.address
