"""``make bench``: what pages cost, beside the Django admin's change list of the same rows in the same run.

It prints and asserts nothing: figures are for readers. Its database is its own and is thrown away.
"""

from __future__ import annotations

import os
import shutil
import statistics
import sys
import tempfile
import time
from functools import partial
from typing import TYPE_CHECKING, Any

from tests import bench_imports, bench_users
from tests.gateway import bench_commit, bench_gateway, bench_wire

if TYPE_CHECKING:
    from collections.abc import Callable

POLICIES, SITES, ROUNDS = 10_000, 200, 30


def main() -> None:
    """Make the rows, then print one line for each page."""
    with tempfile.TemporaryDirectory() as state:
        os.environ["PANEL_STATE_DIR"] = state
        os.environ["DJANGO_SETTINGS_MODULE"] = "controlpanel.settings"
        import django

        django.setup()
        from django.core.management import call_command

        call_command("prepare", verbosity=0)
        _make_rows()
        client = _client()
        _print_heading()
        _bench_policies(client)
    bench_users.bench()
    bench_imports.bench()
    if shutil.which("prosody"):
        for users in bench_wire.SIZES:
            bench_wire.bench(users)
        for users in bench_gateway.SIZES:
            bench_gateway.bench(users)
        for users in (bench_commit.USERS, *([1_000_000] if os.environ.get("BENCH_MILLION") else [])):
            bench_commit.bench(users)


def _make_rows() -> None:
    from django.utils import timezone

    from controlpanel.shell.text import fold, sort_key
    from federation.policies.models import ExternalAccessPolicy, Scope
    from federation.topology.models import Site

    stamp: dict[str, Any] = {"changed_at": timezone.now(), "changed_by": "bench"}
    # Rows for measuring only: straight into the table, without ten thousand events.
    sites = Site.objects.bulk_create(
        Site(name=(name := f"Site {n:03}"), name_key=fold(name), name_sort=sort_key(name), **stamp)
        for n in range(SITES)
    )
    ExternalAccessPolicy.objects.bulk_create(
        ExternalAccessPolicy(scope=Scope.SITE, site=site, federated=True, **stamp) for site in sites
    )
    ExternalAccessPolicy.objects.bulk_create(
        ExternalAccessPolicy(
            scope=Scope.USER,
            name=(name := f"Policy {n * 7919 % POLICIES:05}"),
            name_key=fold(name),
            name_sort=sort_key(name),
            description=f"Made to be measured, number {n}",
            federated=n % 2 == 0,
            xmpp=n % 4 == 0,
            **stamp,
        )
        for n in range(POLICIES)
    )


def _client() -> Any:
    from django.test import Client

    from controlpanel.accounts.models import Administrator

    client = Client(headers={"host": "127.0.0.1"})
    client.force_login(
        Administrator.objects.get(username="admin"), "django.contrib.auth.backends.ModelBackend"
    )
    return client


def _bench_policies(client: Any) -> None:
    from federation.policies.models import ExternalAccessPolicy

    tab, admin = "/federation/policies/", "/admin/policies/externalaccesspolicy/"
    client.cookies["rows"] = "100"  # the admin shows 100 rows a page
    base = _line("Django admin, first page", lambda: client.get(admin))
    _line("first page", lambda: client.get(tab), base)
    admin_search = _line("Django admin, search", lambda: client.get(f"{admin}?q=policy+0123"))
    _line("search", lambda: client.get(f"{tab}?q=policy+0123"), admin_search)
    names = ("name", "scope", "federated", "xmpp", "remote", "public", "description", "changed")
    admin_sort = _line("Django admin, sort by a switch", lambda: client.get(f"{admin}?o=3"))
    for name in names:
        _line(f"sort by {name}", partial(client.get, f"{tab}?sort={name}"), admin_sort)
    policy = ExternalAccessPolicy.objects.filter(name="Policy 01234").get()
    change = f"{admin}{policy.pk}/change/"
    admin_page = _line("Django admin, change form", lambda: client.get(change))
    _line("details page", lambda: client.get(f"{tab}{policy.pk}/"), admin_page)
    _line("commit", lambda: _commit(client, f"{tab}{policy.pk}/", policy.pk))


def _commit(client: Any, url: str, pk: int) -> Any:
    from federation.policies.models import ExternalAccessPolicy

    policy = ExternalAccessPolicy.objects.get(pk=pk)
    loaded = '{"description": "", "federated": false, "xmpp": false, "remote": false, "public": false}'
    stamp = time.monotonic_ns()
    values = {"version": policy.version, "loaded": loaded, "description": f"Changed at {stamp}"}
    return client.post(url, values)


def _print_heading() -> None:
    from django.db import connection

    rows = f"{POLICIES:,} user policies, {SITES} sites, 100 rows a page, {ROUNDS} rounds, {connection.vendor}"
    _say(rows)
    _say(f"{'page':34} {'median ms':>10} {'p95 ms':>8} {'queries':>8} {'bytes':>9} {'of admin':>9}")


def _line(label: str, call: Callable[[], Any], base: float | None = None) -> float:
    """Measure ``call``, print it beside ``base`` (median seconds), return its median in seconds."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as queries:
        answer = call()
    asked = len(queries)
    if answer.status_code not in {200, 302}:
        raise SystemExit(f"{label}: status {answer.status_code}")
    times = []
    for _round in range(ROUNDS):
        start = time.perf_counter()
        answer = call()
        times.append(time.perf_counter() - start)
    median = statistics.median(times)
    p95 = statistics.quantiles(times, n=20)[-1]
    ratio = f"{median / base:9.2f}" if base else f"{'':9}"
    size = len(answer.content)
    _say(f"{label:34} {median * 1000:10.1f} {p95 * 1000:8.1f} {asked:8} {size:9,} {ratio}")
    return median


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
