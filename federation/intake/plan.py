"""A plan: what an import comes to, in numbers, with the first of each kind. It is what one confirms."""

from __future__ import annotations

import json
from contextlib import closing
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING, Any, cast

from controlpanel.shell.delimited import Fault
from federation.intake.catalogue import Catalogue, Choices
from federation.intake.planning import KINDS, Numbers, Step, steps

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Sequence

    from controlpanel.shell.delimited import Record

#: How many of each kind a plan keeps to be shown, and how many refused lines.
SHOWN, SHOWN_REFUSED = 20, 1000
#: How many headings that were not read.
SHOWN_UNREAD = 100

Example = dict[str, Any]


@dataclass
class Plan:
    """What rows come to. Its size does not depend on their number, so it can be kept as JSON."""

    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(KINDS, 0))
    examples: dict[str, list[Example]] = field(default_factory=lambda: {kind: [] for kind in KINDS})
    new_pools: dict[str, int] = field(default_factory=dict)
    new_policies: dict[str, int] = field(default_factory=dict)
    unknown_pools: dict[str, int] = field(default_factory=dict)
    unknown_policies: dict[str, int] = field(default_factory=dict)
    #: What the rows use as it stands: held while they are applied, so that none of it vanishes.
    pools: list[str] = field(default_factory=list)
    policies: list[str] = field(default_factory=list)
    #: Headings that were not read, the first of them.
    unread: list[str] = field(default_factory=list)
    #: Of everything that would be written, so that another plan with the same numbers is another one.
    digest: str = ""

    def add(self, batch: Iterable[Step | Fault]) -> None:
        """Count what comes of some rows, and keep the first of each kind."""
        written = []
        for step in batch:
            if not isinstance(step, Fault) and step.kind != "left":
                written.append([step.kind, step.user.address, step.before, step.after])
            kind = "refused" if isinstance(step, Fault) else step.kind
            self.counts[kind] += 1
            if len(self.examples[kind]) < (SHOWN_REFUSED if kind == "refused" else SHOWN) and kind != "left":
                self.examples[kind].append(_example(step))
        if written:
            self.digest = sha256(f"{self.digest}{json.dumps(written)}".encode()).hexdigest()

    def close(self, catalogue: Catalogue) -> Plan:
        """Take over which names the rows gave."""
        for kind, names in (("pools", catalogue.pools), ("policies", catalogue.policies)):
            setattr(self, kind, sorted(names.used))
            setattr(self, f"new_{kind}", dict(names.new))
            setattr(self, f"unknown_{kind}", dict(names.unknown))
        return self

    @property
    def numbers(self) -> Numbers:
        """What is compared when the plan is applied."""
        return Numbers(**self.counts, pools=len(self.new_pools), policies=len(self.new_policies))

    @property
    def changes_something(self) -> bool:
        """Whether applying it writes anything."""
        return any(self.counts[kind] for kind in ("made", "changed", "vanished"))

    def as_json(self) -> dict[str, Any]:
        """As it is kept, and printed for programs."""
        return asdict(self)


def _example(step: Step | Fault) -> Example:
    if isinstance(step, Fault):
        return {"line": step.line, "code": str(step.code), "params": dict(step.params)}
    return {"line": step.line, "address": step.user.address, "before": step.before, "after": step.after}


def planned(
    records: Iterable[Record | Fault], choices: Choices, unread: Sequence[str] = ()
) -> Generator[int, None, Plan]:
    """Plan an import: yields how many rows have been looked at, returns the Plan. Writes nothing."""
    plan, catalogue = Plan(unread=list(unread[:SHOWN_UNREAD])), Catalogue(choices)
    for batch in steps(records, catalogue):
        plan.add(batch)
        yield plan.numbers.rows
    return plan.close(catalogue)


def finish(work: Generator[int, None, Plan], tell: Callable[[int], None] | None = None) -> Plan:
    """Run ``work`` to its end, telling how many rows are done. Whatever stops it undoes it first."""
    with closing(work):
        while True:
            try:
                rows = next(work)
            except StopIteration as end:
                return cast("Plan", end.value)
            if tell:
                tell(rows)
