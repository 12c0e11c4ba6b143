"""Python, Lua and the wire answer each row as the written table does, at both ends.

All rows of one edge and one direction go over the same streams in one go. What was to be refused is known not
to have passed when something sent after it on the same stream has arrived.
"""

from __future__ import annotations

import itertools
import shutil
import tempfile
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from xml.etree import ElementTree as ET

import pytest

from federation.decisions import rules
from tests.decisions.written import answer, loses_its_note
from tests.gateway.clients import PATIENCE, Person, settle
from tests.gateway.conformance.component import Component
from tests.gateway.conformance.rows import OURS, THEIRS, Row, organisation, rows
from tests.gateway.conftest import gateway_options
from tests.gateway.lua import drive
from tests.gateway.servers import Dns, Prosody
from tests.gateway.standin import Panel

if TYPE_CHECKING:
    from collections.abc import Iterator

    from federation.decisions.facts import Decision
    from tests.gateway.clients import Loop
    from tests.gateway.servers import Authority

WITNESS = Path(__file__).with_name("mod_test_witness.lua")
OUTSIDE = 'modules_enabled = { "tls", "saslauth", "dialback", "s2s", "posix" }'
PARTNERS = [domain for domain, kind in THEIRS.items() if kind]
PEOPLE = [who for who in OURS if who.is_person]
_marks = itertools.count()


class Field(NamedTuple):
    """What the rows are tried on."""

    panel: Panel
    people: dict[str, Person]
    domains: dict[str, Component]
    component: Component
    witness: Path

    def passed_the_gate(self) -> Counter[str]:
        """Stanzas that the gate let into our server: in- or out- and their id."""
        return Counter(self.witness.read_text().split())

    def until_everything_arrived(self) -> None:
        """What was sent so far has arrived wherever it may: answers of our server, then marks behind it."""
        settle(*self.people.values())
        alice = self.people["alice@contoso.test"]
        for domain in PARTNERS:
            there = self.domains[domain]
            mark, back = f"mark{next(_marks)}", f"mark{next(_marks)}"
            # A withdrawal always passes, both ways.
            there.send(
                f"<presence from='marks@{domain}' to='{alice.address}' id='{back}' type='unsubscribed'/>"
            )
            there.wait(lambda back=back: self.passed_the_gate()[f"in-{back}"])  # type: ignore[misc]
            alice.send(f"<presence to='marks@{domain}' id='{mark}' type='unsubscribe'/>")
            there.wait(lambda there=there, mark=mark: mark in there.got)  # type: ignore[misc]


@pytest.fixture(scope="module")
def dns() -> Iterator[Dns]:
    """A resolver of its own: the same domains outside are on another server here."""
    server = Dns()
    yield server
    server.close()


@pytest.fixture(scope="module")
def field(ground: Path, dns: Dns, ca: Authority, loop: Loop) -> Iterator[Field]:
    """Our gateway, everybody of ours signed in, and one's own hand on every domain outside."""
    folder = Path(tempfile.mkdtemp(prefix="conformance-", dir=ground))
    folder.chmod(0o755)
    panel = Panel()
    panel.commit(*organisation(edge=True))
    names = {"contoso.test": tuple(who.address.partition("@")[0] for who in PEOPLE)}
    witness = folder / "ours/data/witness"
    started: list[Prosody | Component | Person] = []
    with panel.serving():
        try:
            more = f'test_witness_file = "{witness}"'
            options = gateway_options(panel.port).replace('"s2s_bidi", ', "").replace('"mam", ', "") + more
            ours = Prosody(folder / "ours", dns, ca, names, options, components=["ext.contoso.test"])
            ours.with_module("test_witness", WITNESS, on="contoso.test")
            theirs = Prosody(folder / "theirs", dns, ca, {"host.test": ()}, OUTSIDE, components=THEIRS)
            for server in (ours, theirs):
                server.log_level = "info"
                started.append(server)
                server.start()
            panel.in_force()
            domains = {domain: Component(theirs.component, domain) for domain in THEIRS}
            component = Component(ours.component, "ext.contoso.test")
            people = {who.address: Person(loop, ours, who.address) for who in PEOPLE}
            started += [*domains.values(), component, *people.values()]
            befriend(people)
            yield Field(panel, people, domains, component, witness)
        finally:
            for each in reversed(started):
                end(each)
            shutil.rmtree(folder, ignore_errors=True)


def end(each: Prosody | Component | Person) -> None:
    if isinstance(each, Prosody):
        each.stop()
    elif isinstance(each, Component):
        each.close()
    else:
        each.sign_out()


def befriend(people: dict[str, Person]) -> None:
    """Everybody is online and has the friends of every domain on the contact list."""
    for person in people.values():
        for domain in THEIRS:
            item = f"<item jid='friend@{domain}'/>"
            person.send(f"<iq type='set' id='f-{domain}'><query xmlns='jabber:iq:roster'>{item}</query></iq>")
        person.go_online()
        settle(person)


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


def code_of(verdict: Decision) -> str:
    return verdict.decided_by.code.value if verdict.decided_by else ""


def told(row: Row) -> str:
    """The answer of the table as drive.lua says it."""
    return (answer(row.case) or "allowed") + (" stripped" if loses_its_note(row.case) else "")


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
    if arrived and row.kind in {"presence-available", "presence-directed"}:
        noted = any(child.tag.endswith("status") for child in arrived[0])
        if noted == loses_its_note(row.case):
            yield f"{row}: the status note is{'' if noted else ' not'} there"
    if row.who.local != "server":
        yield from told_outbound(field, row, code)


def told_outbound(field: Field, row: Row, code: str) -> Iterator[str]:
    """The sender is told the code of what is worth an answer, and nothing of what passed."""
    if row.who.local == "component":
        answers = field.component.got.get(row.mark, [])
    else:
        answers = [s for s in field.people[row.who.address].seen() if s.get("id") == row.mark]
    codes = [refused.get("code") for s in answers for refused in s.iter("{urn:federation-control:1}refused")]
    is_told = row.is_due or row.kind in {"presence-subscribe", "room-join"}
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
