"""The opening of a server-to-server stream, read with suspicion (RFC 6120, 4 and 11.1). Pure Python.

``Reader`` is fed octets and gives the stream header and the elements below it. What RFC 6120 forbids
(document types, entities, comments, processing instructions), and more of anything than a greeting needs,
raises ``StreamRefused`` with a code.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, NoReturn
from xml.parsers import expat
from xml.sax.saxutils import quoteattr

from federation.x509.altnames import plain

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

MOST_OCTETS = 65_536
DEEPEST = 8
MOST_ELEMENTS = 500
LONGEST_TEXT = 500

STREAMS = "http://etherx.jabber.org/streams"
TLS = "urn:ietf:params:xml:ns:xmpp-tls"
SASL = "urn:ietf:params:xml:ns:xmpp-sasl"
DIALBACK = "jabber:server:dialback"
DIALBACK_FEATURE = "urn:xmpp:features:dialback"
STREAM_ERRORS = "urn:ietf:params:xml:ns:xmpp-streams"

START_TLS = f"<starttls xmlns='{TLS}'/>".encode()
END = b"</stream:stream>"


class Trouble(StrEnum):
    """Why a look at a server ended early."""

    # The DNS.
    DOMAIN_UNKNOWN = "domain-unknown"  # domain
    SERVICE_REFUSED = "service-refused"  # service: the SRV record's target is "."
    NO_ADDRESS = "no-address"  # host
    DNS_TIMEOUT = "dns-timeout"  # name
    DNS_FAILED = "dns-failed"  # name
    NO_RESOLVER = "no-resolver"
    ADDRESS_REFUSED = "address-refused"  # address, range: outgoing.py does not connect there
    # The connection; all with step.
    TIMEOUT = "timeout"
    CONNECTION_REFUSED = "connection-refused"
    UNREACHABLE = "unreachable"  # why
    CONNECTION_CLOSED = "connection-closed"
    # TLS.
    TLS_REFUSED = "tls-refused"
    TLS_FAILED = "tls-failed"  # step, why
    TEXT_BEFORE_TLS = "text-before-tls"  # what an eavesdropper could have put in
    # The stream.
    NOT_XMPP = "not-xmpp"
    XML_FORBIDDEN = "xml-forbidden"
    TOO_MUCH = "too-much"
    STREAM_ERROR = "stream-error"  # condition, text


class StreamRefused(Exception):
    """The other side is not to be listened to any longer: ``code`` says why, ``params`` what."""

    def __init__(self, code: Trouble, **params: str) -> None:
        super().__init__(code.value, params)
        self.code = code
        self.params = params


@dataclass
class Element:
    """An element below the stream: names as ``namespace name``."""

    name: str
    attributes: Mapping[str, str]
    children: list[Element] = field(default_factory=list)
    text: str = ""

    def child(self, name: str) -> Element | None:
        """The first child of this name."""
        return next((child for child in self.children if child.name == name), None)


@dataclass(frozen=True)
class Features:
    """What a server offers at one moment of a stream (RFC 6120, 4.3.2; XEP-0220, 2.1.1)."""

    start_tls: bool = False
    tls_required: bool = False
    mechanisms: tuple[str, ...] = ()  # of SASL
    dialback: bool = False


def header(*, own: str, other: str) -> bytes:
    """The first octets of a stream from one domain to another, both in stored form."""
    return (
        "<?xml version='1.0'?><stream:stream xmlns='jabber:server' version='1.0' "
        f"xmlns:stream='{STREAMS}' xmlns:db='{DIALBACK}' from={quoteattr(own)} to={quoteattr(other)}>"
    ).encode()


def features_of(element: Element) -> Features:
    """The features an element announces; raises StreamRefused for a stream error and for anything else."""
    refuse_error(element)
    if element.name != f"{STREAMS} features":
        raise StreamRefused(Trouble.NOT_XMPP)
    start_tls = element.child(f"{TLS} starttls")
    mechanisms = element.child(f"{SASL} mechanisms")
    return Features(
        start_tls=start_tls is not None,
        tls_required=start_tls is not None and start_tls.child(f"{TLS} required") is not None,
        mechanisms=tuple(plain(each.text.strip()) for each in mechanisms.children) if mechanisms else (),
        dialback=element.child(f"{DIALBACK_FEATURE} dialback") is not None,
    )


def refuse_error(element: Element) -> None:
    """Raise StreamRefused(STREAM_ERROR) if this is a stream error (RFC 6120, 4.9)."""
    if element.name != f"{STREAMS} error":
        return
    conditions = {
        child.name.partition(" ")[2]: child.text.strip()
        for child in element.children
        if child.name.startswith(f"{STREAM_ERRORS} ")
    }
    text = plain(conditions.pop("text", ""))
    condition = plain(next(iter(conditions), ""))[:LONGEST_TEXT]
    raise StreamRefused(Trouble.STREAM_ERROR, condition=condition, text=text)


class Reader:
    """Octets in, elements out. One a stream: after STARTTLS a new one, which knows nothing of the old."""

    def __init__(self) -> None:
        self.version = ""  # of the stream header; stays so with servers older than RFC 3920
        self.opened = False
        self.closed = False
        self.speaks_dialback = False  # by the header's namespaces, the way of those old servers
        self._octets = self._elements = 0
        self._stack: list[Element] = []
        self._done: list[Element] = []
        self._parser = self._new_parser()

    def feed(self, octets: bytes) -> None:
        """Take octets in; raises StreamRefused."""
        self._octets += len(octets)
        if self._octets > MOST_OCTETS:
            raise StreamRefused(Trouble.TOO_MUCH)
        try:
            self._parser.Parse(octets, False)
        except (expat.ExpatError, LookupError, ValueError):  # of Python: names of encodings it cannot use
            raise StreamRefused(Trouble.NOT_XMPP) from None

    def take(self) -> Iterator[Element]:
        """The elements that are complete, each given once."""
        while self._done:
            yield self._done.pop(0)

    def _new_parser(self) -> expat.XMLParserType:
        parser = expat.ParserCreate("utf-8", " ")  # whatever the server names (RFC 6120, 11.6)
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        parser.StartNamespaceDeclHandler = self._namespace
        for forbidden in (
            "StartDoctypeDeclHandler",
            "EntityDeclHandler",
            "ProcessingInstructionHandler",
            "CommentHandler",
            "ExternalEntityRefHandler",
        ):
            setattr(parser, forbidden, _forbidden)
        return parser

    def _start(self, name: str, attributes: Mapping[str, str]) -> None:
        self._elements += 1
        if len(self._stack) >= DEEPEST or self._elements > MOST_ELEMENTS:
            raise StreamRefused(Trouble.TOO_MUCH)
        if not self.opened:
            if name != f"{STREAMS} stream":
                raise StreamRefused(Trouble.NOT_XMPP)
            self.opened, self.version = True, plain(attributes.get("version", ""))
            return
        element = Element(name, attributes)
        if self._stack:
            self._stack[-1].children.append(element)
        self._stack.append(element)

    def _end(self, _name: str) -> None:
        if not self._stack:
            self.closed = True
            return
        element = self._stack.pop()
        if not self._stack:
            self._done.append(element)

    def _text(self, text: str) -> None:
        if self._stack:
            self._stack[-1].text = (self._stack[-1].text + text)[:LONGEST_TEXT]

    def _namespace(self, _prefix: str | None, uri: str) -> None:
        self.speaks_dialback = self.speaks_dialback or (not self.opened and uri == DIALBACK)


def _forbidden(*_what: object) -> NoReturn:
    raise StreamRefused(Trouble.XML_FORBIDDEN)
