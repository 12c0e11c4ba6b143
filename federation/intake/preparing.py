"""What an import writes, worked out before it is written.

Reading, checking and comparing rows takes as long as writing them, and whoever writes to SQLite keeps all
others from it. So the rows are looked at first, while nobody waits, and what comes of them is kept in a
temporary file as a few writes a batch, each with the number of rows that it must concern. Users, pools and
policies stand there by their names: what is not there any more when it is written makes another number.
"""

from __future__ import annotations

import json
import tempfile
from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple

from controlpanel.audit.rows import as_json
from controlpanel.shell.delimited import Fault
from controlpanel.shell.text import fold
from federation.directory.services import completed
from federation.intake.catalogue import Catalogue
from federation.intake.plan import Plan
from federation.intake.planning import steps

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator

    from controlpanel.shell.delimited import Record
    from federation.intake.catalogue import Choices
    from federation.intake.planning import Facts, Step


class Kind(StrEnum):
    """The kinds of writes, in the order in which those of a batch are done."""

    SEEN = "seen"  # no write: the users of this batch that change are still as they were read
    MADE = "made"
    CHANGED = "changed"
    RELEASED = "released"
    ASSIGNED = "assigned"
    NOTED = "noted"


#: The columns of a user who is made; a user who changes has some of them.
MADE = (
    "address", "display_name", "first_name", "last_name", "email", "department", "enabled", "source",
    "name_sort", "first_sort", "last_sort", "pool",
)  # fmt: skip


#: Facts of a step that are told and are no columns of a user.
_TOLD = frozenset({"policy", "enabled_by"})


class Write(NamedTuple):
    """One write: as_json() of ``number`` rows with ``columns``."""

    kind: Kind
    columns: tuple[str, ...]
    number: int
    rows: str


class Prepared:
    """The writes of an import, in batches, in a temporary file."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile("w+", encoding="utf-8")  # noqa: SIM115 # __exit__ closes it

    def __enter__(self) -> Prepared:
        return self

    def __exit__(self, *_error: object) -> None:
        self._file.close()

    def fill(self, records: Iterable[Record | Fault], choices: Choices) -> Generator[int, None, Plan]:
        """Look at all rows: yields how many have been, returns the Plan that they come to."""
        plan, catalogue = Plan(), Catalogue(choices)
        for batch in steps(records, catalogue):
            plan.add(batch)
            changes = [step for step in batch if not isinstance(step, Fault) and step.kind != "left"]
            if changes:
                json.dump([plan.numbers.rows, list(_writes(changes, catalogue))], self._file)
                self._file.write("\n")
            yield plan.numbers.rows
        return plan.close(catalogue)

    def batches(self) -> Iterator[tuple[int, list[Write]]]:
        """How many rows have been looked at by then, and the writes of a batch that changes something."""
        self._file.seek(0)
        for line in self._file:
            rows, writes = json.loads(line)
            yield rows, [Write(Kind(kind), tuple(columns), *rest) for kind, columns, *rest in writes]


def _writes(changes: list[Step], catalogue: Catalogue) -> Iterator[Write]:
    """The writes of one batch, in the order of Kind."""
    rows: dict[tuple[Kind, tuple[str, ...]], list[tuple[Any, ...]]] = {}
    for kind, columns, row in (each for step in changes for each in _rows(step, catalogue)):
        rows.setdefault((kind, columns), []).append(row)
    order = list(Kind)
    for (kind, columns), some in sorted(rows.items(), key=lambda item: order.index(item[0][0])):
        yield Write(kind, columns, len(some), as_json(some))


def _rows(step: Step, catalogue: Catalogue) -> Iterator[tuple[Kind, tuple[str, ...], tuple[Any, ...]]]:
    """What one step adds: a kind, the columns, and the row."""
    user, address = step.user, step.user.address
    values = completed({name: value for name, value in step.after.items() if name not in _TOLD})
    if step.kind == "made":
        yield Kind.MADE, MADE, tuple(values.get(name, "") for name in MADE)
    else:
        policy = catalogue.policy_of(user)
        seen = (address, user.version, policy.pk if policy else 0)
        yield Kind.SEEN, ("address", "version", "policy_pk"), seen
        if values:
            names = tuple(sorted(values))
            yield Kind.CHANGED, ("address", *names), (address, *(values[name] for name in names))
    if "policy" in step.after:
        if step.policy:
            yield Kind.ASSIGNED, ("address", "policy_key"), (address, fold(step.policy.name))
        elif step.kind == "changed":  # a new user has none to take
            yield Kind.RELEASED, ("address",), (address,)
    yield Kind.NOTED, ("address", "before", "after"), (address, _told(step.before), _told(step.after))


def _told(facts: Facts) -> str:
    """Facts as the change log keeps those of a member."""
    return json.dumps(facts, ensure_ascii=False) if facts else ""
