"""Two panel processes on one database, and a burst of commits: the last one is in force everywhere."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest
from django.db import connection, connections

from federation.directory import services as directory
from federation.directory.models import User
from federation.replication import checking
from federation.replication.models import Revision
from federation.topology import services as topology
from federation.topology.models import Site
from tests.makers import MAKER
from tests.replication.conftest import Asker

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

pytestmark = [pytest.mark.sql, pytest.mark.django_db(transaction=True)]
ROOT = Path(__file__).parents[2]
WRITERS, COMMITS, KILLS = 4, 250, 3
#: A process of the panel that commits without end, and says so after each commit.
COMMITTER = """
import sys, django
django.setup()
from controlpanel.audit.actor import Actor
from federation.directory import services
from federation.directory.models import User
user = User.objects.filter(address=sys.argv[1])
while True:
    services.set_enabled(user, not user.get().enabled, actor=Actor("killed"))
    print("committed", flush=True)
"""


class Answer(NamedTuple):
    """As Django's test client gives it."""

    status_code: int
    streaming_content: list[bytes]


class Remote:
    """Asks a panel over the network."""

    def __init__(self, port: int) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

    def post(self, address: str, body: bytes, kind: str, headers: Mapping[str, str]) -> Answer:
        self.connection.request("POST", address, body, {"Content-Type": kind, **headers})
        response = self.connection.getresponse()
        return Answer(response.status, [response.read()])


def database_url() -> str:
    told = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{told['NAME']}"
    return f"postgres://{told['USER']}:{told['PASSWORD']}@{told['HOST']}:{told['PORT']}/{told['NAME']}"


@contextmanager
def panel(folder: Path, **values: str) -> Iterator[int]:
    """A panel process as ``make run`` starts it, with ``values`` in its environment; yields its port."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "gunicorn", "controlpanel.wsgi", "--bind", f"127.0.0.1:{port}"]
    command += ["--workers", "1", "--worker-class", "gthread", "--threads", "8", "--no-control-socket"]
    command += ["--config", "python:controlpanel.shell.serving", "--log-level", "error"]
    (folder / "static").mkdir(parents=True, exist_ok=True)
    environment = {"DATABASE_URL": database_url(), "PANEL_STATE_DIR": str(folder)}
    environment["DJANGO_SETTINGS_MODULE"] = "controlpanel.settings"
    process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **environment, **values})
    try:
        for _try in range(400):
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                time.sleep(0.05)
        yield port
    finally:
        process.terminate()
        began = time.monotonic()
        process.wait(60)
        assert time.monotonic() - began < 20, "requests that wait kept the panel from ending"


def killed_in_mid_commit(state: Path, address: str, more: float) -> None:
    """Let a process commit, and kill it ``more`` seconds after its third commit: mostly inside the next."""
    environment = {"DATABASE_URL": database_url(), "PANEL_STATE_DIR": str(state)}
    environment["DJANGO_SETTINGS_MODULE"] = "controlpanel.settings"
    command = [sys.executable, "-c", COMMITTER, address]
    process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **environment}, stdout=subprocess.PIPE)
    assert process.stdout
    with process.stdout as said:
        assert [said.readline() for _commit in range(3)] == [b"committed\n"] * 3
        time.sleep(more)
        process.kill()
        assert process.wait(30) == -signal.SIGKILL


def burst(pk: int) -> None:
    for number in range(COMMITS):
        directory.set_enabled(User.objects.filter(pk=pk), number % 2 == 1, actor=MAKER)
    connections.close_all()


def follow(asker: Asker, done: threading.Event, seen: list[int]) -> None:
    while True:
        last = done.is_set()
        status = asker.ask(wait=0 if last else 1)
        assert status in {200, 204}
        assert asker.have
        seen.append(asker.have["revision"])
        if last and status == 204:
            break
    connections.close_all()


def test_a_burst_of_commits_ends_with_the_last_one_in_force_everywhere(tmp_path: Path) -> None:
    with panel(tmp_path / "one") as one, panel(tmp_path / "two") as two:
        ports = (one, two)
        remotes = [Remote(port) for port in ports]
        askers = [Asker(f"xmpp{n}.contoso.test", remote) for n, remote in enumerate(remotes)]
        pool = topology.create_pool(fqdn="p.contoso.test", site=Site.objects.all()[0], actor=MAKER)
        addresses = [f"user{n}@contoso.test" for n in range(WRITERS)]
        users = [directory.create_user(address=each, pool=pool, actor=MAKER) for each in addresses]
        done, seen = threading.Event(), [list[int]() for _ in askers]
        followers = [
            threading.Thread(target=follow, args=(asker, done, numbers))
            for asker, numbers in zip(askers, seen, strict=True)
        ]
        for each in followers:
            each.start()
        with ThreadPoolExecutor(WRITERS) as pool_of_writers:
            list(pool_of_writers.map(burst, [user.pk for user in users]))
        done.set()
        for each in followers:
            each.join(60)
        for remote in remotes:
            remote.connection.close()

    numbers = list(Revision.objects.order_by("number").values_list("number", flat=True))
    assert numbers == list(range(1, len(numbers) + 1))
    for asker, told in zip(askers, seen, strict=True):
        assert told == sorted(told), "a gateway saw a later revision before an earlier one"
        assert asker.have
        assert asker.have["revision"] == numbers[-1]
        assert all(asker.objects[f"user:{each}"]["enabled"] for each in addresses)
    assert checking.check().faults == []


def test_a_process_killed_in_mid_commit_leaves_the_gateway_with_what_was_committed(tmp_path: Path) -> None:
    address = "alice@contoso.test"
    with panel(tmp_path / "one") as port:
        remote = Remote(port)
        asker = Asker("xmpp1.contoso.test", remote)
        pool = topology.create_pool(fqdn="p.contoso.test", site=Site.objects.all()[0], actor=MAKER)
        directory.create_user(address=address, pool=pool, actor=MAKER)
        for number in range(KILLS):
            remote.connection.close()  # the panel would, meanwhile
            killed_in_mid_commit(tmp_path / "one", address, number * 0.01)
            while asker.ask() != 204:
                pass
            assert asker.objects[f"user:{address}"]["enabled"] == User.objects.get().enabled
        directory.set_enabled(User.objects.all(), not User.objects.get().enabled, actor=MAKER)
        assert asker.ask(wait=10) == 200
        remote.connection.close()

    numbers = list(Revision.objects.order_by("number").values_list("number", flat=True))
    assert numbers == list(range(1, len(numbers) + 1))
    assert asker.have
    assert asker.have["revision"] == numbers[-1]
    assert asker.objects[f"user:{address}"]["enabled"] == User.objects.get().enabled
    assert checking.check().faults == []
