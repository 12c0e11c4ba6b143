"""People who are signed in: slixmpp clients on a loop of their own, asked from ordinary tests."""

from __future__ import annotations

import asyncio
import itertools
import threading
import time
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import slixmpp

from tests.waiting import PATIENCE

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from tests.gateway.servers import Prosody

_marks = itertools.count()


class Loop:
    """An event loop in a thread."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()

    def run(self, work: Coroutine[Any, Any, Any], timeout: float = 60) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(timeout)

    def close(self) -> None:
        async def wind_up() -> None:
            rest = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
            for task in rest:
                task.cancel()
            await asyncio.gather(*rest, return_exceptions=True)

        self.run(wind_up())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(5)
        self.loop.close()


def settle(*people: Person) -> None:
    """Whatever was under way has arrived: each server has answered a later request."""
    for person in people:
        mark = f"settle{next(_marks)}"
        domain = person.address.partition("@")[2]
        person.send(f"<iq id='{mark}' type='get' to='{domain}'><ping xmlns='urn:xmpp:ping'/></iq>")
        person.wait(lambda stanza, mark=mark: stanza.get("id") == mark)  # type: ignore[misc]


def presence(sender: str, type_: str | None = None) -> Callable[[ET.Element], bool]:
    """Whether a stanza is presence of this type, from this address or below it."""
    return lambda s: (
        s.tag.endswith("presence") and (s.get("from") or "").startswith(sender) and s.get("type") == type_
    )


def say(sender: Person, receiver: Person, text: str) -> None:
    """A message whose text is also its id."""
    body = f"<body>{text}</body>"
    sender.send(f"<message to='{receiver.full}' id='{text}' type='chat'>{body}</message>")


class Person:
    """A signed-in client. Keeps every stanza that reached it, as ElementTree."""

    def __init__(self, loop: Loop, server: Prosody, address: str) -> None:
        self.loop, self.server, self.address = loop, server, address
        self.got: list[ET.Element] = []
        self.news = threading.Condition()
        loop.run(self._sign_in())

    async def _sign_in(self) -> None:
        """Sign in; slixmpp sometimes loses its first attempt on a busy machine, so twice if need be."""
        try:
            await self._connect(PATIENCE / 2)
        except TimeoutError:
            self.client.abort()
            await self._connect(PATIENCE)

    async def _connect(self, patience: float) -> None:
        client = self.client = slixmpp.ClientXMPP(self.address, "secret")
        client.auto_authorize, client.auto_subscribe = None, False
        client.plugin["feature_mechanisms"].unencrypted_plain = True
        client.enable_starttls = client.enable_direct_tls = False
        client.enable_plaintext = True
        client.add_filter("in", self._keep)
        ready: asyncio.Future[bool] = self.loop.loop.create_future()
        client.add_event_handler("session_start", lambda _: None if ready.done() else ready.set_result(True))
        client.connect("127.0.0.1", self.server.c2s)
        await asyncio.wait_for(ready, patience)
        await client.get_roster()
        self.full = client.boundjid.full

    def _keep(self, stanza: Any) -> Any:
        with self.news:
            self.got.append(stanza.xml)
            self.news.notify_all()
        return stanza

    def send(self, xml: str) -> None:
        self.loop.loop.call_soon_threadsafe(self.client.send_raw, xml)

    def go_online(self, extra: str = "") -> None:
        self.send(f"<presence>{extra}</presence>")

    def wait(self, wanted: Callable[[ET.Element], bool], timeout: float = PATIENCE) -> ET.Element:
        """The first stanza, so far or later, that is wanted."""
        deadline = time.monotonic() + timeout
        seen = 0
        with self.news:
            while True:
                for stanza in self.got[seen:]:
                    if wanted(stanza):
                        return stanza
                seen = len(self.got)
                left = deadline - time.monotonic()
                if left <= 0:
                    raise TimeoutError([ET.tostring(each)[:300] for each in self.got[-8:]])
                self.news.wait(left)

    def find(self, text: str, timeout: float = PATIENCE) -> ET.Element:
        """The stanza in which ``text`` stands."""
        return self.wait(lambda stanza: text in ET.tostring(stanza, "unicode"), timeout)

    def has(self, text: str) -> bool:
        return any(text in ET.tostring(stanza, "unicode") for stanza in self.seen())

    def seen(self) -> list[ET.Element]:
        with self.news:
            return list(self.got)

    def forget(self) -> None:
        with self.news:
            self.got.clear()

    def sign_out(self) -> None:
        async def leave() -> None:
            transport = self.client.transport
            self.client.abort()
            if transport:
                transport.close()

        self.loop.run(leave())
