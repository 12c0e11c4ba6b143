"""How soon a commit is on the wire, with 1 and 20 gateways and a panel on PostgreSQL.

    python -m tests.gateway.bench_commit [USERS]

Federation is taken away from one user, by one policy that governs all, and by deleting one partner. The time
is from the beginning of the commit: until a real server refuses that user's message (one is sent each 5 ms),
and until the last gateway has the change. One gateway is a real server; the others only ask, as gateways do.
"""

from __future__ import annotations

import http.client
import io
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.postgres import server as postgres
from tests.processes import ROOT, environment

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.gateway.bench_wire import Client

USERS, ROUNDS, GATEWAYS = 100_000, 20, (1, 20)
REFUSED = b"urn:federation-control:1"
MESSAGE = "<message to='bob@fabrikam.test' type='chat'><body>Shall we meet at three?</body></message>"
REAL = "gw0.contoso.test"


class Poller:
    """A gateway that asks as the protocol says, and only notes when a revision came."""

    def __init__(self, port: int, name: str, secret: str) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self.name, self.headers = name, {"Authorization": f"Bearer {secret}"}
        self.came: dict[int, float] = {}
        self.have: dict[str, Any] | None = None
        threading.Thread(target=self._follow, daemon=True).start()

    def _follow(self) -> None:
        with suppress(OSError, http.client.HTTPException):  # the panel has ended
            self._ask_on()

    def _ask_on(self) -> None:
        while True:
            told = {"protocol": 1, "gateway": self.name, "have": self.have, "wait": 25, "report": {}}
            self.connection.request("POST", "/gateway/exchange", json.dumps(told), self.headers)
            answer = self.connection.getresponse()
            body = answer.read()
            if answer.status == 200:
                header = json.loads(body.partition(b"\n")[0])
                self.came[header["revision"]] = time.perf_counter()
                self.have = {name: header[name] for name in ("panel", "revision", "hash")}


class Prober:
    """Sends a message each 5 ms while it is asked to, and notes when the first was refused."""

    def __init__(self, client: Client) -> None:
        self.client, self.refused, self.asking = client, threading.Event(), threading.Event()
        self.at = 0.0
        threading.Thread(target=self._send, daemon=True).start()
        threading.Thread(target=self._read, daemon=True).start()

    def _send(self) -> None:
        while self.asking.wait():
            self.client.send(MESSAGE)
            time.sleep(0.005)

    def _read(self) -> None:
        while data := self.client.socket.recv(262144):
            if REFUSED in data and not self.refused.is_set():
                self.at = time.perf_counter()
                self.refused.set()


def bench(users: int = USERS) -> None:
    """Measure in a process of its own."""
    with tempfile.TemporaryDirectory() as state, postgres() as url:
        command = [sys.executable, "-m", "tests.gateway.bench_commit", str(users), "here"]
        subprocess.run(command, cwd=ROOT, env=environment(Path(state), DATABASE_URL=url), check=True)


def organisation(users: int) -> None:
    """So many users under one policy of their own, and one partner."""
    from django.db import connection
    from django.utils import timezone

    from federation.edge import services as edge
    from federation.partners import services as partners
    from federation.policies import services as policies
    from federation.replication import services as replication
    from federation.topology import services as topology
    from tests import bench_users
    from tests.makers import MAKER

    site = topology.create_site(name="Paris", actor=MAKER)
    pool = topology.create_pool(fqdn="pool.contoso.test", site=site, actor=MAKER)
    topology.create_domain(domain="contoso.test", actor=MAKER)
    partners.create_partner(domain="fabrikam.test", type="federated", actor=MAKER)
    edge.change_access(federation=True, actor=MAKER)
    policy = policies.create_user_policy(name="All", federated=True, xmpp=True, actor=MAKER)
    first, last = bench_users.FIRST, bench_users.LAST
    made = bench_users.USERS.replace("contoso.com", "contoso.test").format(
        pools=1,
        first=", ".join(f"({k}, '{name}')" for k, name in enumerate(first)),
        last=", ".join(f"({k}, '{name}')" for k, name in enumerate(last)),
        first_count=len(first),
        last_count=len(last),
    )
    with connection.cursor() as cursor:
        cursor.execute(made, [users, timezone.now(), pool.pk])
        assigned = "INSERT INTO directory_assignment (user_id, policy_id) SELECT id, %s FROM directory_user"
        cursor.execute(assigned, [policy.pk])
        cursor.execute("ANALYZE")
    replication.publish(everything=True)


def kinds() -> dict[str, tuple[Callable[[], object], Callable[[], object]]]:
    """What is committed: how it is taken away, and how it is given back."""
    from federation.directory import services as directory
    from federation.directory.models import User
    from federation.partners import services as partners
    from federation.partners.models import Partner
    from federation.policies import services as policies
    from federation.policies.models import ExternalAccessPolicy
    from tests.makers import MAKER

    user = User.objects.filter(address="user1@contoso.test")

    def policy(xmpp: bool) -> object:
        row = ExternalAccessPolicy.objects.get(name="All")
        return policies.change_policy(row, xmpp=xmpp, actor=MAKER)

    return {
        "one user": (
            lambda: directory.set_enabled(user, False, actor=MAKER),
            lambda: directory.set_enabled(user, True, actor=MAKER),
        ),
        "one policy of all": (lambda: policy(xmpp=False), lambda: policy(xmpp=True)),
        "one partner": (
            lambda: partners.delete_partners(Partner.objects.all(), actor=MAKER),
            lambda: partners.create_partner(domain="fabrikam.test", type="federated", actor=MAKER),
        ),
    }


@contextmanager
def panel(port: int) -> Iterator[None]:
    """The panel as ``make run`` serves it."""
    command = [sys.executable, "-m", "gunicorn", "controlpanel.wsgi", "--bind", f"127.0.0.1:{port}"]
    command += ["--workers", "2", "--worker-class", "gthread", "--threads", "32", "--no-control-socket"]
    command += ["--config", "python:controlpanel.shell.serving", "--log-level", "error"]
    process = subprocess.Popen(command, cwd=ROOT)
    try:
        yield
    finally:
        process.terminate()
        process.wait(30)


def latest() -> int:
    """The latest revision."""
    from federation.replication.models import Revision

    return int(Revision.objects.values_list("number", flat=True)[0])


def settled(pollers: list[Poller]) -> None:
    """Wait until every gateway has the latest revision and waits for the next."""
    from federation.gateway.models import Report

    now, deadline = latest(), time.monotonic() + 300
    while not (
        all(each.have and each.have["revision"] == now for each in pollers)
        and Report.objects.filter(gateway__name=REAL, revision=now).exists()
    ):
        assert time.monotonic() < deadline, "a gateway did not follow"
        time.sleep(0.02)
    time.sleep(0.1)


def measure(users: int, gateways: int, prober: Prober, pollers: list[Poller]) -> None:
    """Take away and give back, and print a line for each kind of commit."""
    for kind, (take, give) in kinds().items():
        wire, last = [], []
        for _round in range(ROUNDS):
            settled(pollers)
            prober.refused.clear()
            prober.asking.set()
            began = time.perf_counter()
            take()
            assert prober.refused.wait(60), f"{kind}: never refused"
            prober.asking.clear()
            settled(pollers)
            number = latest()
            wire.append(prober.at - began)
            last.append(max([prober.at, *(each.came[number] for each in pollers)]) - began)
            give()
        print(
            f"{users:>9,} users, {gateways:>2} gateways, {kind:<18}"
            f" refused on the wire {_told(wire)}; last gateway {_told(last)}",
            flush=True,
        )


def _told(times: list[float]) -> str:
    cuts = statistics.quantiles(times, n=20, method="inclusive")
    return f"p50 {statistics.median(times) * 1000:4.0f} ms, p95 {cuts[18] * 1000:4.0f} ms"


def main(users: int) -> None:
    """Everything, in a process whose environment names the database."""
    import django

    django.setup()
    from django.core.management import call_command

    from federation.gateway import services
    from federation.topology.models import Site
    from tests.gateway.bench_gateway import GC
    from tests.gateway.bench_wire import OUTSIDE, Client, Counter
    from tests.gateway.conftest import gateway_options
    from tests.gateway.servers import Authority, Dns, Prosody, free_ports
    from tests.makers import MAKER

    call_command("prepare", verbosity=0, stdout=io.StringIO())
    organisation(users)
    secrets = [
        services.create_gateway(name=f"gw{n}.contoso.test", site=Site.objects.all()[0], actor=MAKER)[1]
        for n in range(max(GATEWAYS))
    ]
    folder = Path(tempfile.mkdtemp(prefix="bench-commit-"))
    folder.chmod(0o755)
    with ExitStack() as at_the_end:
        at_the_end.callback(shutil.rmtree, folder, ignore_errors=True)
        dns, ca = Dns(), Authority(folder)
        at_the_end.callback(dns.close)
        port = free_ports(1)[0]
        at_the_end.enter_context(panel(port))
        on = gateway_options(port, REAL, federation_control_secret=secrets[0])
        ours = Prosody(folder / "on", dns, ca, {"contoso.test": ("user1",)}, f"{on}\n{GC}")
        outside = Prosody(
            folder / "outside", dns, ca, {"host.test": ()}, OUTSIDE, components=["fabrikam.test"]
        )
        for server in (ours, outside):
            server.log_level = "warn"
            at_the_end.callback(server.stop)
            server.start()
        Counter(outside.component, "fabrikam.test")
        client = Client(ours.c2s, "contoso.test", reads=False)
        prober, pollers = Prober(client), list[Poller]()
        for number in GATEWAYS:
            pollers += [
                Poller(port, f"gw{n}.contoso.test", secrets[n]) for n in range(len(pollers) + 1, number)
            ]
            measure(users, number, prober, pollers)


if __name__ == "__main__":
    if sys.argv[2:] == ["here"]:
        main(int(sys.argv[1]))
    else:
        bench(*map(int, sys.argv[1:2]))
