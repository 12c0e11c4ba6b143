"""How long the server stands still while rules are applied, and how soon they are in force.

    python -m tests.gateway.bench_gateway [USERS ...]

A pause is what the server's loop took in one turn, in its own processor time.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
from pathlib import Path

from federation.gateway import objects, wire
from federation.status.installing import configuration
from tests.gateway.conftest import INSIDE, gateway_options
from tests.gateway.servers import Authority, Dns, Prosody
from tests.gateway.standin import Panel

#: As the panel's lines for prosody.cfg.lua have it.
GC = next(line for line in configuration("", "").splitlines(keepends=True) if line.startswith("gc ="))
SIZES = (100_000, 1_000_000)

LAG = """
module:set_global();
-- Processor time between two turns of the server's loop: a pause that other processes cannot make longer.
local clock, timer, now = os.clock, require "util.timer", require "util.time".now;
local file = io.open(prosody.paths.data .. "/lag", "w");
file:setvbuf("line");
local last, worst, told = clock(), 0, now();
local seen, longest = now(), 0; -- by the clock: with what the disk takes, and other processes
timer.add_task(0.002, function ()
	local at, when = clock(), now();
	worst, longest = math.max(worst, at - last), math.max(longest, when - seen - 0.002);
	last, seen = at, when;
	if when - told > 0.02 then
		file:write(("%.4f %.2f %.4f %.2f\\n"):format(when, worst * 1000, at, longest * 1000));
		worst, longest, told = 0, 0, when;
	end
	return 0.002;
end);
"""


class Pinger:
    """The server's own measure of its pauses (LAG), read since the last call."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "data/lag"
        self.seen = 0

    def rows(self) -> list[list[str]]:
        """What was written since: when, the longest pause in ms, processor time, the pause by the clock."""
        time.sleep(0.1)
        rows = [line.split() for line in self.file.read_text().splitlines() if line.count(" ") == 3]
        seen, self.seen = self.seen, len(rows)
        return rows[seen:]

    def longest(self) -> float:
        """The longest pause in ms since the last call."""
        return max(float(row[1]) for row in self.rows())

    def since(self) -> str:
        """The longest pause in ms and the processor time used since the last call."""
        rows = self.rows()
        worst = [float(row[1]) for row in rows]
        used = float(rows[-1][2]) - float(rows[0][2])
        over = sum(one > 10 for one in worst)
        by_clock = max(float(row[3]) for row in rows)
        return (
            f"longest pause {max(worst):6.1f} ms ({over} over 10 ms), {by_clock:6.1f} ms by the clock, "
            f"CPU {used:6.2f} s"
        )


def population(users: int) -> dict[str, str]:
    made = [objects.edge(federation=True), objects.domain("contoso.test")]
    made += [objects.policy(n, federation=True, xmpp=True, default=n == 1) for n in range(1, 1001)]
    made += [objects.pool(n, site=n % 200, survivable=False) for n in range(1, 201)]
    made += [
        objects.partner(n, domains=[f"p{n}.test"], type="federated", methods=["sasl-tls"])
        for n in range(1000)
    ]
    made += [
        objects.user(
            f"user{n}@contoso.test", enabled=True, pool=1 + n % 200, policy=None if n % 3 else 1 + n % 1000
        )
        for n in range(users)
    ]
    made.sort(key=lambda one: wire.sort_key(one[0]))
    return {key: wire.line(key, value) for key, value in made}


class Script:
    """Answers with documents made beforehand: measuring the gateway, not Python."""

    def __init__(self, panel: Panel, lines: dict[str, str]) -> None:
        self.panel, self.lines = panel, lines
        self.total = wire.SetHash.of(lines.values())
        self.revision = 1
        self.body = self.encode(list(lines.values()), None)
        panel.fault = self.answer

    def encode(self, lines: list[str], since: int | None) -> bytes:
        head = wire.Header(
            "p", self.panel.gateway, self.revision, self.total.hex, self.total.count, len(lines), since
        )
        return b"".join(wire.encode(head, lines))

    def change(self, puts: list[objects.Object]) -> None:
        texts = []
        for key, value in sorted(puts, key=lambda one: wire.sort_key(one[0])):
            text = wire.line(key, value)
            self.total = self.total.drop(self.lines[key]).put(text)
            self.lines[key] = text
            texts.append(text)
        self.revision += 1
        self.body = self.encode(texts, self.revision - 1)
        with self.panel.changed:
            self.panel.changed.notify_all()

    def answer(self, request: object) -> tuple[int, bytes]:
        if request.report_only:  # type: ignore[attr-defined]
            return 204, b""
        have = request.have  # type: ignore[attr-defined]
        if have and have.revision == self.revision:
            self.panel.changed.wait_for(
                lambda: self.panel.closing or have.revision != self.revision, timeout=20
            )
        return (204, b"") if have and have.revision == self.revision else (200, self.body)


def in_force(panel: Panel, revision: int) -> None:
    panel.wait_for(lambda r: r.have is not None and r.have.revision == revision, 300)


def bench(users: int) -> None:
    """Print the pauses with so many users, by what is applied."""
    folder = Path(tempfile.mkdtemp(prefix="bench-gateway-"))
    folder.chmod(0o755)
    dns = Dns()
    server = Prosody(folder / "g", dns, Authority(folder), INSIDE, "")
    try:
        measure(users, server)
    finally:
        server.stop()
        dns.close()
        shutil.rmtree(folder, ignore_errors=True)


def measure(users: int, server: Prosody) -> None:
    panel, lines = Panel(), population(users)
    panel.identity, panel.fault = "p", lambda _request: (503, b"")
    with panel.serving():
        server.extra = gateway_options(panel.port) + "\n" + GC
        (server.folder / "modules/mod_lag.lua").write_text(LAG)
        server.extra = server.extra.replace('"federation_control" }', '"federation_control", "lag" }')
        server.log_level = "info"
        server.start()
        pinger = Pinger(server.folder)
        time.sleep(0.5)
        print(f"{users:>9,} users: how long the server stands still\n  start                {pinger.since()}")
        began = time.perf_counter()
        script = Script(panel, lines)
        in_force(panel, 1)
        took = time.perf_counter() - began
        print(f"  full document        {pinger.since()}  in force after {took:.2f} s", flush=True)
        for name, puts in (
            ("one user", [objects.user("user5@contoso.test", enabled=False, pool=1, policy=None)]),
            ("one policy", [objects.policy(1, federation=True, xmpp=False, default=True)]),
            (
                "users assigned",
                [
                    objects.user(f"user{n}@contoso.test", enabled=True, pool=1 + n % 200, policy=7)
                    for n in range(min(users, 100_000))
                ],
            ),
        ):
            began = time.perf_counter()
            script.change(puts)
            in_force(panel, script.revision)
            took = time.perf_counter() - began
            print(
                f"  {name + ' ' + str(len(puts)):<20} {pinger.since()}  in force after {took:.3f} s",
                flush=True,
            )
        time.sleep(2)
        memory = Path(f"/proc/{server.process.pid}/status").read_text()  # type: ignore[union-attr]
        print(f"  at rest              {pinger.since()}  {memory[memory.index('VmRSS') :].splitlines()[0]}")


if __name__ == "__main__":
    for size in [int(text) for text in sys.argv[1:]] or SIZES:
        bench(size)
