"""A server written by hand, which says what a test wants: streams without the good manners of a real one."""

from __future__ import annotations

import re
import socket
import ssl
import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from tests.waiting import PATIENCE

if TYPE_CHECKING:
    from pathlib import Path

_HEADER = (
    "<?xml version='1.0'?><stream:stream xmlns='jabber:server' xmlns:stream='http://etherx.jabber.org/streams'"
    " xmlns:db='jabber:server:dialback' from='{}' to='{}' version='1.0'{}>"
)
BIDI = "<bidi xmlns='urn:xmpp:bidi'/>"
_DIALBACK = "<stream:features><dialback xmlns='urn:xmpp:features:dialback'/></stream:features>"
_TLS = "xmlns='urn:ietf:params:xml:ns:xmpp-tls'"
_SASL = "xmlns='urn:ietf:params:xml:ns:xmpp-sasl'"


class Stream:
    """A stream to contoso.test, in the name of ``claimed``."""

    def __init__(self, port: int, claimed: str) -> None:
        self.claimed, self.text = claimed, ""
        self.socket = socket.create_connection(("127.0.0.1", port), PATIENCE)

    def open(self) -> str:
        """Begin, also anew; the features."""
        self.text = ""
        self.send(_HEADER.format(self.claimed, "contoso.test", ""))
        return self.find("</stream:features>")

    def send(self, xml: str) -> None:
        self.socket.sendall(xml.encode())

    def find(self, wanted: str, timeout: float = PATIENCE) -> str:
        """All that came since the stream began, once ``wanted`` is in it."""
        deadline = time.monotonic() + timeout
        while wanted not in self.text:
            self.socket.settimeout(max(deadline - time.monotonic(), 0.001))
            data = self.socket.recv(65536)
            if not data:
                raise ConnectionAbortedError(self.text)
            self.text += data.decode()
        return self.text

    def secure_itself(self, folder: Path | None = None) -> str:
        """STARTTLS, with the certificate in ``folder`` if there is one; the features then."""
        self.send(f"<starttls {_TLS}/>")
        self.find("<proceed")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        if folder:
            context.load_cert_chain(folder / f"{self.claimed}.crt", folder / f"{self.claimed}.key")
        self.socket = context.wrap_socket(self.socket)
        return self.open()

    def authenticate(self) -> None:
        """SASL EXTERNAL, with the certificate shown before."""
        self.send(f"<auth {_SASL} mechanism='EXTERNAL'>=</auth>")
        self.find("<success")
        self.open()

    def close(self) -> None:
        self.socket.close()


class Domain:
    """The server that DNS names for a domain: it vouches for every dialback key, and lets others in by it.

    It says nothing while ``answers`` is not set, and holds its word on keys while ``vouches`` is not.
    """

    def __init__(self, domain: str) -> None:
        self.domain = domain
        self.answers, self.vouches = threading.Event(), threading.Event()
        self.answers.set()
        self.vouches.set()
        self.heard = ""  # on all connections
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        self.listener.close()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                connection, _address = self.listener.accept()
                threading.Thread(target=self._talk, args=(connection,), daemon=True).start()

    def _talk(self, connection: socket.socket) -> None:
        text = ""
        with suppress(OSError), connection:
            while data := connection.recv(65536):
                text += data.decode()
                self.heard += data.decode()
                if "<stream:stream" in text:
                    text = ""
                    self.answers.wait(PATIENCE)
                    header = _HEADER.format(self.domain, "contoso.test", " id='by-hand'")
                    connection.sendall((header + _DIALBACK).encode())
                for name, attributes in re.findall(r"<db:(result|verify)\s([^>]*)>[^<]*</db:", text):
                    found = re.search(r"\bid=['\"]([^'\"]*)", attributes)
                    self.vouches.wait(PATIENCE)
                    mark = f" id='{found[1]}'" if found else ""
                    who = f"from='{self.domain}' to='contoso.test'"
                    connection.sendall(f"<db:{name} {who}{mark} type='valid'/>".encode())
                    text = ""
