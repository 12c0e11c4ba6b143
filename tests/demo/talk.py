"""People who chat, and what became of each message, as lines of a terminal."""

from __future__ import annotations

import itertools
import time
from typing import TYPE_CHECKING, NamedTuple

from tests.waiting import PATIENCE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from xml.etree.ElementTree import Element

    from tests.gateway.clients import Person

_REFUSED = ".//{urn:federation-control:1}refused"
_TEXT = ".//{urn:ietf:params:xml:ns:xmpp-stanzas}text"
_numbers = itertools.count(1)


class Line(NamedTuple):
    """One message: from whom, to whom, what was said, and what became of it."""

    sender: str
    receiver: str
    said: str
    fate: str

    def __str__(self) -> str:
        return f"{time.strftime('%H:%M:%S')}  {self.sender} -> {self.receiver}  “{self.said}”  {self.fate}"


def say(sender: Person, receiver: Person, text: str) -> Line:
    """Send a message and wait for what becomes of it at both ends."""
    mark = f"demo-{next(_numbers)}"
    sender.forget()
    receiver.forget()
    began = time.monotonic()
    sender.send(f"<message to='{receiver.address}' type='chat' id='{mark}'><body>{text}</body></message>")
    return Line(sender.address, receiver.address, text, _fate(sender, receiver, mark, began))


def _fate(sender: Person, receiver: Person, mark: str, began: float) -> str:
    while time.monotonic() - began < PATIENCE:
        if any(stanza.get("id") == mark for stanza in receiver.seen()):
            return f"delivered after {(time.monotonic() - began) * 1000:.0f} ms"
        for stanza in sender.seen():
            if stanza.get("id") == mark and stanza.get("type") == "error":
                return _why(stanza)
        time.sleep(0.002)
    return "nothing came back"


def _why(stanza: Element) -> str:
    """The code and the sentence of a refusal; people outside are told neither."""
    refused, text = stanza.find(_REFUSED), stanza.find(_TEXT)
    if refused is None:
        return "REFUSED without a reason, as people outside learn none"
    sentence = text.text if text is not None else ""
    return f"REFUSED {refused.get('code')} (revision {refused.get('revision')}): {sentence}"


def conversation(alice: Person, dave: Person, bob: Person) -> Iterator[tuple[Person, Person, str]]:
    """Who says what to whom, for ever: Alice may talk, Dave's policy has XMPP off."""
    rounds = (
        (alice, bob, "Shall we meet at three?"),
        (bob, alice, "Three is fine. I’ll bring the offer."),
        (dave, bob, "Did you get my drawing?"),
        (bob, dave, "Dave, are you there?"),
    )
    return itertools.cycle(rounds)
