"""Every choice of TLS, SASL and dialback does what the table of the reference says, row by row."""

from __future__ import annotations

from itertools import product

import pytest

from federation.partners.rules import (
    DEFAULT,
    MEANINGS,
    Choice,
    Code,
    Meaning,
    Method,
    Negotiation,
    PartnerType,
    Verdict,
    negotiate,
)

# lync-reference.md, 3.4.2, with the panel's rule beside it: R required, O optional, N not supported;
# methods S SASL over TLS, D dialback over TLS, T dialback over TCP; for a refused one the nearest valid one.
TABLE = """
R R yes  S    warn     dialback-unused
R R no   S    ok
R O yes  SD   ok
R O no   S    ok
R N yes  D    ok
R N no   -    invalid  no-method       R R no
O R yes  SDT  warn     sasl-may-fail
O R no   S    warn     sasl-may-fail
O O yes  SDT  warn     sasl-may-fail
O O no   S    warn     sasl-may-fail
O N yes  DT   ok
O N no   -    invalid  no-method       O R no
N R yes  T    invalid  sasl-needs-tls  R R yes
N R no   -    invalid  sasl-needs-tls  R R no
N O yes  T    invalid  sasl-needs-tls  R O yes
N O no   -    invalid  sasl-needs-tls  R O no
N N yes  T    ok
N N no   -    invalid  no-method       N N yes
"""
SETTINGS = {"R": Negotiation.REQUIRED, "O": Negotiation.OPTIONAL, "N": Negotiation.NOT_SUPPORTED}
METHODS = {"S": Method.SASL_TLS, "D": Method.DIALBACK_TLS, "T": Method.DIALBACK_TCP}
ROWS = [line.split() for line in TABLE.strip().splitlines()]


def choice(tls: str, sasl: str, dialback: str) -> Choice:
    return Choice(SETTINGS[tls], SETTINGS[sasl], dialback == "yes")


@pytest.mark.parametrize("row", ROWS, ids=[" ".join(row[:3]) for row in ROWS])
def test_each_of_the_18_rows_is_as_the_reference_says(row: list[str]) -> None:
    tls, sasl, dialback, methods, verdict, *rest = row
    found = negotiate(*choice(tls, sasl, dialback))
    assert found.methods == tuple(METHODS[letter] for letter in methods if letter != "-")
    assert found.verdict == verdict
    assert found.code == (rest[0] if rest else Code.NONE)
    assert found.nearest == (choice(*rest[1:]) if rest[1:] else None)


def test_the_table_has_every_choice_once() -> None:
    every = set(product(Negotiation, Negotiation, (True, False)))
    assert {choice(*row[:3]) for row in ROWS} == every
    assert len(ROWS) == len(every) == 18


def test_what_is_offered_in_place_of_a_refused_choice_can_be_saved_and_is_never_further_than_needed() -> None:
    every = [Choice(*row) for row in product(Negotiation, Negotiation, (True, False))]
    valid = [one for one in every if negotiate(*one).verdict is not Verdict.INVALID]

    def changes(one: Choice, other: Choice) -> int:
        return sum(left != right for left, right in zip(one, other, strict=True))

    assert len(valid) == 11
    for refused in set(every) - set(valid):
        nearest = negotiate(*refused).nearest
        assert nearest in valid
        assert changes(nearest, refused) == min(changes(one, refused) for one in valid)


def test_a_new_partner_begins_with_the_strictest_choice() -> None:
    assert DEFAULT == (Negotiation.REQUIRED, Negotiation.REQUIRED, True)


@pytest.mark.parametrize(
    "kind,meaning",
    [
        (PartnerType.FEDERATED, Meaning(may_ask=True, may_write=True, sees_notes=True)),
        (PartnerType.PUBLIC_VERIFIED, Meaning(may_ask=True, may_write=True, sees_notes=False)),
        (PartnerType.PUBLIC_UNVERIFIED, Meaning(may_ask=False, may_write=False, sees_notes=False)),
    ],
)
def test_a_type_means_what_the_migration_guide_says(kind: PartnerType, meaning: Meaning) -> None:
    assert MEANINGS[kind] == meaning
