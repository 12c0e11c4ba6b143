"""May they talk? A table of every combination of switches, partner type, direction and kind of stanza.

It was written by hand from lync-reference.md 2.2 and 3.4.1 and design.md 5, cell by cell, for an enabled user
whose pool offers XMPP. A cell holds the number of the rule that refuses; ``yes``: it passes; ``bare``: it
passes without its status note.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest

from federation.decisions.facts import Direction, Facts, Kind, Partner, Policy, User
from federation.decisions.rules import decide
from federation.partners.rules import PartnerType
from tests.decisions.written import CODES

#: edge, federated, XMPP; then a known partner, an unknown domain, a withdrawal to or from a known partner.
SWITCHES = """
on   on   on     yes   2   yes
on   on   off    7     2   yes
on   off  on     6     2   yes
on   off  off    6     2   yes
off  on   on     1     1   yes
off  on   off    1     1   yes
off  off  on     1     1   yes
off  off  off    1     1   yes
"""

#: With all switches on. From us to a partner that is federated, public verified, public unverified; from such
#: a partner to us, and from a public unverified one whose person our user has added.
KINDS = """
                            from us              to us               a contact
message-normal              yes   yes   yes      yes   yes   9       yes
message-chat                yes   yes   yes      yes   yes   9       yes
message-headline            yes   yes   yes      yes   yes   9       yes
message-groupchat           8     8     8        8     8     8       8
message-error               yes   yes   yes      yes   yes   9       yes
presence-subscribe          yes   bare  bare     yes   yes   9       yes
presence-subscribed         yes   bare  bare     yes   yes   9       yes
presence-unsubscribe        yes   bare  bare     yes   yes   yes     yes
presence-unsubscribed       yes   bare  bare     yes   yes   yes     yes
presence-probe              yes   bare  bare     yes   yes   9       yes
presence-available          yes   bare  bare     yes   yes   9       yes
presence-unavailable        yes   bare  bare     yes   yes   9       yes
presence-directed           yes   bare  bare     yes   yes   9       yes
presence-error              yes   bare  bare     yes   yes   9       yes
iq-get                      yes   yes   yes      yes   yes   9       yes
iq-set                      yes   yes   yes      yes   yes   9       yes
iq-result                   yes   yes   yes      yes   yes   9       yes
iq-error                    yes   yes   yes      yes   yes   9       yes
room-join                   8     8     8        8     8     8       8
room-invitation-mediated    8     8     8        8     8     8       8
room-invitation-direct      8     8     8        8     8     8       8
room-invitation-channel     8     8     8        8     8     8       8
"""
WITHDRAWALS = {"presence-unsubscribe", "presence-unsubscribed"}
COLUMNS = [
    *((type_, "outbound", False) for type_ in PartnerType),
    *((type_, "inbound", False) for type_ in PartnerType),
    (PartnerType.PUBLIC_UNVERIFIED, "inbound", True),
]


def cells(table: str) -> list[list[str]]:
    """The rows of a table, without its heading."""
    return [line.split() for line in table.splitlines() if line and not line.startswith(" ")]


def answered(facts: Facts) -> str:
    """What decide() says, in the words of the table."""
    decision = decide(facts)
    if decision.decided_by:
        numbers = {code: str(number) for number, code in CODES.items()}
        return numbers[decision.decided_by.code]
    return "bare" if decision.strip_status else "yes"


@pytest.mark.parametrize("row", cells(SWITCHES), ids=" ".join)
def test_every_combination_of_switches_partner_direction_and_kind(row: list[str]) -> None:
    edge, federated, xmpp = (each == "on" for each in row[:3])
    known, unknown, withdrawal = row[3:]
    for (kind, *answers), (type_, direction, contact) in product(cells(KINDS), COLUMNS):
        facts = Facts(
            local="alice@contoso.com",
            remote="bob@fabrikam.com",
            direction=Direction(direction),
            kind=Kind(kind),
            edge_on=edge,
            partner=Partner("fabrikam.com", type_),
            user=User(enabled=True, policy=Policy("Tag:Sales", federated, xmpp), pool="pool.contoso.com"),
            contact=contact,
        )
        by_switch = withdrawal if kind in WITHDRAWALS else known
        expected = answers[COLUMNS.index((type_, direction, contact))] if by_switch == "yes" else by_switch
        assert answered(facts) == expected, (kind, type_, direction, contact)
        stranger = replace(facts, partner=None)
        assert answered(stranger) == unknown, (kind, direction)


def test_the_tables_have_every_combination_once() -> None:
    assert {tuple(row[:3]) for row in cells(SWITCHES)} == set(product(("on", "off"), repeat=3))
    assert [row[0] for row in cells(KINDS)] == [kind.value for kind in Kind]
    assert {len(row) for row in cells(KINDS)} == {1 + len(COLUMNS)}
