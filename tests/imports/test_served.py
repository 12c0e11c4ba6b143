"""The import on a real server: whoever hangs up leaves nothing, and a large file never fills the memory."""

from __future__ import annotations

import re
import signal
import time
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.error import HTTPError
from urllib.request import Request

import pytest

from tests.conftest import PASSWORD
from tests.processes import run
from tests.shell.test_process import Browser, serving

if TYPE_CHECKING:
    import http.client
    from collections.abc import Iterator

MB = 1024 * 1024
BOUNDARY = "a-boundary"
EVE = {"address": "eve@contoso.com", "display_name": "Eve", "pool": "pool.contoso.com"}


class Uploader(Browser):
    """Sends files, and reads answers as slowly as it likes."""

    def post(self, address: str, body: Iterator[bytes] | bytes, length: int) -> http.client.HTTPResponse:
        """The answer, unread."""
        headers = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}", "Content-Length": str(length)}
        url = f"http://127.0.0.1:{self.port}{address}"
        return self._opener.open(Request(url, body, headers), timeout=60)  # type: ignore[no-any-return]

    def part(self, name: str, value: str) -> bytes:
        return f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()

    def upload(self, chunk: bytes, times: int) -> http.client.HTTPResponse:
        """Send ``chunk`` so many times as one file, never holding it all."""
        self.ask("/users/imports/")
        head = self.part("csrfmiddlewaretoken", self._token)
        head += (
            f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="u.csv"\r\n\r\n'.encode()
        )
        tail = f"\r\n--{BOUNDARY}--\r\n".encode()

        def body() -> Iterator[bytes]:
            yield head
            for _time in range(times):
                yield chunk
            yield tail

        return self.post("/users/imports/", body(), len(head) + len(chunk) * times + len(tail))


def memory(pids: list[int]) -> int:
    """The most memory that any of these processes ever had, in bytes."""
    peaks = [re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{pid}/status").read_text()) for pid in pids]
    return max(int(peak[1]) for peak in peaks if peak) * 1024


def workers(port: int) -> list[int]:
    """The processes that serve at ``port``."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if f"127.0.0.1:{port}" in path.read_text():
                found.append(int(path.parent.name))
        except OSError:  # it ended meanwhile
            continue
    return found


@pytest.fixture(scope="module")
def panel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Uploader]:
    """A panel with a pool, and an administrator who is signed in."""
    state = tmp_path_factory.mktemp("panel")
    done = run(state, "manage.py", "prepare", PANEL_ADMIN_PASSWORD=PASSWORD)
    assert done.returncode == 0, done.stderr
    script = (
        "from controlpanel.audit.actor import Actor; from federation.topology import services as t; "
        "a = Actor('x'); place = t.create_site(name='Paris', actor=a); "
        "t.create_pool(fqdn='pool.contoso.com', site=place, actor=a)"
    )
    done = run(state, "manage.py", "shell", "--command", script)
    assert done.returncode == 0, done.stderr
    with serving(state, signal.SIGTERM) as browser:
        uploader = Uploader(browser.port)
        uploader.sign_in()
        yield uploader


def test_whoever_hangs_up_before_the_end_has_changed_nothing(panel: Uploader) -> None:
    lines = "".join(f"user{number}@contoso.com,pool.contoso.com\r\n" for number in range(40_000))
    text = panel.upload(f"SipAddress,Pool\r\n{lines}".encode(), 1).read().decode()
    address = re.search(r'action="(/users/imports/\d+/import/)"', text)
    assert address
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', text)
    assert token
    body = panel.part("csrfmiddlewaretoken", token[1]) + f"--{BOUNDARY}--\r\n".encode()

    answer = panel.post(address[1], body, len(body))
    seen = b""
    while b"<progress" not in seen:
        seen += answer.read1(1000)
    answer.close()

    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:  # the server notices when it writes; until then it holds the database
        panel.ask("/users/imports/")  # for its token
        status, _text = panel.ask("/users/directory/new/", **EVE)
        if status == 200:
            break
    users = panel.ask("/users/directory/")[1]
    assert "eve@contoso.com" in users
    assert "user1@contoso.com" not in users
    assert "The import is done." in panel.post(address[1], body, len(body)).read().decode()
    assert "user39999@contoso.com" in panel.ask("/users/directory/?q=user39999")[1]


def test_a_file_of_200_megabytes_is_refused_with_a_sentence_and_little_memory(panel: Uploader) -> None:
    before = memory(workers(panel.port))
    with pytest.raises(HTTPError) as refused:
        panel.upload(b"user@contoso.com,x\n" * 55_188, 200)
    with refused.value as answer:
        assert answer.code == 413
        assert "The file is larger than 64 MB." in answer.read().decode()
    assert memory(workers(panel.port)) - before < 30 * MB


def test_a_file_of_many_megabytes_is_kept_and_read_in_little_memory(panel: Uploader) -> None:
    before = memory(workers(panel.port))
    text = panel.upload(b"SipAddress,Pool\n" + b"x,pool.contoso.com\n" * 50_000, 12).read().decode()
    assert "Lines refused" in text
    assert memory(workers(panel.port)) - before < 40 * MB
