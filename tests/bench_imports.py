"""The import's part of ``make bench``: so many lines into an empty directory, again, and changed.

Each database has a process of its own. A line says how long it took, how long of that this process computed
(the rest is the database server, and whoever else uses the machine), how many statements there were, and how
much memory the process held at most. ``python -m tests.bench_imports 1000000`` measures a million lines.
"""

from __future__ import annotations

import io
import subprocess
import sys
import tempfile
import time
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.postgres import server
from tests.processes import ROOT, environment

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

LINES, SITES, POLICIES = 100_000, 200, 1_000
HEADINGS = '"SipAddress","DisplayName","RegistrarPool","ExternalAccessPolicy"\r\n'


def bench(lines: int = LINES) -> None:
    """Measure on both databases."""
    for vendor in sys.argv[2:] or ("sqlite", "postgresql"):
        with tempfile.TemporaryDirectory() as state, server() if vendor != "sqlite" else nullcontext() as url:
            values = {"DATABASE_URL": url} if url else {}
            command = [sys.executable, "-m", "tests.bench_imports", str(lines), "here"]
            subprocess.run(command, cwd=ROOT, env=environment(Path(state), **values), check=True)


def export(lines: int, name: str = "Nom") -> Iterator[bytes]:
    """What Get-CsUser exports, part by part; every other user has a policy."""
    yield HEADINGS.encode()
    for number in range(lines):
        policy = f"Tag:P{number % POLICIES:04}" if number % 2 else ""
        person = f"sip:user{number:07}@contoso.com", f"Prénom {name} {number * 7919 % lines}"
        yield '"{}","{}","pool{:03}.contoso.com","{}"\r\n'.format(*person, number % SITES, policy).encode()


def _make_what_is_named() -> None:
    from django.utils import timezone

    from controlpanel.shell.text import keys
    from federation.policies.models import ExternalAccessPolicy, Scope
    from federation.topology.models import Pool, Site

    stamp: dict[str, Any] = {"changed_at": timezone.now(), "changed_by": "bench"}
    sites = Site.objects.bulk_create(
        Site(name=f"Site {n:03}", **keys("name", f"Site {n:03}"), **stamp) for n in range(SITES)
    )
    Pool.objects.bulk_create(
        Pool(fqdn=f"pool{n:03}.contoso.com", site=site, **stamp) for n, site in enumerate(sites)
    )
    ExternalAccessPolicy.objects.bulk_create(
        ExternalAccessPolicy(scope=Scope.USER, name=f"P{n:04}", **keys("name", f"P{n:04}"), **stamp)
        for n in range(POLICIES)
    )


def _measured(label: str, work: Callable[[], Any]) -> Any:
    """Run ``work`` and print its line; returns what it returns."""
    from django.db import connection

    asked = 0

    def count(execute: Callable[..., Any], *call: Any) -> Any:
        nonlocal asked
        asked += 1
        return execute(*call)

    Path("/proc/self/clear_refs").write_text("5")  # the peak is counted from here
    start, computed = time.perf_counter(), time.process_time()
    with connection.execute_wrapper(count):
        done = work()
    took, computed = time.perf_counter() - start, time.process_time() - computed
    status = Path("/proc/self/status").read_text().splitlines()
    peak = next(int(line.split()[1]) for line in status if line.startswith("VmHWM:")) / 1024
    _say(f"{label:34} {took:9.1f} {computed:9.1f} {asked:9,} {peak:9.0f}")
    return done


def _bench_file(path: Path, label: str) -> None:
    from django.db import transaction

    from controlpanel.audit.actor import Actor
    from federation.imports.csvfile import open_users
    from federation.intake import services
    from federation.intake.catalogue import Choices
    from federation.intake.plan import finish, planned

    choices, actor = Choices(), Actor("bench")
    with path.open("rb") as file:
        plan = _measured(f"{label}: preview", lambda: finish(planned(open_users(file).records, choices)))
        if plan.changes_something:
            file.seek(0)
            records = open_users(file).records
            marks: list[float] = []

            def claim() -> None:
                marks.append(time.perf_counter())
                transaction.on_commit(lambda: marks.append(time.perf_counter()))

            work = services.applied(records, plan, choices, name=path.name, actor=actor, claim=claim)
            _measured(f"{label}: import", lambda: finish(work))
            begun, ended = marks
            _say(f"{'  of it in the transaction':34} {ended - begun:9.1f}")
            _say(f"{'  of it to publish for the gateways':34} {time.perf_counter() - ended:9.1f}")


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def main(lines: int) -> None:
    """Measure in this process, whose environment names the database."""
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    call_command("prepare", verbosity=0, stdout=io.StringIO())
    _make_what_is_named()
    _say(f"\nImport of {lines:,} lines, {SITES} pools, {POLICIES:,} policies, {connection.vendor}")
    _say(f"{'':34} {'seconds':>9} {'CPU s':>9} {'queries':>9} {'peak MiB':>9}")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "users.csv"
        for label, name in (("new", "Nom"), ("again", "Nom"), ("changed", "Autre")):
            with path.open("wb") as file:
                file.writelines(export(lines, name))
            _bench_file(path, label)


if __name__ == "__main__":
    if sys.argv[2:] == ["here"]:
        main(int(sys.argv[1]))
    else:
        bench(*map(int, sys.argv[1:2]))
