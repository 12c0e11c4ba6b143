"""Rows beside what the database has: who would be made, changed, left, refused, or has vanished.

One query for a batch of rows, none for a row. What is kept does not grow with the source, but for its
addresses (rows.py) and the names of pools and policies.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from controlpanel.audit.members import batches
from controlpanel.shell.delimited import Fault
from controlpanel.shell.text import is_kept
from federation.directory.models import User
from federation.directory.words import AUTOMATIC
from federation.intake.rows import Refused, RowCode, refuse_damaged, user_rows

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator

    from controlpanel.shell.delimited import Record
    from federation.intake.catalogue import Catalogue
    from federation.intake.rows import UserRow
    from federation.policies.models import ExternalAccessPolicy
    from federation.topology.models import Pool

BATCH = 2000
#: The columns that hold what a row says as it stands.
_PLAIN = ("display_name", "first_name", "last_name", "email", "department", "enabled")

#: What can come of a row, and (vanished) of a user whom no row names.
KINDS = ("made", "changed", "left", "refused", "vanished")

Facts = dict[str, "str | bool"]


class Numbers(NamedTuple):
    """How many rows of each kind, and how many pools and policies are made for them."""

    made: int = 0
    changed: int = 0
    left: int = 0
    refused: int = 0
    vanished: int = 0
    pools: int = 0
    policies: int = 0

    @property
    def rows(self) -> int:
        """How many lines or entries there were."""
        return self.made + self.changed + self.left + self.refused


class Step(NamedTuple):
    """What happens to one user. ``user`` is the record as it stands (unsaved for a new one).

    ``before`` and ``after`` hold the facts that differ, as the change log words them; all that is known of a
    new user. ``pool`` and ``policy`` are objects of the catalogue, perhaps to be made first.
    """

    kind: str  # a field of Numbers: made, changed, left or vanished
    line: int
    user: User
    before: Facts
    after: Facts
    pool: Pool | None = None
    policy: ExternalAccessPolicy | None = None


def steps(records: Iterable[Record | Fault], catalogue: Catalogue) -> Iterator[list[Step | Fault]]:
    """What each record comes to, in batches.

    When the records come from a directory server, who is not among them follows at the end.
    """
    seen = dict.fromkeys(catalogue.choices.ambiguous, 0)
    for batch in batches(user_rows(records, seen), BATCH):
        stored = _stored([str(row.address) for row in batch if not isinstance(row, Fault)])
        yield [
            step
            for row in batch
            for step in (
                (row,) if isinstance(row, Fault) else _steps(row, stored.get(str(row.address)), catalogue)
            )
        ]
    if catalogue.choices.source:
        yield from _vanished(catalogue.choices.source, seen)


def _vanished(source: str, seen: Container[str]) -> Iterator[list[Step | Fault]]:
    """The enabled users that came from ``source`` and are not among the addresses ``seen``, in batches."""
    last = 0
    while True:
        rows = (
            User.objects.select_related("assignment")
            .filter(source=source, enabled=True, pk__gt=last)
            .order_by("pk")
        )
        users = list(rows[:BATCH])
        if not users:
            return
        last = users[-1].pk
        yield [
            Step("vanished", 0, user, {"enabled": True}, {"enabled": False})
            for user in users
            if user.address not in seen
        ]


def _stored(addresses: list[str]) -> dict[str, User]:
    users = User.objects.filter(address__in=addresses).select_related("assignment")
    return {user.address: user for user in users}


def _steps(row: UserRow, user: User | None, catalogue: Catalogue) -> Iterator[Step | Fault]:
    """What a row comes to. One that is refused still disables whom its directory server does not enable."""
    refused = None
    try:
        if not row.closes:
            step = _made(row, catalogue) if user is None else _compared(row, user, catalogue)
            if not catalogue.choices.source:  # what a directory server says went through nobody's hands
                _refuse_damaged(step)
            yield step
    except Refused as fault:
        refused = fault
        entry = {"entry": row.entry} if row.entry else {}
        yield Fault(row.line, fault.code, {**fault.params, **entry})
    if row.enabled is not False or not (row.closes or refused) or user is None or not user.enabled:
        return
    source = catalogue.choices.source
    if source and user.source in {"", source}:
        before: Facts = {"enabled": True, "enabled_by": ""}
        after: Facts = {"enabled": False, "enabled_by": row.enabled_by}
        yield Step("changed", row.line, user, before, after)


def _refuse_damaged(step: Step) -> None:
    """Refuse a line that would write a text in which letters are lost, or make a policy with such a name."""
    for column, said in step.after.items():
        if column != "policy":
            refuse_damaged(column, said, step.before.get(column, ""))
        elif step.policy is not None and step.policy._state.adding:
            refuse_damaged(column, step.policy.name)


def _made(row: UserRow, catalogue: Catalogue) -> Step:
    fqdn = row.pool or catalogue.choices.pool
    if not fqdn:
        raise Refused(RowCode.NO_POOL, "pool", "")
    pool, policy = catalogue.find(fqdn, row.policy)
    address, source = str(row.address), catalogue.choices.source
    values: Facts = {
        "address": address,
        "display_name": row.display_name or address,
        "first_name": row.first_name or "",
        "last_name": row.last_name or "",
        "email": row.email or "",
        "department": row.department or "",
        "enabled": row.enabled is True,  # what is not said does not let anybody talk
    }
    after: Facts = {**values, "pool": fqdn, "policy": _named(policy)} | ({"source": source} if source else {})
    return Step("made", row.line, User(**values, source=source), {}, after, pool, policy)


def _compared(row: UserRow, user: User, catalogue: Catalogue) -> Step:
    source = catalogue.choices.source
    if source and user.source not in {"", source}:
        raise Refused(RowCode.OTHER_SOURCE, "address", user.address, source=user.source)
    pool, policy = catalogue.find(row.pool, row.policy)
    now: Facts = {name: getattr(user, name) for name in _PLAIN}
    now["pool"], now["policy"] = catalogue.pool_of(user).fqdn, _named(catalogue.policy_of(user))
    said = {name: getattr(row, name) for name in _PLAIN}
    said["display_name"] = row.display_name or None  # a name is never emptied
    said["pool"] = row.pool or None
    said["policy"] = None if row.policy is None else _named(policy)
    if source:
        now["source"], said["source"] = user.source, source
    differing = [name for name, value in said.items() if value is not None and not is_kept(now[name], value)]
    if "enabled" in differing and row.enabled_by:
        now["enabled_by"], said["enabled_by"] = "", row.enabled_by
        differing.append("enabled_by")
    before, after = ({name: facts[name] for name in differing} for facts in (now, said))
    return Step("changed" if differing else "left", row.line, user, before, after, pool, policy)


def _named(policy: ExternalAccessPolicy | None) -> str:
    return str(policy) if policy else AUTOMATIC
