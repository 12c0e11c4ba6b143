"""A whole domain as an external component (XEP-0114), which sends and sees stanzas as they are."""

from __future__ import annotations

import hashlib
import socket
import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import Element, XMLPullParser

from tests.gateway.servers import COMPONENT_SECRET
from tests.waiting import PATIENCE

if TYPE_CHECKING:
    from collections.abc import Callable

DISCO = "http://jabber.org/protocol/disco#info"
_OPEN = (
    "<stream:stream xmlns='jabber:component:accept' xmlns:stream='http://etherx.jabber.org/streams' to='{}'>"
)


class Component:
    """Everybody at ``domain``. Keeps every stanza that reaches it, by its id.

    ``category`` is what it says it is (XEP-0030); "": it does not answer.
    """

    def __init__(self, port: int, domain: str, category: str = "server") -> None:
        self.domain, self.category = domain, category
        self.question: Element | None = None  # the last one
        self.got: dict[str, list[Element]] = {}
        self.news = threading.Condition()
        self.socket = socket.create_connection(("127.0.0.1", port), PATIENCE)
        self.socket.settimeout(None)
        self.parser: Any = XMLPullParser(["start", "end"])
        self.send(_OPEN.format(domain))
        self.depth, self.ready = 0, False
        self.thread = threading.Thread(target=self._read, daemon=True)
        self.thread.start()
        self.wait(lambda: self.ready)

    def send(self, xml: str) -> None:
        self.socket.sendall(xml.encode())

    def wait(self, holds: Callable[[], object], timeout: float = PATIENCE) -> None:
        """Until it holds."""
        deadline = time.monotonic() + timeout
        with self.news:
            while not holds():
                left = deadline - time.monotonic()
                if left <= 0:
                    raise TimeoutError(f"{self.domain}: {sorted(self.got)[-5:]}")
                self.news.wait(min(left, 0.05))  # it may be about something else

    def close(self) -> None:
        with suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)
        self.thread.join(5)
        self.socket.close()

    def _read(self) -> None:
        with suppress(OSError):
            while data := self.socket.recv(65536):
                self.parser.feed(data)
                for kind, element in self.parser.read_events():
                    self._event(kind, element)

    def _event(self, kind: str, element: Element) -> None:
        self.depth += 1 if kind == "start" else -1
        if kind == "start" and self.depth == 1:
            digest = hashlib.sha1((element.get("id", "") + COMPONENT_SECRET).encode())
            self.send(f"<handshake>{digest.hexdigest()}</handshake>")
        elif kind == "end" and self.depth == 1:
            self._answer(element)
            with self.news:
                self.ready = self.ready or element.tag.endswith("handshake")
                self.got.setdefault(element.get("id", ""), []).append(element)
                self.news.notify_all()

    def _answer(self, element: Element) -> None:
        if element.get("type") == "get" and element.find(f"{{{DISCO}}}query") is not None:
            self.question = element
            if self.category:
                self.answer()

    def answer(self) -> None:
        """What it is, in answer to the last question."""
        asked = self.question
        if asked is not None:
            identity = f"<identity category='{self.category}' type='text'/>"
            self.send(
                f"<iq type='result' id='{asked.get('id')}' from='{self.domain}' to='{asked.get('from')}'>"
                f"<query xmlns='{DISCO}'>{identity}</query></iq>"
            )
