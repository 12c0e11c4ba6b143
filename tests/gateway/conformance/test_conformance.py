"""Python, Lua and the wire answer each row as the written table does, at both ends.

All rows of one edge and one direction go over the same streams in one go. What was to be refused is known not
to have passed when something sent after it on the same stream has arrived. Once with a stream each way, and
once each with a single one for both (XEP-0288) that we opened, or that they opened.
"""

from __future__ import annotations

import itertools
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest

from federation.decisions import rules
from tests.decisions.written import answer, is_emptied, loses_its_note
from tests.gateway.conformance.field import PARTNERS, laid_out
from tests.gateway.conformance.rows import LEAVING, THEIRS, WITHDRAWALS, Row, organisation, rows
from tests.gateway.lua import drive
from tests.gateway.servers import Dns
from tests.gateway.standin import Panel
from tests.waiting import PATIENCE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from federation.decisions.facts import Decision
    from tests.gateway.clients import Loop
    from tests.gateway.conformance.field import Field
    from tests.gateway.servers import Authority


@pytest.fixture(scope="module")
def dns() -> Iterator[Dns]:
    """A resolver of its own: the same domains outside are on another server here."""
    server = Dns()
    yield server
    server.close()


@pytest.fixture(scope="module", params=["", "us", "them"], ids=["each-its-own", "ours", "theirs"])
def field(
    request: pytest.FixtureRequest, ground: Path, dns: Dns, ca: Authority, loop: Loop
) -> Iterator[Field]:
    """Our gateway and the domains outside, with one stream for both ways or with one each."""
    folder = Path(tempfile.mkdtemp(prefix="conformance-", dir=ground))
    folder.chmod(0o755)
    with laid_out(folder, dns, ca, loop, request.param) as made:
        yield made
    shutil.rmtree(folder, ignore_errors=True)


BATCHES = list(itertools.product((True, False), ("outbound", "inbound")))


@pytest.mark.parametrize("edge, direction", BATCHES, ids=["on-out", "on-in", "off-out", "off-in"])
def test_every_row_is_answered_as_the_table_says(field: Field, edge: bool, direction: str) -> None:
    table = list(rows(edge=edge, direction=direction, first=1 + 10_000 * BATCHES.index((edge, direction))))
    assert len(table) > 800
    decided = [(row, rules.decide(row.facts)) for row in table]
    assert [(row, verdict) for row, verdict in decided if code_of(verdict) != answer(row.case)] == []
    assert [pair for pair in zip(table, lua(table, edge=edge), strict=True) if pair[1] != told(pair[0])] == []

    field.panel.commit(*organisation(edge=edge))
    field.panel.in_force()
    send = send_outbound if direction == "outbound" else send_inbound
    send(field, table)
    field.until_everything_arrived()
    look = look_outbound if direction == "outbound" else look_inbound
    assert [fault for row in table for fault in look(field, row)] == []
    if field.opened_by:
        way = "outbound" if field.opened_by == "us" else "inbound"
        assert field.streams() == [(domain, way, True) for domain in sorted(PARTNERS)]


def code_of(verdict: Decision) -> str:
    return verdict.decided_by.code.value if verdict.decided_by else ""


def told(row: Row) -> str:
    """The answer of the table as drive.lua says it."""
    stripped, emptied = loses_its_note(row.case), is_emptied(row.case)
    return (answer(row.case) or "allowed") + " stripped" * stripped + " emptied" * emptied


def lua(table: list[Row], *, edge: bool) -> list[str]:
    """What the module's rules answer to each row."""
    panel = Panel("gw")
    panel.commit(*organisation(edge=edge))
    commands: list[dict[str, object]] = [
        {"do": "document", "body": panel.full().decode(), "size": 16384, "gateway": "gw"}
    ]
    for row in table:
        kind = "presence-available" if row.kind == "presence-directed" else row.kind
        name = "presence" if kind == "room-join" else kind.partition("-")[0]
        asked: dict[str, object] = {"do": "decide", "kind": kind, "name": name, "domain": row.domain}
        asked["rooms"] = row.case.rooms
        asked |= {"here": row.who.address, "inbound": row.direction == "inbound", "contact": row.contact}
        commands.append(asked | {"component": row.who.local == "component"})
    return drive(commands)[1:]


# Out: our clients, our server itself and a component of ours send; the domains outside see all that leaves.


def send_outbound(field: Field, table: list[Row]) -> None:
    for row in table:
        receiver = f"{row.remote}/desk" if row.to_resource else row.remote
        if row.who.is_person:
            field.people[row.who.address].send(row.stanza("", receiver))
        elif row.who.local == "component":
            field.component.send(row.stanza(f"somebody@{row.who.address}", receiver))
        else:
            inside = row.stanza("", receiver).replace(" to=", " xmlns='jabber:client' to=", 1)
            voice = f"<voice xmlns='urn:test:voice'>{inside}</voice>"
            field.people["alice@contoso.test"].send(f"<message to='contoso.test'>{voice}</message>")


#: Prosody sends an answer on only where somebody asked (RFC 6121, 3.1.5 and 3.2.2).
ANSWERS = {"presence-subscribed", "presence-unsubscribed"}


def look_outbound(field: Field, row: Row) -> Iterator[str]:
    code = answer(row.case)
    arrived = field.domains[row.domain].got.get(row.mark, [])
    passed = len(arrived)
    if row.who.is_person:
        passed = field.passed_the_gate()[f"out-{row.mark}"]
        if not passed and arrived:
            yield f"{row}: arrived, though it did not pass the gate"
        if passed and not arrived and row.kind not in ANSWERS:
            yield f"{row}: passed the gate and did not arrive"
    if passed != (0 if code else 1):
        yield f"{row}: {passed} passed, though the table says {code or 'allowed'}"
    if arrived and row.kind in SHOWN:
        noted = any(child.tag.endswith("status") for child in arrived[0])
        if noted == loses_its_note(row.case):
            yield f"{row}: the status note is{'' if noted else ' not'} there"
    if arrived and row.kind in LEAVING and says_more(arrived[0]) == is_emptied(row.case):
        yield f"{row}: arrived as {ET.tostring(arrived[0], 'unicode')}"
    if row.who.local != "server":
        yield from told_outbound(field, row, code)


def says_more(stanza: ET.Element) -> bool:
    """Whether it says more than its addresses, its type and its id, and the language of the stream."""
    more = set(stanza.items()) - {("{http://www.w3.org/XML/1998/namespace}lang", "en")}
    return bool(len(stanza) or stanza.text or {name for name, _ in more} - {"from", "to", "type", "id"})


#: What is answered beside what RFC 6120 demands: who does this, does it on purpose.
SHOWN = {"presence-available", "presence-directed"}
ON_PURPOSE = WITHDRAWALS | {"presence-subscribe", "presence-subscribed", "room-join"}


def told_outbound(field: Field, row: Row, code: str) -> Iterator[str]:
    """The sender is told the code of what is worth an answer, and nothing of what passed."""
    if row.who.local == "component":
        answers = field.component.got.get(row.mark, [])
    else:
        answers = [s for s in field.people[row.who.address].seen() if s.get("id") == row.mark]
    codes = [refused.get("code") for s in answers for refused in s.iter("{urn:federation-control:1}refused")]
    joins = row.who.is_person and row.case.rooms and row.to_resource and code == "group-chat"
    is_told = row.is_due or row.kind in ON_PURPOSE or (joins and row.kind in SHOWN)
    if codes != ([code] if code and is_told else []):
        yield f"{row}: told {codes}, though the table says {code or 'allowed'}"


# In: the domains outside send; a witness in our server sees what passed the gate, our clients what reached
# them.


def send_inbound(field: Field, table: list[Row]) -> None:
    for row in table:
        receiver = row.who.address
        if row.who.local == "component":
            receiver = f"somebody@{receiver}"
        elif row.who.is_person and row.to_resource:
            receiver = field.people[receiver].full
        field.domains[row.domain].send(row.stanza(f"{row.remote}/desk", receiver))
    # What cannot get a stream at all is answered by their own server, late.
    for domain, there in field.domains.items():
        wanted = {r.mark for r in table if r.domain == domain and r.is_due and not has_stream(r)}
        there.wait(lambda there=there, wanted=wanted: wanted <= there.got.keys(), 3 * PATIENCE)  # type: ignore[misc]


def has_stream(row: Row) -> bool:
    """Whether there is a stream between the two domains: none with strangers, none with our component."""
    return bool(THEIRS[row.domain]) and row.who.local != "component"


REACHES_CLIENTS = ("message", "iq", "presence-available", "presence-directed")


def look_inbound(field: Field, row: Row) -> Iterator[str]:
    code = answer(row.case)
    passed = field.passed_the_gate()[f"in-{row.mark}"] if row.who.local != "component" else 0
    if passed != (0 if code else 1):
        yield f"{row}: {passed} passed the gate, though the table says {code or 'allowed'}"
    if passed and row.kind in LEAVING and field.said_more(row.mark) == is_emptied(row.case):
        yield f"{row}: it says {'more' if is_emptied(row.case) else 'less'} than it may"
    if row.who.is_person:
        reached = [s for s in field.people[row.who.address].seen() if s.get("id") == row.mark]
        if code and reached:
            yield f"{row}: reached the client, though the table says {code}"
        if not code and row.to_resource and row.kind.startswith(REACHES_CLIENTS) and len(reached) != 1:
            yield f"{row}: {len(reached)} reached the client, though it is allowed"
    elif row.mark in field.component.got:
        yield f"{row}: reached our component"
    if code:
        yield from told_inbound(field, row)


def told_inbound(field: Field, row: Row) -> Iterator[str]:
    """People outside are told the same as of somebody who does not exist, and never why."""
    answers = field.domains[row.domain].got.get(row.mark, [])
    # Where there is no stream, their own server answers, and more than it must.
    if len(answers) != row.is_due and (has_stream(row) or not answers):
        yield f"{row}: {len(answers)} answers"
    wanted = "service-unavailable" if has_stream(row) else "error"
    for each in answers:
        text = ET.tostring(each, "unicode")
        if each.get("type") != "error" or "federation-control" in text or wanted not in text:
            yield f"{row}: told {text}"
