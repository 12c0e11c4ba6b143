"""The directory's part of ``make bench``: 10,000, 100,000 and, with BENCH_MILLION=1, 1,000,000 users.

Each size has a process and a database of its own: PostgreSQL (tests/postgres.py) in every size, SQLite with
100,000. A line says what the server took (median of some rounds, in this process and without a network), how
much of that this process computed (the rest is the database, and whoever else uses the machine), the
statements, and how far memory rose; at the end stands how the figures grew with the directory.
"""

from __future__ import annotations

import io
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import nullcontext
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.postgres import server
from tests.processes import ROOT, environment

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client

SITES, POOLS, POLICIES = 200, 400, 1_000
SEARCHES = ("a", "al", "alice", "martin", "heidi roux", "user12345", "sip:user99", "nobody")
ROUNDS = 10
SORTS = ("address", "enabled", "pool", "site")

# Names and numbers are scattered by multiplying with primes, so that no order is the order of the keys. Pools
# are drawn as random numbers are: else all users of a pool would have the same first name.
USERS = """
WITH RECURSIVE number(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM number WHERE i < %s),
first(k, name) AS (VALUES {first}),
last(k, name) AS (VALUES {last})
INSERT INTO directory_user (version, changed_at, changed_by, address, display_name, first_name, last_name,
    email, department, pool_id, enabled, name_sort, first_sort, last_sort, source)
SELECT 1, %s, 'bench', 'user' || i || '@contoso.com', first.name || ' ' || last.name || ' ' || i, first.name,
    last.name, 'mail' || i || '@contoso.com', 'Department ' || (i * 7 %% 53),
    %s + CAST(i AS bigint) * 48271 %% 2147483647 %% {pools},
    i * 11 %% 23 <> 0,
    lower(first.name || ' ' || last.name || ' ' || i), lower(first.name), lower(last.name), ''
FROM number JOIN first ON first.k = i * 31 %% {first_count} JOIN last ON last.k = i * 47 %% {last_count}
"""
ASSIGNED = """
INSERT INTO directory_assignment (user_id, policy_id)
SELECT id, %s + id %% {policies} FROM directory_user WHERE id * 37 %% 101 < 30
"""
FIRST = ("Alice", "Bob", "Charlie", "Dave", "Eve", "Frank", "Grace", "Heidi", "Ivan", "Judy")
LAST = (
    *("Martin", "Bernard", "Thomas", "Petit", "Robert", "Richard", "Durand", "Dubois", "Moreau", "Laurent"),
    *("Simon", "Michel", "Lefebvre", "Leroy", "Roux", "David", "Bertrand"),
)


def bench() -> None:
    """Measure every size in a process of its own, then print how the figures grow."""
    sizes = [10_000, 100_000, *([1_000_000] if os.environ.get("BENCH_MILLION") else [])]
    figures = {size: _measured(size, "postgresql") for size in sizes}
    _measured(100_000, "sqlite")
    _say("\nGrowth on PostgreSQL: median ms, and how many times as long as with a tenth of the users")
    _say(f"{'':34}" + "".join(f"{size:>22,}" for size in sizes))
    for label in figures[sizes[-1]]:
        line, before = f"{label:34}", None
        for size in sizes:
            now = figures[size].get(label)
            ratio = f"({now / before:5.1f}x)" if now and before else ""
            line += f"{now * 1000:12.1f} {ratio:>9}" if now else f"{'':22}"
            before = now
        _say(line)


def _measured(size: int, vendor: str) -> dict[str, float]:
    """The figures of one size on one database: label -> median seconds."""
    with tempfile.TemporaryDirectory() as state, server() if vendor == "postgresql" else nullcontext() as url:
        result = Path(state) / "figures.json"
        values = {"DATABASE_URL": url} if url else {}
        command = [sys.executable, "-m", "tests.bench_users", str(size), str(result)]
        subprocess.run(command, cwd=ROOT, env=environment(Path(state), **values), check=True)
        figures: dict[str, float] = json.loads(result.read_text())
        return figures


class Bench:
    """One size on one database."""

    def __init__(self, size: int, client: Client) -> None:
        self.size, self.client = size, client
        self.figures: dict[str, float] = {}

    def line(self, label: str, call: Callable[[], Any], *, rounds: int | None = None) -> None:
        """Measure ``call`` and print its line; the first round, which fills caches, tells only of memory."""
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        before = _memory("VmRSS")
        Path("/proc/self/clear_refs").write_text("5")  # the peak is counted from here
        times, computed = [], []
        for _round in range(rounds or ROUNDS):
            start, cpu = time.perf_counter(), time.process_time()
            call()
            times.append(time.perf_counter() - start)
            computed.append((time.process_time() - cpu) * 1000)
        peak = max(_memory("VmHWM") - before, 0) / 1024
        median = self.figures[label] = statistics.median(times)
        asked, sql = "", ""
        if rounds is None:
            with CaptureQueriesContext(connection) as queries:
                call()
            asked = str(len(queries))
            sql = f"{sum(float(each['time']) for each in queries) * 1000:.0f}"
        cost = f"{median * 1000:11.1f} {max(times) * 1000:9.1f} {statistics.median(computed):8.1f}"
        _say(f"{label:34} {cost} {asked:>8} {sql:>7} {peak:9.1f}")

    def page(self, label: str, address: str) -> None:
        """Measure a page."""

        def call() -> None:
            answer = self.client.get(address)
            if answer.status_code != 200:
                raise SystemExit(f"{label}: status {answer.status_code}")

        self.line(label, call)

    def written(self, label: str, call: Callable[[], Any]) -> None:
        """Measure a write: once, with its statements."""
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        queries = CaptureQueriesContext(connection)
        with queries:
            self.line(label, call, rounds=1)
        _say(f"{'':34} in {len(queries)} statements")


def _memory(name: str) -> int:
    """A figure of this process in KiB."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{name}:"))


def _make_directory(size: int) -> None:
    from django.db import connection
    from django.utils import timezone

    from controlpanel.shell.text import keys
    from federation.policies.models import ExternalAccessPolicy, Scope
    from federation.topology.models import Pool, Site

    stamp: dict[str, Any] = {"changed_at": timezone.now(), "changed_by": "bench"}
    sites = Site.objects.bulk_create(
        Site(name=f"Site {n:03}", **keys("name", f"Site {n:03}"), **stamp) for n in range(SITES)
    )
    pools = Pool.objects.bulk_create(
        Pool(fqdn=f"pool{n:03}.contoso.com", site=sites[n % SITES], **stamp) for n in range(POOLS)
    )
    ExternalAccessPolicy.objects.bulk_create(
        ExternalAccessPolicy(scope=Scope.SITE, site=site, federated=True, **stamp) for site in sites[::2]
    )
    policies = ExternalAccessPolicy.objects.bulk_create(
        ExternalAccessPolicy(scope=Scope.USER, name=f"P{n:04}", **keys("name", f"P{n:04}"), **stamp)
        for n in range(POLICIES)
    )
    users = USERS.format(
        pools=POOLS,
        first=", ".join(f"({k}, '{name}')" for k, name in enumerate(FIRST)),
        last=", ".join(f"({k}, '{name}')" for k, name in enumerate(LAST)),
        first_count=len(FIRST),
        last_count=len(LAST),
    )
    with connection.cursor() as cursor:
        cursor.execute(users, [size, stamp["changed_at"], pools[0].pk])
        cursor.execute(ASSIGNED.format(policies=POLICIES), [policies[0].pk])
        cursor.execute("ANALYZE")


def _bench_pages(bench: Bench) -> None:
    from urllib.parse import urlencode

    from controlpanel.lists.criteria import query
    from controlpanel.lists.paging import Tokens
    from federation.directory.models import User

    tab = "/users/directory/"
    bench.page("first page", tab)
    for text in SEARCHES:
        bench.page(f"search {text}", f"{tab}?{urlencode({'q': text})}")
    for identity in ("Tag:P0007", "Site:Site 004", "Global"):
        bench.page(f"governed by {identity}", f"{tab}?{query('governing', 'is', identity)}")
    bench.page(
        "site and department",
        f"{tab}?{query('site', 'is', 'Site 004')}&{query('department', 'is', 'Department 7')}",
    )
    bench.page("disabled", f"{tab}?{query('enabled', 'is', 'no')}")
    users, order = User.objects.listed(), ["name_sort", "pk"]
    middle = users.order_by(*order)[bench.size // 2]
    bench.page(
        "next page, deep inside", f"{tab}?page={Tokens(users, order).of_row('a', bench.size // 2, middle)}"
    )
    bench.page("last page", f"{tab}?page={Tokens(users, order).of_end(bench.size)}")
    for name in SORTS:
        bench.page(f"sort by {name}", f"{tab}?sort={name}")
        bench.page(f"sort by {name}, downwards", f"{tab}?sort=-{name}")
    bench.page("a user's page", f"{tab}{middle.pk}/")
    bench.page("values for a department", f"{tab}suggest/?property=department&value=De")
    bench.page("Home", "/home/overview/")


def _bench_policies(bench: Bench) -> None:
    from federation.policies.models import ExternalAccessPolicy

    tab = "/federation/policies/"
    site = ExternalAccessPolicy.objects.named("Site:Site 004")
    everywhere = ExternalAccessPolicy.objects.the_global()
    assert site
    bench.page("page of a site policy", f"{tab}{site.pk}/")
    bench.page("page of Global", f"{tab}{everywhere.pk}/")
    bench.page("delete a site policy: question", f"{tab}delete/?row={site.pk}")
    bench.page("assign to all: question", "/users/directory/assign/?all=1")


def _bench_partners(bench: Bench) -> None:
    from federation.edge import services as edge
    from tests.partners.makers import MAKER, make_partners

    partner = make_partners(10_000, domains=5)[0]
    edge.change_access(federation=True, actor=MAKER)
    tab = "/federation/partners/"
    bench.page("10,000 partners", tab)
    bench.page("search of their 60,000 domains", f"{tab}?q=d3.partner77")
    bench.page("page of a partner: who may reach it", f"{tab}{partner.pk}/")
    bench.page("delete a partner: question", f"{tab}delete/?row={partner.pk}")
    bench.page("turn federation off: effect", "/federation/edge/access/effect/")


def _bench_writes(bench: Bench) -> None:
    from controlpanel.audit.actor import Actor
    from federation.directory import services
    from federation.directory.models import User
    from federation.policies import services as policies
    from federation.policies.models import ExternalAccessPolicy

    actor, wanted = Actor("bench"), ExternalAccessPolicy.objects.get(name="P0005")
    first = User.objects.order_by("pk").values_list("pk", flat=True)[0]
    few = User.objects.filter(pk__lt=first + 1_000)
    bench.written("assign 1,000", partial(services.assign_policy, few, wanted, actor=actor))
    if bench.size >= 100_000:
        many = User.objects.filter(pk__lt=first + 100_000)
        bench.written("assign 100,000", partial(services.assign_policy, many, wanted, actor=actor))
    bench.written("disable 1,000", partial(services.set_enabled, few, False, actor=actor))
    bench.written("remove 1,000", partial(services.remove_users, few, actor=actor))
    bench.written("delete that policy", partial(policies.delete_policies, [wanted], actor=actor))
    bench.page("a user's page afterwards", f"/users/directory/{first + 2_000}/")


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def main(size: int, result: Path) -> None:
    """Measure one size in this process, whose environment names the database."""
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection
    from django.test import Client

    from controlpanel.accounts.models import Administrator

    call_command("prepare", verbosity=0, stdout=io.StringIO())
    start = time.perf_counter()
    _make_directory(size)
    took = time.perf_counter() - start
    client = Client(headers={"host": "127.0.0.1"})
    client.force_login(
        Administrator.objects.get(username="admin"), "django.contrib.auth.backends.ModelBackend"
    )
    bench = Bench(size, client)
    what = f"{size:,} users, {SITES} sites, {POOLS} pools, {POLICIES:,} policies"
    _say(f"\n{what}, {connection.vendor}; made in {took:.0f} s")
    heading = f"{'page':34} {'median ms':>11} {'max ms':>9} {'CPU ms':>8}"
    _say(f"{heading} {'queries':>8} {'SQL ms':>7} {'peak MiB':>9}")
    _bench_pages(bench)
    _bench_policies(bench)
    _bench_partners(bench)
    _bench_writes(bench)
    result.write_text(json.dumps(bench.figures))


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
