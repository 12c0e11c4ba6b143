"""Starts the demo, tells what happens until Ctrl+C, and takes everything down again."""

from __future__ import annotations

import logging
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from federation.certificates.models import Certificate

PORT = int(os.environ.get("PANEL_PORT", "8000"))
ADDRESS = f"http://127.0.0.1:{PORT}"
PAUSE = 2.0  # seconds between two messages
WELCOME = f"""
The panel:  {ADDRESS}  (sign in as admin with the password printed above)
Alice may talk outside; Dave may not, because his policy "No XMPP" has XMPP federated users off.
Now open Federation and External Access > External Access Policy > Global, untick "Enable communications with
XMPP federated users", press Commit, and see the next message of Alice refused. Ctrl+C ends everything.
"""


def main() -> None:
    """Everything from an empty folder to people who chat."""
    with ExitStack() as at_the_end:
        folder = Path(at_the_end.enter_context(tempfile.TemporaryDirectory(prefix="federation-demo-")))
        folder.chmod(0o755)  # the XMPP servers run as nobody
        secret = prepare(folder / "panel")
        at_the_end.enter_context(panel())
        chat(folder, secret, at_the_end)


def prepare(state: Path) -> str:
    """A panel of its own with an organisation; returns the secret of its gateway."""
    (state / "static").mkdir(parents=True)
    state.chmod(0o700)
    for name in ("DATABASE_URL", "PANEL_TLS", "PANEL_HOSTS", "PANEL_SECRET_KEY"):
        os.environ.pop(name, None)
    os.environ |= {"PANEL_STATE_DIR": str(state), "DJANGO_SETTINGS_MODULE": "controlpanel.settings"}
    import django

    django.setup()
    from django.core.management import call_command

    from tests.demo import organisation

    call_command("prepare")
    return organisation.make()


@contextmanager
def panel() -> Iterator[None]:
    """The panel as ``make run`` serves it."""
    try:
        socket.create_server(("127.0.0.1", PORT)).close()
    except OSError:
        sys.exit(f"Port {PORT} is taken; PANEL_PORT names another.")
    command = [sys.executable, "-m", "gunicorn", "controlpanel.wsgi", "--bind", f"127.0.0.1:{PORT}"]
    command += ["--worker-class", "gthread", "--threads", "16", "--no-control-socket"]
    command += ["--config", "python:controlpanel.shell.serving", "--log-level", "warning"]
    # A session of its own: Ctrl+C in the terminal is for us, and we end it when everything else has ended.
    process = subprocess.Popen(command, start_new_session=True)
    try:
        _wait_for_port(process)
        yield
    finally:
        process.terminate()
        process.wait(30)


def _wait_for_port(process: subprocess.Popen[bytes]) -> None:
    for _try in range(600):
        try:
            socket.create_connection(("127.0.0.1", PORT), 1).close()
        except OSError:
            if process.poll() is not None:
                sys.exit("The panel did not start.")
            time.sleep(0.05)
        else:
            return
    sys.exit("The panel did not start.")


def chat(folder: Path, secret: str, at_the_end: ExitStack) -> None:
    """Two servers, three people, and one line for each message."""
    from tests.demo.certificates import OURS, DemoAuthority, assign
    from tests.demo.organisation import GATEWAY
    from tests.demo.talk import conversation, say
    from tests.gateway.clients import Loop, Person
    from tests.gateway.conftest import ORDINARY, gateway_options
    from tests.gateway.servers import Dns, Prosody

    logging.getLogger("slixmpp").setLevel(logging.CRITICAL)
    dns = Dns()
    at_the_end.callback(dns.close)
    authority = DemoAuthority(folder, "Demo Authority", days=365)
    assigned = assign(authority)
    ours, theirs = {OURS: ("alice.martin", "dave.bernard")}, {"fabrikam.test": ("bob.jensen",)}
    files = str(folder / "contoso/certs")
    options = gateway_options(
        PORT, GATEWAY, federation_control_secret=secret, federation_control_certificates=files
    )
    contoso = Prosody(folder / "contoso", dns, authority, ours, options)
    fabrikam = Prosody(folder / "fabrikam", dns, authority, theirs, ORDINARY)
    for server in (contoso, fabrikam):
        server.log_level = "info"
        at_the_end.callback(server.stop)
        server.start()
    wait_for(revision, "The gateway got no rules from the panel.")
    print(
        f"--- {wait_for(lambda: served(assigned), 'The gateway does not serve its certificate.')}", flush=True
    )
    loop = Loop()
    at_the_end.callback(loop.close)
    homes = {"alice.martin@contoso.test": contoso, "dave.bernard@contoso.test": contoso}
    homes["bob.jensen@fabrikam.test"] = fabrikam
    people = [Person(loop, server, address) for address, server in homes.items()]
    for person in people:
        at_the_end.callback(person.sign_out)
        person.go_online()
    print(WELCOME, flush=True)
    shown = revision()
    for sender, receiver, text in conversation(*people):
        if (now := revision()) != shown:
            shown = now
            print(f"--- {now}", flush=True)
        print(say(sender, receiver, text), flush=True)
        time.sleep(PAUSE)


def wait_for(told: Callable[[], str], otherwise: str) -> str:
    """What ``told`` says, as soon as it says anything."""
    for _try in range(1200):
        if text := told():
            return text
        time.sleep(0.05)
    sys.exit(otherwise)


def served(assigned: Certificate) -> str:
    """That the gateway shows the certificate assigned to it; empty while it reports another."""
    from federation.gateway.models import Report

    report = Report.objects.filter(certificate=assigned.sha256).first()
    return f"certificate “{assigned.name}” assigned, fetched and served by {report.gateway}" if report else ""


def revision() -> str:
    """Which revision the gateway reports, and how long after its commit; empty when it has none yet."""
    from federation.gateway.models import Report
    from federation.replication.models import Revision

    report = Report.objects.first()
    if report is None or report.revision is None or report.revision_seen_at is None:
        return ""
    published = Revision.objects.get(number=report.revision)
    after = (report.revision_seen_at - published.at).total_seconds()
    return f"revision {published.number} in force on {report.gateway}, {max(after, 0):.2f} s after its commit"


def _end(*_signal: object) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    for ends in (signal.SIGINT, signal.SIGTERM):
        signal.signal(ends, _end)
    try:
        main()
    except KeyboardInterrupt:
        print("\nThe demo has ended; nothing of it is left.")
