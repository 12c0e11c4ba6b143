"""A name server for tests: answers from a table, over UDP, on a port of the kernel's choice."""

from __future__ import annotations

import socketserver
import threading
from typing import TYPE_CHECKING, Self

import dns.flags
import dns.message
import dns.rcode
import dns.rdataclass
import dns.rdatatype
import dns.rrset

if TYPE_CHECKING:
    from types import TracebackType


class NameServer:
    """``zone``: records by (name, type), such as ``{("fabrikam.test", "A"): ["127.0.0.1"]}``.

    A record ``silence`` is never answered, ``broken`` with SERVFAIL.
    """

    def __init__(self, zone: dict[tuple[str, str], list[str]]) -> None:
        self.zone = zone
        names = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                octets, sock = self.request
                answer = names.answer(octets)
                if answer:
                    sock.sendto(answer, self.client_address)

        self.server = socketserver.ThreadingUDPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.port: int = self.server.server_address[1]
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True)

    def __enter__(self) -> Self:
        self.thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    def answer(self, octets: bytes) -> bytes:
        """The answer to a query, in wire format; nothing for a name that is kept silent."""
        query = dns.message.from_wire(octets)
        reply = dns.message.make_response(query)
        reply.flags |= dns.flags.AA | dns.flags.RA
        (question,) = query.question
        name = question.name.to_text(omit_final_dot=True).lower()
        records = self.zone.get((name, dns.rdatatype.to_text(question.rdtype)), [])
        if "silence" in records:
            return b""
        if "broken" in records:
            reply.set_rcode(dns.rcode.SERVFAIL)
        elif records:
            reply.answer.append(
                dns.rrset.from_text(question.name, 60, dns.rdataclass.IN, question.rdtype, *records)
            )
        elif not any(known == name for known, _kind in self.zone):
            reply.set_rcode(dns.rcode.NXDOMAIN)
        return reply.to_wire()
