"""Every row at a slow partner: what waited is judged by the rules in force when the stream comes up.

By the rules of before everybody may write to every partner. All rows are sent while nobody outside answers;
then the table's own rules are committed, and then the servers answer.
"""

from __future__ import annotations

import shutil
import socket
import tempfile
import threading
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from federation.gateway import objects
from tests.decisions.written import answer, is_emptied, loses_its_note
from tests.gateway.clients import settle
from tests.gateway.conformance.field import laid_out
from tests.gateway.conformance.rows import LEAVING, OURS, THEIRS, Row, organisation, rows
from tests.gateway.conformance.test_conformance import ANSWERS, ON_PURPOSE, SHOWN, says_more, send_outbound
from tests.gateway.conftest import settings
from tests.gateway.servers import Dns

if TYPE_CHECKING:
    from collections.abc import Iterator

    from federation.gateway.objects import Object
    from tests.gateway.clients import Loop
    from tests.gateway.conformance.field import Field
    from tests.gateway.servers import Authority


class Slow(Dns):
    """Leads to the domains outside through a port that keeps connections waiting until it is open."""

    def __init__(self) -> None:
        self.open = threading.Event()
        self.open.set()
        self.listener = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self._serve, daemon=True).start()
        super().__init__()

    def answer(self, data: bytes) -> bytes:
        for domain in THEIRS:
            there = self.ports.get(domain)
            if there and there != self.listener.getsockname()[1]:
                self.target = there
                self.ports[domain] = self.listener.getsockname()[1]
        return super().answer(data)

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                connection, _address = self.listener.accept()
                threading.Thread(target=self._wait, args=(connection,), daemon=True).start()

    def _wait(self, connection: socket.socket) -> None:
        self.open.wait()
        with connection, socket.create_connection(("127.0.0.1", self.target)) as there:
            back = threading.Thread(target=self._copy, args=(there, connection), daemon=True)
            back.start()
            self._copy(connection, there)
            back.join()

    def _copy(self, one: socket.socket, other: socket.socket) -> None:
        with suppress(OSError):
            while data := one.recv(65536):
                other.sendall(data)
            other.shutdown(socket.SHUT_WR)


@pytest.fixture(scope="module")
def slow() -> Iterator[Slow]:
    server = Slow()
    yield server
    server.open.set()
    server.close()
    server.listener.close()


@pytest.fixture(scope="module")
def field(ground: Path, slow: Slow, ca: Authority, loop: Loop) -> Iterator[Field]:
    folder = Path(tempfile.mkdtemp(prefix="slow-", dir=ground))
    folder.chmod(0o755)
    with laid_out(folder, slow, ca, loop, "") as made:
        yield made
    shutil.rmtree(folder, ignore_errors=True)


def everybody_may() -> list[Object]:
    """The rules of before: all of ours are enabled by a policy that lets them, all of theirs partners."""
    made = organisation(edge=True)
    made.append(settings(partner_connection_limit=100, establishment_timeout=240))
    people = [who for who in OURS if who.is_person]
    made += [objects.user(who.address, enabled=True, pool=1, policy=None) for who in people]
    made.append(objects.partner(99, domains=["northwind.test"], type="federated", methods=["sasl-tls"]))
    return made


def afterwards(*, edge: bool) -> tuple[list[Object], tuple[str, ...]]:
    """The rules of the table, and what they lack of those of before."""
    made = [settings(partner_connection_limit=100, establishment_timeout=240)]
    made += [each for each in organisation(edge=edge) if each[0] != made[0][0]]
    kept = {key for key, _ in made}
    return made, tuple(key for key, _ in everybody_may() if key not in kept)


def before(row: Row) -> str:
    case = row.case._replace(edge=True, federated=True, xmpp=True, partner=row.partner or "federated")
    return answer(case if case.local in {"server", "component"} else case._replace(local="enabled"))


@pytest.mark.parametrize("edge, first", [(True, 50_001), (False, 60_001)], ids=["on", "off"])
def test_what_waited_is_answered_as_the_table_says_of_now(
    field: Field, slow: Slow, edge: bool, first: int
) -> None:
    table = [
        row
        for row in rows(edge=edge, direction="outbound", first=first)
        if not before(row) and not (row.kind in ANSWERS or (row.to_resource and row.kind in SHOWN))
    ]
    assert len(table) > 300
    outside = [key for key in field.panel.objects if key.startswith("partner:")]
    slow.open.clear()
    field.panel.commit(drop=(*outside, "domain:branch.test"))
    field.panel.wait_for(lambda r: not r.report["streams"], after=len(field.panel.requests))
    field.panel.commit(*everybody_may())
    field.panel.in_force()
    send_outbound(field, table)
    settle(*field.people.values())
    puts, drops = afterwards(edge=edge)
    field.panel.commit(*puts, drop=drops)
    field.panel.in_force()
    slow.open.set()
    field.until_everything_arrived()
    assert [fault for row in table for fault in look(field, row)] == []


def look(field: Field, row: Row) -> Iterator[str]:
    code = answer(row.case)
    arrived = field.domains[row.domain].got.get(row.mark, [])
    leaves_all_the_same = row.kind == "presence-unavailable" and row.partner
    wanted = 0 if code and not leaves_all_the_same else 1
    if len(arrived) != wanted:
        yield f"{row}: {len(arrived)} arrived, though the table says {code or 'allowed'}"
    if arrived and row.kind in LEAVING and says_more(arrived[0]) == (bool(code) or is_emptied(row.case)):
        yield f"{row}: it says {'more' if code else 'less'} than it may"
    if arrived and row.kind in SHOWN:
        noted = any(child.tag.endswith("status") for child in arrived[0])
        if noted == loses_its_note(row.case):
            yield f"{row}: the status note is{'' if noted else ' not'} there"
    if row.who.is_person:
        answers = [s for s in field.people[row.who.address].seen() if s.get("id") == row.mark]
        codes = [each.get("code") for s in answers for each in s.iter("{urn:federation-control:1}refused")]
        is_told = row.is_due or row.kind in ON_PURPOSE
        if codes != ([code] if wanted == 0 and is_told else []):
            yield f"{row}: told {codes}, though the table says {code or 'allowed'}"
