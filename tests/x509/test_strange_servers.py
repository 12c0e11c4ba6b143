"""Servers that lie, stall, flood or speak something else: the probe says which, and in time."""

from __future__ import annotations

import asyncio
import subprocess
import time
from contextlib import suppress
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from federation.x509 import streams
from federation.x509.discovery import Method
from federation.x509.facts import read_certificate
from federation.x509.outgoing import Allowed
from federation.x509.probing import probe_place
from federation.x509.streams import Features, Reader, StreamRefused, Trouble
from tests.x509.prosody import free_port

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from federation.x509.visits import Look
    from tests.x509.conftest import Chain

    Answer = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]

OPENS = (
    b"<?xml version='1.0'?><stream:stream xmlns='jabber:server' xmlns:db='jabber:server:dialback' "
    b"xmlns:stream='http://etherx.jabber.org/streams' id='1' from='fabrikam.test' version='1.0'>"
)
START_TLS = b"<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"
PROCEED = b"<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"
FEATURES = (
    b"<stream:features>" + START_TLS + b"<dialback xmlns='urn:xmpp:features:dialback'/></stream:features>"
)
BOMB = b"<!DOCTYPE a [<!ENTITY b 'bbbb'><!ENTITY c '&b;&b;&b;&b;'>]>"


def look(answer: Answer, *, method: Method = Method.START_TLS, seconds: float = 5.0) -> Look:
    """Probe a server that answers as told."""

    async def run() -> Look:
        done = asyncio.Event()

        async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            with suppress(OSError):
                await answer(reader, writer)
            writer.transport.abort()
            done.set()

        server = await asyncio.start_server(handle, "127.0.0.1", 0)
        async with server:
            port = server.sockets[0].getsockname()[1]
            seen = await probe_place(
                *("127.0.0.1", port, "fabrikam.test"),
                own_domain="contoso.com",
                method=method,
                seconds=seconds,
                allowed=Allowed(loopback=True),
            )
            await asyncio.wait_for(done.wait(), 5)
            return seen

    return asyncio.run(run())


def says(*parts: bytes) -> Answer:
    """A server that sends each part behind whatever it is sent, and then hangs up."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for part in parts:
            await reader.read(4096)
            writer.write(part)
            await writer.drain()

    return answer


@pytest.mark.parametrize(
    "parts, trouble",
    [
        ((b"",), Trouble.CONNECTION_CLOSED),
        ((b"220 mail.fabrikam.test ESMTP\r\n",), Trouble.NOT_XMPP),
        ((b"HTTP/1.1 400 Bad Request\r\n\r\n<html></html>",), Trouble.NOT_XMPP),
        ((b"<html></html>",), Trouble.NOT_XMPP),
        ((b"\x15\x03\x01\x00\x02\x02\x28",), Trouble.NOT_XMPP),
        ((BOMB + OPENS + FEATURES,), Trouble.XML_FORBIDDEN),
        ((OPENS + b"<!-- --><a/>",), Trouble.XML_FORBIDDEN),
        ((OPENS + b"<?php ?>",), Trouble.XML_FORBIDDEN),
        ((OPENS + b"<a>&b;</a>",), Trouble.NOT_XMPP),
        ((OPENS + b"<a>" * 50,), Trouble.TOO_MUCH),
        ((OPENS + b"<a/>" * 600,), Trouble.TOO_MUCH),
        ((OPENS + b"<a>" + b"x" * 70_000,), Trouble.TOO_MUCH),
        ((OPENS + b"<message>hello</message>",), Trouble.NOT_XMPP),
        ((OPENS,), Trouble.CONNECTION_CLOSED),
        ((OPENS + b"</stream:stream>",), Trouble.CONNECTION_CLOSED),
        ((OPENS + FEATURES, b"<failure xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"), Trouble.TLS_REFUSED),
        ((OPENS + FEATURES, PROCEED + b"<iq/>"), Trouble.TEXT_BEFORE_TLS),
        ((OPENS + FEATURES, PROCEED, b"this is no TLS at all"), Trouble.TLS_FAILED),
        ((OPENS + FEATURES, PROCEED), Trouble.CONNECTION_CLOSED),
    ],
)
def test_the_trouble_is_told(parts: tuple[bytes, ...], trouble: Trouble) -> None:
    assert look(says(*parts)).trouble is trouble


@pytest.mark.parametrize(
    "name", ["foo-bar", "utf-7", "shift_jis", "rot13", "base64", "idna", "UTF-16", "x" * 500]
)
def test_whatever_encoding_a_server_names_is_read_as_utf_8(name: str) -> None:
    """RFC 6120, 11.6 knows no other."""
    opens = OPENS.replace(b"?>", f" encoding='{name}'?>".encode())
    assert look(says(opens + FEATURES, PROCEED)).trouble is Trouble.CONNECTION_CLOSED
    assert look(says(opens + b"<!-- --><a/>")).trouble is Trouble.XML_FORBIDDEN
    assert look(says(opens + b"<a>\xff\xfe</a>")).trouble is Trouble.NOT_XMPP


def test_a_stream_error_is_told_with_its_words() -> None:
    error = (
        b"<stream:error><policy-violation xmlns='urn:ietf:params:xml:ns:xmpp-streams'/>"
        b"<text xmlns='urn:ietf:params:xml:ns:xmpp-streams'>no \x07federation</text></stream:error>"
    ).replace(b"\x07", b"&#x85;")
    for parts in ((OPENS + error,), (OPENS + FEATURES, error)):
        seen = look(says(*parts))
        assert seen.trouble is Trouble.STREAM_ERROR
        assert seen.params == {"condition": "policy-violation", "text": "no \ufffdfederation"}


def test_a_server_older_than_rfc_3920_speaks_dialback_alone() -> None:
    old = OPENS.replace(b" version='1.0'>", b">").removeprefix(b"<?xml version='1.0'?>")
    seen = look(says(old))
    assert seen.trouble is None
    assert seen.before_tls == Features(dialback=True)
    assert seen.methods == {"dialback-tcp"}


def test_a_server_that_says_nothing_or_one_octet_at_a_time_is_left_in_time() -> None:
    async def silent(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
        await reader.read()

    async def slow(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for place in range(len(OPENS)):
            writer.write(OPENS[place : place + 1])
            await writer.drain()
            await asyncio.sleep(0.05)

    for answer in (silent, slow):
        begin = time.monotonic()
        seen = look(answer, seconds=0.4)
        assert (seen.trouble, seen.params) == (Trouble.TIMEOUT, {"step": "stream"})
        assert time.monotonic() - begin < len(OPENS) * 0.05 / 2


def test_a_server_that_floods_is_left() -> None:
    async def flood(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(OPENS)
        while True:
            writer.write(b" " * 65536)
            await writer.drain()

    assert look(flood).trouble is Trouble.TOO_MUCH


def test_plain_text_where_tls_should_be_is_told() -> None:
    seen = look(says(b"hello, this is no TLS"), method=Method.DIRECT)
    assert (seen.trouble, seen.tls) == (Trouble.TLS_FAILED, None)
    assert seen.params["step"] == "tls"


@pytest.mark.parametrize(
    "version, told", [("-tls1", "TLSv1"), ("-tls1_2", "TLSv1.2"), ("-tls1_3", "TLSv1.3")]
)
def test_old_tls_and_poor_certificates_are_seen(
    version: str, told: str, chain: Chain, tmp_path: Path
) -> None:
    leaf, key = chain.middle.issue(
        "DNS:old.test", key=("-newkey", "rsa:1024"), ends="20210101000000Z", digest="sha1"
    )
    (tmp_path / "server.pem").write_bytes(leaf + key)
    port = free_port()
    command = ["openssl", "s_server", "-accept", f"127.0.0.1:{port}", "-cert", str(tmp_path / "server.pem")]
    command += [version, "-cipher", "ALL:@SECLEVEL=0", "-quiet", "-alpn", "xmpp-server", "-naccept", "1"]
    server = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    try:
        seen = wait_for(port)
    finally:
        server.kill()
        server.communicate()
    assert seen.tls is not None, seen
    assert (seen.tls.version, seen.tls.alpn) == (told, "xmpp-server")
    assert read_certificate(seen.tls.chain[0]).names.dns == ("old.test",)
    assert (seen.trouble, seen.params) == (Trouble.TIMEOUT, {"step": "stream-in-tls"})


def wait_for(port: int) -> Look:
    """Look until openssl listens; it serves one visit and shows nothing but TLS."""
    for _turn in range(100):
        seen = asyncio.run(
            probe_place(
                *("127.0.0.1", port, "old.test"),
                own_domain="contoso.com",
                method=Method.DIRECT,
                seconds=0.7,
                allowed=Allowed(loopback=True),
            )
        )
        if seen.trouble is not Trouble.CONNECTION_REFUSED:
            return seen
        time.sleep(0.02)
    raise AssertionError("openssl does not listen")


# The reader, with whatever octets.


def elements(*parts: bytes) -> list[streams.Element]:
    reader = Reader()
    found = []
    for part in parts:
        reader.feed(part)
        found += list(reader.take())
    return found


@given(st.lists(st.integers(1, len(OPENS + FEATURES) - 1), max_size=8))
def test_however_it_is_cut_it_reads_the_same(cuts: list[int]) -> None:
    whole = OPENS + FEATURES
    places = [0, *sorted(set(cuts)), len(whole)]
    parts = [whole[begin:end] for begin, end in pairwise(places)]
    (element,) = elements(*parts)
    assert streams.features_of(element) == Features(start_tls=True, dialback=True)


@settings(max_examples=400)
@given(st.data())
def test_whatever_is_sent_is_read_or_refused(data: st.DataObject) -> None:
    whole = bytearray(OPENS + FEATURES)
    for _turn in range(data.draw(st.integers(0, 4))):
        place = data.draw(st.integers(0, len(whole)))
        whole[place : place + data.draw(st.integers(0, 5))] = data.draw(st.binary(max_size=10))
    with suppress(StreamRefused):
        for element in elements(bytes(whole)):
            streams.features_of(element)


def test_the_header_keeps_domains_apart_from_markup() -> None:
    assert b'to="a\'b"' in streams.header(own="contoso.com", other="a'b")
    assert b"<b>" not in streams.header(own="<b>", other="x")
