"""What the rows are tried on: our gateway, all of ours signed in, one's own hand on every domain outside."""

from __future__ import annotations

import itertools
from collections import Counter
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from tests.gateway.clients import Person, settle
from tests.gateway.conformance.component import Component
from tests.gateway.conformance.rows import OURS, THEIRS, organisation
from tests.gateway.conftest import gateway_options
from tests.gateway.servers import Prosody
from tests.gateway.standin import Panel

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.gateway.clients import Loop
    from tests.gateway.servers import Authority, Dns

WITNESS = Path(__file__).with_name("mod_test_witness.lua")
OUTSIDE = 'modules_enabled = {{ "tls", "saslauth", "dialback", "s2s", "posix"{} }}'
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
    opened_by: str  # "us" or "them": the one stream for both ways; "": a stream each

    def streams(self) -> list[tuple[str, str, object]]:
        """Of the next report: partners' domains, who opened the stream, and whether it is for both ways."""
        self.panel.commit()
        told = self.panel.in_force().report["streams"]
        found = [(s["remote"], s["direction"], s.get("both_ways")) for s in told]
        return sorted(each for each in found if each[0] in PARTNERS)

    def passed_the_gate(self) -> Counter[str]:
        """Stanzas that the gate let into our server: in- or out- and their id."""
        return Counter(self.witness.read_text().split())

    def said_more(self, mark: str) -> bool:
        """Whether what came in under this id had content when it was past the gate."""
        return f"more-{mark}" in self.passed_the_gate()

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


@contextmanager
def laid_out(folder: Path, dns: Dns, ca: Authority, loop: Loop, opened_by: str) -> Iterator[Field]:
    """Servers and people, and a stream to each partner where ``opened_by`` says who opens it."""
    panel = Panel()
    panel.commit(*organisation(edge=True))
    names = {"contoso.test": tuple(who.address.partition("@")[0] for who in PEOPLE)}
    witness = folder / "ours/data/witness"
    bidi = ', "s2s_bidi"' if opened_by else ""
    started: list[Prosody | Component | Person] = []
    with panel.serving():
        try:
            options = gateway_options(panel.port).replace(', "s2s_bidi"', bidi).replace('"mam", ', "")
            options += f'test_witness_file = "{witness}"'
            ours = Prosody(folder / "ours", dns, ca, names, options, components=["ext.contoso.test"])
            ours.with_module("test_witness", WITNESS, on="contoso.test")
            outside = OUTSIDE.format(bidi)
            theirs = Prosody(folder / "theirs", dns, ca, {"host.test": ()}, outside, components=THEIRS)
            for server in (ours, theirs):
                server.log_level = "info"
                started.append(server)
                server.start()
            panel.in_force()
            domains = {
                domain: Component(theirs.component, domain, "conference" if kind == "rooms" else "server")
                for domain, kind in THEIRS.items()
            }
            component = Component(ours.component, "ext.contoso.test")
            people = {who.address: Person(loop, ours, who.address) for who in PEOPLE}
            started += [*domains.values(), component, *people.values()]
            befriend(people)
            field = Field(panel, people, domains, component, witness, opened_by)
            open_streams(field)
            ask_for_rooms(field)
            yield field
        finally:
            for each in reversed(started):
                end(each)


def open_streams(field: Field) -> None:
    """One side opens a stream for each partner; where it is bidirectional the other side then uses it."""
    alice = field.people["alice@contoso.test"]
    for domain in PARTNERS:
        there, mark = field.domains[domain], f"open-{domain}"
        if field.opened_by == "us":
            alice.send(f"<presence to='m@{domain}' id='{mark}' type='unsubscribe'/>")
            there.wait(lambda there=there, mark=mark: mark in there.got)  # type: ignore[misc]
        elif field.opened_by == "them":
            there.send(f"<presence from='m@{domain}' to='{alice.address}' id='{mark}' type='unsubscribed'/>")
            there.wait(lambda mark=mark: field.passed_the_gate()[f"in-{mark}"])  # type: ignore[misc]


def ask_for_rooms(field: Field) -> None:
    """Our gateway asks each domain what it is as soon as somebody has to do with it; it has the answers."""
    alice = field.people["alice@contoso.test"]
    for domain in PARTNERS:
        alice.send(f"<presence to='m@{domain}' type='unsubscribe'/>")
    rooms = [domain for domain, kind in THEIRS.items() if kind == "rooms"]
    field.panel.wait_for(lambda request: request.report["rooms"] == rooms)
    for domain in PARTNERS:
        there = field.domains[domain]
        if THEIRS[domain] != "ours":
            there.wait(lambda there=there: there.question is not None)  # type: ignore[misc]


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
