"""One connection to one XMPP server, as another server opens it: TCP, TLS, stream features. No Django.

A visit never authenticates and sends no stanza. It ends within its seconds, reads no more than a greeting,
and takes certificates as they come: whether they are any good is the business of checking.py.
"""

from __future__ import annotations

import asyncio
import errno
import secrets
import ssl
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from federation.x509 import outgoing, streams
from federation.x509.discovery import Method, Place, Target
from federation.x509.exporting import pem_bundle_with_key
from federation.x509.streams import Element, Features, Reader, StreamRefused, Trouble

if TYPE_CHECKING:
    from collections.abc import Mapping

    from federation.x509.facts import Certificate
    from federation.x509.keys import PrivateKey
    from federation.x509.outgoing import Allowed

ALPN = "xmpp-server"  # XEP-0368


@dataclass(frozen=True)
class Identity:
    """What is shown when a server asks who is there: a certificate, its chain, its key."""

    leaf: Certificate
    served: tuple[Certificate, ...]
    key: PrivateKey = field(repr=False)


@dataclass(frozen=True)
class Secured:
    """TLS as it was agreed, and the certificates the server sent: DER, its own first."""

    version: str
    cipher: str
    alpn: str
    chain: tuple[bytes, ...] = field(repr=False)


@dataclass(frozen=True)
class Look:
    """What one place showed. What came before ``trouble`` is kept; None stands for what was not reached."""

    target: Target
    address: str
    before_tls: Features | None = None
    tls: Secured | None = None
    after_tls: Features | None = None
    trouble: Trouble | None = None
    params: Mapping[str, str] = field(default_factory=dict)

    @property
    def methods(self) -> frozenset[str]:
        """How we could be authenticated there: ``sasl-tls``, ``dialback-tls``, ``dialback-tcp``."""
        found = set()
        if self.after_tls and "EXTERNAL" in self.after_tls.mechanisms:
            found.add("sasl-tls")
        if self.after_tls and self.after_tls.dialback:
            found.add("dialback-tls")
        if self.before_tls and self.before_tls.dialback and not self.before_tls.tls_required:
            found.add("dialback-tcp")
        return frozenset(found)


def contexts(identity: Identity | None = None) -> dict[Method, ssl.SSLContext]:
    """TLS for each method; raises SSLError when the identity's key does not fit its certificate."""
    made = {method: _context(identity) for method in Method}
    made[Method.DIRECT].set_alpn_protocols([ALPN])
    return made


async def visit(
    place: Place,
    domain: str,
    own_domain: str,
    tls: Mapping[Method, ssl.SSLContext],
    seconds: float,
    allowed: Allowed,
) -> Look:
    """Look at one place on behalf of ``own_domain``; never raises for what the other side does."""
    visitor = _Visitor(domain, own_domain, tls, allowed)
    trouble, params = place.trouble, dict(place.params)
    if trouble is None:
        try:
            async with asyncio.timeout(seconds):
                await visitor.go(place)
        except StreamRefused as refused:
            trouble, params = refused.code, refused.params
        except OSError as failure:  # TimeoutError and SSLError are such
            trouble, params = _told(failure, visitor.step)
        finally:
            if visitor.transport is not None:
                visitor.transport.abort()
                await asyncio.sleep(0)  # so that the socket is closed before a loop that ends here
    seen = (visitor.before_tls, visitor.tls, visitor.after_tls)
    return Look(place.target, place.address, *seen, trouble, params)


class _Visitor:
    """The state of a visit; ``step`` is where it stands: connect, stream, starttls, tls, stream-in-tls."""

    def __init__(
        self, domain: str, own_domain: str, contexts: Mapping[Method, ssl.SSLContext], allowed: Allowed
    ) -> None:
        self.domain, self.own_domain, self.contexts, self.allowed = domain, own_domain, contexts, allowed
        self.step = "connect"
        self.transport: asyncio.Transport | None = None
        self.before_tls: Features | None = None
        self.tls: Secured | None = None
        self.after_tls: Features | None = None
        self._octets = asyncio.StreamReader()
        self._reader = Reader()

    async def go(self, place: Place) -> None:
        """Everything, step by step; raises StreamRefused and OSError."""
        method = place.target.method
        self.transport = await outgoing.connect(
            lambda: asyncio.StreamReaderProtocol(self._octets), place.address, place.target.port, self.allowed
        )
        if method is Method.START_TLS:
            self.step = "stream"
            self.before_tls = await self._features()
            if not self.before_tls.start_tls:
                self._write(streams.END)
                return
            self.step = "starttls"
            await self._ask_for_tls()
        self.step = "tls"
        await self._secure(self.contexts[method])
        self.step = "stream-in-tls"
        self.after_tls = await self._features()
        self._write(streams.END)

    async def _features(self) -> Features:
        """Open a stream and read what is offered; servers older than RFC 3920 offer nothing but dialback."""
        self._reader = Reader()
        self._write(streams.header(own=self.own_domain, other=self.domain))
        element = await self._element(needs_version=True)
        if element is None:
            return Features(dialback=self._reader.speaks_dialback)
        return streams.features_of(element)

    async def _ask_for_tls(self) -> None:
        self._write(streams.START_TLS)
        answer = await self._element()
        if answer is None or answer.name != f"{streams.TLS} proceed":
            if answer is not None:
                streams.refuse_error(answer)
            raise StreamRefused(Trouble.TLS_REFUSED)
        if any(self._reader.take()):
            raise StreamRefused(Trouble.TEXT_BEFORE_TLS)

    async def _secure(self, context: ssl.SSLContext) -> None:
        """TLS on the same connection. Nothing read before it is looked at again (RFC 6120, 5.4.3.3)."""
        assert self.transport is not None  # noqa: S101 - for mypy
        self._octets = asyncio.StreamReader()
        protocol = asyncio.StreamReaderProtocol(self._octets)
        secured = await asyncio.get_running_loop().start_tls(
            self.transport, protocol, context, server_hostname=self.domain
        )
        if secured is None:
            raise StreamRefused(Trouble.CONNECTION_CLOSED, step=self.step)
        self.transport = secured
        protocol.connection_made(secured)
        agreed: ssl.SSLObject = secured.get_extra_info("ssl_object")
        cipher = agreed.cipher()
        self.tls = Secured(
            version=agreed.version() or "",
            cipher=cipher[0] if cipher else "",
            alpn=agreed.selected_alpn_protocol() or "",
            chain=_chain(agreed),
        )

    async def _element(self, *, needs_version: bool = False) -> Element | None:
        """The next element; None when ``needs_version`` and the stream has none, so that no features come."""
        while True:
            for element in self._reader.take():
                return element
            if needs_version and self._reader.opened and not self._reader.version:
                return None
            octets = b"" if self._reader.closed else await self._octets.read(4096)
            if not octets:
                raise StreamRefused(Trouble.CONNECTION_CLOSED, step=self.step)
            self._reader.feed(octets)

    def _write(self, octets: bytes) -> None:
        if self.transport is not None:
            self.transport.write(octets)


def _told(failure: OSError, step: str) -> tuple[Trouble, dict[str, str]]:
    """The trouble behind an exception of the system or of TLS."""
    match failure:
        case ssl.SSLError():
            return Trouble.TLS_FAILED, {"step": step, "why": failure.reason or ""}
        case TimeoutError():
            return Trouble.TIMEOUT, {"step": step}
        case ConnectionRefusedError():
            return Trouble.CONNECTION_REFUSED, {"step": step}
        case ConnectionError():
            return Trouble.CONNECTION_CLOSED, {"step": step}
    return Trouble.UNREACHABLE, {"step": step, "why": errno.errorcode.get(failure.errno or 0, "")}


def _chain(agreed: ssl.SSLObject) -> tuple[bytes, ...]:
    """What the server sent: public in Python 3.13, behind the object before; else its certificate alone."""
    public = getattr(agreed, "get_unverified_chain", None)
    if public is not None:
        return tuple(public())
    inner = getattr(getattr(agreed, "_sslobj", None), "get_unverified_chain", None)
    if inner is not None:
        return tuple(ssl.PEM_cert_to_DER_cert(each.public_bytes()) for each in inner() or ())
    leaf = agreed.getpeercert(binary_form=True)
    return (leaf,) if leaf else ()


def _context(identity: Identity | None) -> ssl.SSLContext:
    """TLS that takes whatever is offered, old versions and ciphers too: what is there is to be seen."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    context.set_ciphers("ALL:!aNULL:@SECLEVEL=0")
    if identity is not None:
        _show(identity, context)
    return context


def _show(identity: Identity, context: ssl.SSLContext) -> None:
    """The ssl module takes keys only from files: this one is encrypted, and nobody keeps its password."""
    password = secrets.token_urlsafe(32)
    bundle = pem_bundle_with_key(identity.leaf, identity.served, identity.key, password)
    with tempfile.TemporaryDirectory(prefix="probe-") as folder:
        path = Path(folder) / "identity.pem"
        path.write_bytes(bundle)
        context.load_cert_chain(path, password=password)
