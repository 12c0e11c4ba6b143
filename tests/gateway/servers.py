"""Real Prosody servers for tests: unprivileged, on loopback, with a CA and a DNS of their own."""

from __future__ import annotations

import atexit
import datetime
import os
import shutil
import signal
import socket
import socketserver
import subprocess
import tempfile
import threading
import time
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import dns.message
import dns.rdatatype
import dns.rrset
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.waiting import PATIENCE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

NOBODY = 65534
COMPONENT_SECRET = "of-the-components"
MODULE = Path(__file__).parents[2] / "federation/gateway/prosody/mod_federation_control"

#: What runs a command as an ordinary user without any capability.
AS_NOBODY = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", "--inh-caps=-all"]


@cache
def program() -> str:
    """The Prosody of all tests: the installed one, or the one of prosody13.sh that TEST_PROSODY names."""
    unpacked = os.environ.get("TEST_PROSODY")
    if not unpacked:
        return "prosody"
    path = Path(unpacked).resolve()
    if os.geteuid() == 0 and subprocess.run([*AS_NOBODY, "test", "-x", path], check=False).returncode:
        reachable = Path(tempfile.mkdtemp(prefix="prosody-"))  # the project is in a folder of root's own
        atexit.register(shutil.rmtree, reachable, ignore_errors=True)
        reachable.chmod(0o755)
        path = shutil.copytree(path.parent, reachable / "copy", symlinks=True) / path.name
    return str(path)


def encoded(name: str) -> str:
    """As Prosody's storage writes it in names of files."""
    return name.replace(".", "%2e")


def free_ports(number: int) -> list[int]:
    """Ports the kernel gave a moment ago."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(number)]
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


class Dns:
    """Answers SRV and A for the domains of the tests, on a port of its own."""

    def __init__(self) -> None:
        self.ports: dict[str, int] = {}
        self.direct: dict[str, int] = {}  # where a domain takes Direct TLS (XEP-0368)
        names = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                data, sock = self.request
                sock.sendto(names.answer(data), self.client_address)

        self.server = socketserver.ThreadingUDPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def answer(self, data: bytes) -> bytes:
        query = dns.message.from_wire(data)
        reply = dns.message.make_response(query)
        reply.flags |= dns.flags.AA | dns.flags.RA
        question = query.question[0]
        name = question.name.to_text(omit_final_dot=True).lower()
        service, _tcp, domain = name.rpartition("._tcp.")
        ports = self.direct if service == "_xmpps-server" else self.ports
        if domain in ports and question.rdtype == dns.rdatatype.SRV and service:
            record = f"0 0 {ports[domain]} {domain}."
            reply.answer.append(dns.rrset.from_text(question.name, 1, "IN", "SRV", record))
        elif domain in self.ports and question.rdtype == dns.rdatatype.A and not service:
            reply.answer.append(dns.rrset.from_text(question.name, 1, "IN", "A", "127.0.0.1"))
        elif domain not in self.ports:
            reply.set_rcode(dns.rcode.NXDOMAIN)
        if not reply.answer:  # what is not there is remembered for no longer than what is
            reply.authority.append(dns.rrset.from_text("test.", 1, "IN", "SOA", "ns.test. h.test. 1 1 1 1 1"))
        return reply.to_wire()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


class Authority:
    """A certification authority that lives as long as the tests."""

    def __init__(self, folder: Path, name: str = "Test CA", *, days: int = 30) -> None:
        self.folder = folder
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        itself = (self.name, self.key)
        self.certificate = signed(self.name, self.key, x509.BasicConstraints(True, None), itself, days)
        self.file = folder / "ca.pem"
        self.file.write_bytes(self.certificate.public_bytes(serialization.Encoding.PEM))

    def issue(
        self, folder: Path, file: str, names: Iterable[str], *, days: int = 30, self_signed: bool = False
    ) -> None:
        """Write ``file``.crt and .key for these DNS names."""
        key = ec.generate_private_key(ec.SECP256R1())
        san = x509.SubjectAlternativeName([x509.DNSName(name) for name in names])
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, file)])
        by = (subject, key) if self_signed else (self.name, self.key)
        certificate = signed(subject, key, san, by, days)
        (folder / f"{file}.crt").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        (folder / f"{file}.key").write_bytes(private)


def signed(
    subject: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    extension: x509.ExtensionType,
    by: tuple[x509.Name, ec.EllipticCurvePrivateKey],
    days: int,
) -> x509.Certificate:
    """A certificate that ends after so many days, or ended before."""
    now = datetime.datetime.now(datetime.UTC)
    builder = x509.CertificateBuilder(by[0], subject, key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(now - datetime.timedelta(days=60))
    builder = builder.not_valid_after(now + datetime.timedelta(days=days))
    return builder.add_extension(extension, critical=True).sign(by[1], hashes.SHA256())


class Prosody:
    """One server. ``hosts`` are its domains with their people; ``extra`` is more of its configuration.

    ``components`` are domains that a test connects as (conformance/component.py).
    """

    def __init__(
        self,
        folder: Path,
        dns: Dns,
        ca: Authority,
        hosts: Mapping[str, Iterable[str]],
        extra: str = "",
        components: Iterable[str] = (),
    ) -> None:
        self.folder, self.dns, self.ca, self.hosts, self.extra = folder, dns, ca, hosts, extra
        self.components = tuple(components)
        self.more: dict[str, str] = {}  # lines of a host's own
        self.c2s, self.s2s, self.component, self.direct = free_ports(4)
        self.log_level = "debug"
        self.process: subprocess.Popen[bytes] | None = None
        for name in ("data", "certs", "modules"):
            (folder / name).mkdir(parents=True)
        for host in (*hosts, *self.components):
            ca.issue(folder / "certs", host, [host])
            dns.ports[host] = self.s2s
        for host in hosts:
            accounts = folder / "data" / encoded(host) / "accounts"
            accounts.mkdir(parents=True)
            for person in hosts[host]:
                (accounts / f"{encoded(person)}.dat").write_text('return { ["password"] = "secret" };\n')
        shutil.copytree(MODULE, folder / "modules" / MODULE.name)

    def with_module(self, name: str, file: Path, *, on: str) -> None:
        """Load one more module, on the host ``on``."""
        shutil.copy(file, self.folder / "modules" / f"mod_{name}.lua")
        self.more[on] = f'modules_enabled = {{ "{name}" }}\n'

    def configure(self) -> None:
        """Write the configuration, and make everything the server's own."""
        text = f"""
            daemonize = false; pidfile = "{self.folder}/data/prosody.pid"; data_path = "{self.folder}/data"
            plugin_paths = {{ "{self.folder}/modules" }}; certificates = "{self.folder}/certs"
            interfaces = {{ "127.0.0.1" }}; c2s_ports = {{ {self.c2s} }}; s2s_ports = {{ {self.s2s} }}
            component_ports = {{ {self.component} }}; use_ipv6 = false
            c2s_direct_tls_ports = {{}}; s2s_direct_tls_ports = {{ {self.direct} }}
            authentication = "internal_plain"
            c2s_require_encryption = false; allow_unencrypted_plain_auth = true
            ssl = {{ cafile = "{self.ca.file}"; capath = "/nonexistent" }}
            unbound = {{ resolvconf = false; forward = {{ "127.0.0.1@{self.dns.port}" }};
                options = {{ ["local-zone:"] = "test. transparent"; ["do-not-query-localhost:"] = "no" }} }}
            log = {{ {{
                levels = {{ min = "{self.log_level}" }}; to = "file";
                filename = "{self.folder}/data/prosody.log"
            }} }}
            {self.extra}
        """
        named = (
            f'VirtualHost "{host}"\n{self.more.get(host, "")}'
            for host in self.hosts
            if not host.startswith("rooms.")
        )
        rooms = (
            f'Component "{host}" "muc"\n{self.more.get(host, "")}'
            for host in self.hosts
            if host.startswith("rooms.")
        )
        ours = (f'Component "{host}"\ncomponent_secret = "{COMPONENT_SECRET}"\n' for host in self.components)
        (self.folder / "prosody.cfg.lua").write_text("".join([text, *named, *rooms, *ours]))
        if os.geteuid() == 0:
            for path in [self.folder, *self.folder.rglob("*")]:
                os.chown(path, NOBODY, NOBODY)

    def start(self) -> Prosody:
        self.configure()
        command = [program(), "-F", "--config", str(self.folder / "prosody.cfg.lua")]
        if os.geteuid() == 0:
            command = [*AS_NOBODY, *command]
        with (self.folder / "output").open("wb") as output:
            self.process = subprocess.Popen(
                command,
                stdout=output,
                stderr=output,
                cwd=self.folder,
                env={**os.environ, "HOME": str(self.folder)},
            )
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            try:
                for port in (self.c2s, *([self.component] if self.components else [])):
                    socket.create_connection(("127.0.0.1", port), 1).close()
            except OSError:
                if self.process.poll() is not None:
                    break
                time.sleep(0.02)
            else:
                return self
        raise RuntimeError((self.folder / "output").read_text() + self.log()[-3000:])

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        if self.process and self.process.poll() is None:
            self.process.send_signal(how)
            try:
                self.process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def log(self) -> str:
        path = self.folder / "data/prosody.log"
        return path.read_text(errors="replace") if path.exists() else ""
