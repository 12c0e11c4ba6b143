"""How long the server stands still in a flood of strangers.

    python -m tests.gateway.bench_flood [CONTACTS ...]

From a public unverified partner, with so many contacts on each list. A pause is processor time of one turn.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
import threading
import time
from pathlib import Path

from federation.gateway import objects
from tests.gateway.bench_gateway import GC, LAG, Pinger
from tests.gateway.byhand import Domain, Stream
from tests.gateway.conftest import gateway_options, organisation
from tests.gateway.servers import Authority, Dns, Prosody, encoded
from tests.gateway.standin import Panel

USERS, STREAMS, SECONDS = 3000, 4, 20
CONTACTS = (50, 500)


def fill(rosters: Path, contacts: int) -> None:
    """Contact lists on disk."""
    rosters.mkdir()
    item = '["person{}@fabrikam.test"] = {{ ["subscription"] = "both"; ["name"] = "Person {}" }};\n'
    text = "return { " + "".join(item.format(number, number) for number in range(contacts)) + "};\n"
    for number in range(USERS):
        (rosters / f"user{number}.dat").write_text(text)


def flood(stream: Stream, first: int) -> None:
    """From ever other addresses to all users in turn, as fast as they are taken."""
    stream.socket.settimeout(None)
    until = time.monotonic() + SECONDS
    number = first
    while time.monotonic() < until:
        sender, to = f"x{number}@flood.test", f"user{number % USERS}@contoso.test"
        try:
            stream.send(f"<presence from='{sender}' to='{to}' type='subscribe'/>")
        except OSError:  # closed behind us
            return
        number += STREAMS


def bench(contacts: int) -> None:
    """Print the pauses in a flood."""
    folder = Path(tempfile.mkdtemp(prefix="bench-flood-"))
    folder.chmod(0o755)
    dns, panel, domain = Dns(), Panel(), Domain("flood.test")
    server = Prosody(folder / "g", dns, Authority(folder), {"contoso.test": ()}, "")
    dns.ports["flood.test"] = domain.port
    partner = objects.partner(7, domains=["flood.test"], type="public-unverified", methods=["dialback-tcp"])
    people = [objects.user(f"user{n}@contoso.test", enabled=True, pool=1, policy=None) for n in range(USERS)]
    panel.commit(*organisation(), partner, *people)
    fill(server.folder / "data" / encoded("contoso.test") / "roster", contacts)
    options = gateway_options(0).replace('"federation_control" }', '"federation_control", "lag" }')
    (server.folder / "modules/mod_lag.lua").write_text(LAG)
    server.log_level = "info"
    try:
        with panel.serving():
            server.extra = options.replace(":0/", f":{panel.port}/") + GC
            server.start()
            panel.in_force()
            measure(server, contacts)
    finally:
        server.stop()
        dns.close()
        shutil.rmtree(folder, ignore_errors=True)


def measure(server: Prosody, contacts: int) -> None:
    streams = [Stream(server.s2s, "flood.test") for _ in range(STREAMS)]
    for stream in streams:
        stream.open()
        stream.send("<db:result from='flood.test' to='contoso.test'>key</db:result>")
        stream.find("type='valid'")
    pinger = Pinger(server.folder)
    pinger.since()
    threads = [
        threading.Thread(target=flood, args=(stream, n), daemon=True) for n, stream in enumerate(streams)
    ]
    for thread in threads:
        thread.start()
    time.sleep(SECONDS)
    told = pinger.since()
    print(f"{contacts} contacts each, {USERS:,} users, {SECONDS} s: {told}", flush=True)


if __name__ == "__main__":
    for number in [int(text) for text in sys.argv[1:]] or CONTACTS:
        bench(number)
